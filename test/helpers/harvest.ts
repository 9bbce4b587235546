import { join } from 'node:path';
import type { Deps } from '../../src/deps.js';
import { pyramidName } from '../../src/pyramid/descriptor.js';
import { openPixels, type PixelReader } from './raster-pyramids.js';

/** Harvests of a WMS and merges of pyramids through the API. */

const WMS_TO_PYRAMID = '6a54dc92-fc93-4c8e-9f02-046bf889550e';
const PYRAMIDS_TO_PYRAMID = '7cdca031-9e86-4804-8764-9b1d783b087d';

/** A triangle near Nantes, and the box around it. */
export const TRIANGLE = {
  wkt: 'POLYGON((-1.62 47.20,-1.58 47.20,-1.60 47.225,-1.62 47.20))',
  west: -1.62,
  south: 47.2,
  east: -1.58,
  north: 47.225,
};

/** The body of an execution that harvests a service. */
export function harvestRequest(url: string, parameters: object = {}, more: object = {}) {
  return {
    processing: WMS_TO_PYRAMID,
    output: { stored_data: { name: 'moisson', storage_tags: ['PYRAMIDE'] } },
    parameters: {
      harvest_url: url,
      harvest_layers: 'ortho',
      harvest_area: TRIANGLE.wkt,
      harvest_levels: ['14'],
      bottom: '14',
      harvest_format: 'image/png',
      tms: 'PM',
      compression: 'png',
      ...parameters,
    },
    ...more,
  };
}

/** The body of an execution that merges pyramids, the one on top first. */
export function mergeRequest(inputs: readonly string[], parameters: object = {}, more: object = {}) {
  return {
    processing: PYRAMIDS_TO_PYRAMID,
    inputs: { stored_data: inputs },
    output: { stored_data: { name: 'fusion', storage_tags: ['PYRAMIDE'] } },
    parameters,
    ...more,
  };
}

/** The pixels of the present version of a raster pyramid. */
export async function storedPixels(
  { prisma, storage }: Pick<Deps, 'prisma' | 'storage'>,
  id: string,
  { masks = false } = {},
): Promise<PixelReader & { readonly root: string; readonly folder: string }> {
  const { filesKey } = await prisma.storedData.findUniqueOrThrow({ where: { id } });
  if (filesKey === null) throw new Error('the pyramid has no files');
  const root = storage.localPath(filesKey);
  return { ...(await openPixels(root, pyramidName(id), { masks })), root, folder: join(root, pyramidName(id)) };
}
