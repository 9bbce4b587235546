import type { UploadType } from '../catalogue/data-types.js';
import type { Deps } from '../deps.js';
import { badRequest, conflict } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import { recordEvent } from './events.js';
import { extentFault } from './extent.js';
import { holdForChange } from './openness.js';
import { transition } from './transitions.js';
import { findUpload, type UploadRecord } from './upload-reads.js';

/** What a producer says when creating an upload. */
export interface NewUpload {
  readonly type: UploadType;
  readonly name: string;
  readonly description: string;
  readonly srs: string;
  readonly open?: boolean | undefined;
  /** Already checked against the type. */
  readonly typeInfos: Prisma.InputJsonObject;
}

/** What a producer may change; absent members stay. */
export interface UploadPatch {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly srs?: string | undefined;
  readonly open?: boolean | undefined;
  /** `null` removes it. */
  readonly extent?: unknown;
  readonly extra?: Prisma.InputJsonObject | null | undefined;
}

/** An authority and a code; whether the data really are in it is what the checks tell. */
const SRS = /^[A-Za-z][A-Za-z0-9]*:[A-Za-z0-9_.-]+$/;

/**
 * Creates an open upload in the uploads storage of the datastore (lifecycle §2.1).
 * @throws ApiError bad_request for a malformed srs, conflict when the datastore has no uploads storage
 */
export async function createUpload(
  { prisma }: Deps,
  datastoreId: string,
  upload: NewUpload,
  initiatorId: string,
): Promise<UploadRecord> {
  const fault = srsFault(upload.srs);
  if (fault !== null) throw badRequest(fault);
  const lent = await prisma.datastoreStorage.findFirst({
    where: { datastoreId, usage: 'UPLOADS' },
    orderBy: { storage: { position: 'asc' } },
  });
  if (lent === null) throw conflict("L'entrepôt n'a pas de stockage pour les livraisons.");
  return prisma.$transaction(async (tx) => {
    const { id } = await tx.upload.create({
      data: {
        datastoreId,
        storageId: lent.storageId,
        type: upload.type,
        name: upload.name,
        description: upload.description,
        srs: upload.srs,
        open: upload.open ?? false,
        typeInfos: upload.typeInfos,
        status: 'OPEN',
      },
      select: { id: true },
    });
    await recordEvent(tx, { entity: 'upload', id, title: 'Création', initiatorId });
    return findUpload(tx, { datastore: datastoreId }, id);
  });
}

/**
 * Changes what a producer may change, in any status (lifecycle §2.3); `update` does not move.
 * @throws ApiError not_found, bad_request; conflict, see {@link holdForChange}
 */
export async function patchUpload(
  { prisma }: Deps,
  datastoreId: string,
  id: string,
  patch: UploadPatch,
): Promise<UploadRecord> {
  const faults = [
    patch.srs === undefined ? null : srsFault(patch.srs),
    patch.extent === undefined || patch.extent === null ? null : extentFault(patch.extent),
  ].filter((fault) => fault !== null);
  if (faults.length > 0) throw badRequest(...faults);
  const { extent, extra, ...columns } = patch;
  return prisma.$transaction(async (tx) => {
    await holdForChange(tx, { entity: 'upload', id, datastoreId }, patch.open);
    await tx.upload.update({
      where: { id },
      data: {
        ...columns,
        ...(extent !== undefined && { extent: extent === null ? Prisma.DbNull : (extent as Prisma.InputJsonObject) }),
        ...(extra !== undefined && { extra: extra ?? Prisma.DbNull }),
      },
    });
    return findUpload(tx, { datastore: datastoreId }, id);
  });
}

/**
 * Deletes an upload softly: its files vanish and its quota is freed, its row, tags, checks and logs
 * stay readable (lifecycle §2.3).
 * @throws ApiError not_found; conflict when its status forbids it or an unfinished execution uses it
 */
export async function deleteUpload(
  { prisma, storage }: Deps,
  datastoreId: string,
  id: string,
  initiatorId: string,
): Promise<void> {
  await findUpload(prisma, { datastore: datastoreId }, id);
  await prisma.$transaction(async (tx) => {
    await transition(tx, { entity: 'upload', id, action: 'delete', initiatorId });
    const using = await tx.processingExecution.findFirst({
      where: {
        status: { in: ['CREATED', 'WAITING', 'PROGRESS'] },
        OR: [{ inputUploads: { some: { uploadId: id } } }, { outputUploadId: id }],
      },
      select: { id: true },
    });
    if (using !== null) {
      throw conflict(`La livraison est utilisée par l'exécution de traitement ${using.id}, qui n'est pas terminée.`);
    }
    await tx.uploadFile.deleteMany({ where: { uploadId: id } });
  });
  await storage.removeTree(uploadPrefix(id));
}

/**
 * Reopens a closed or unstable upload so that its files can change.
 * @throws ApiError not_found, conflict
 */
export async function openUpload(
  { prisma }: Deps,
  datastoreId: string,
  id: string,
  initiatorId: string,
): Promise<void> {
  await findUpload(prisma, { datastore: datastoreId }, id);
  await transition(prisma, { entity: 'upload', id, action: 'open', initiatorId });
}

/** Where the files of an upload are in storage. */
export function uploadPrefix(id: string): string {
  return `uploads/${id}`;
}

function srsFault(srs: string): string | null {
  return SRS.test(srs) ? null : 'Le champ "srs" doit être de la forme <autorité>:<code>, par exemple EPSG:2154.';
}
