import type { ApiUser } from './api.js';
import { deliver, type Delivered, type Integrated } from './integration.js';
import { runExecution } from './pyramids.js';

/** Archives and what publishes them, through the API. */

export const ARCHIVE_TO_ARCHIVE = '12cdc646-3976-4f18-b273-f34fca37e2a6';
export const OPEN_DOWNLOAD = 'ae052611-13eb-4a18-8d04-9b7604a031cc';
export const CHUNK_DOWNLOAD = '304515ec-502a-4d1b-9353-326cbbec10f9';

/** Delivers an archive. */
export function deliverArchive(user: ApiUser, files: readonly Delivered[], more: object = {}) {
  return deliver(user, files, { type: 'ARCHIVE', srs: 'EPSG:2154', ...more });
}

/** The body of an execution that copies delivered archives. @param into an archive to change */
export function archiveRequest(uploads: readonly string[], into?: string) {
  return {
    processing: ARCHIVE_TO_ARCHIVE,
    inputs: { upload: uploads },
    output: { stored_data: into === undefined ? { name: 'archive', storage_tags: ['ARCHIVE'] } : { id: into } },
  };
}

/** Makes an archive of files, or puts them into one. */
export async function buildArchive(
  user: ApiUser,
  files: readonly Delivered[],
  options: { readonly into?: string; readonly srs?: string } = {},
): Promise<Integrated> {
  const { id, status, logs } = await deliverArchive(user, files, options.srs === undefined ? {} : { srs: options.srs });
  if (status !== 'CLOSED') throw new Error(`the upload is ${status}: ${JSON.stringify(logs)}`);
  return runExecution(user, archiveRequest([id], options.into));
}

/** A part of a DOWNLOAD configuration. */
export interface UsedArchive {
  sub_name: string;
  stored_data: string;
  [member: string]: unknown;
}

export function downloadConfiguration(layerName: string, used: readonly UsedArchive[], more: object = {}) {
  return {
    type: 'DOWNLOAD',
    name: layerName,
    layer_name: layerName,
    type_infos: { title: { fr: layerName }, abstract: { fr: 'Pour un test.' }, used_data: used, ...more },
  };
}
