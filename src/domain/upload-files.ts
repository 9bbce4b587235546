import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Deps } from '../deps.js';
import { ApiError, conflict, notFound } from '../errors.js';
import type { UploadFile } from '../generated/prisma/client.js';
import { FileTooLargeError } from '../storage/storage.js';
import type { Db } from './database.js';
import { bytesLeft, holdUploadsQuotas, quotaExceeded, tightestUploadsQuota } from './quotas.js';
import { assertAllowed } from './transitions.js';
import { buildTree, checkedPath, parentsOf, type TreeNode } from './upload-paths.js';
import { findUpload } from './upload-reads.js';
import { uploadPrefix } from './uploads.js';

/** DATA: what is delivered. MD5: lists of digests, at the root of the tree (lifecycle §2.2). */
export type FileKind = 'DATA' | 'MD5';

/** A received file that no producer sees yet: its bytes are in storage under `key`. */
export interface ReceivedFile {
  readonly key: string;
  readonly size: number;
}

/**
 * Says before any byte is read whether the upload may receive files.
 * @throws ApiError not_found, conflict
 */
export async function assertWritable({ prisma }: Deps, datastoreId: string, uploadId: string): Promise<void> {
  const upload = await findUpload(prisma, { datastore: datastoreId }, uploadId);
  assertAllowed('upload', 'write', upload.status);
}

/**
 * Streams a file to storage with constant memory; nothing is visible yet.
 * @throws ApiError conflict when the quota of the datastore or of its organization cannot hold it, payload_too_large
 *   beyond `UPLOAD_MAX_FILE`; the stream's own error when the transfer breaks, and then nothing is kept
 */
export async function receiveFile(
  { prisma, storage, config }: Deps,
  datastoreId: string,
  uploadId: string,
  content: Readable,
): Promise<ReceivedFile> {
  const key = `${uploadPrefix(uploadId)}/${randomBytes(16).toString('hex')}`;
  const quota = await tightestUploadsQuota(prisma, datastoreId);
  const left = bytesLeft(quota);
  const maxBytes = Math.min(config.uploadMaxFile, left);
  try {
    const { size } = await storage.write(key, content, { maxBytes });
    return { key, size };
  } catch (error) {
    if (!(error instanceof FileTooLargeError)) throw error;
    if (left < config.uploadMaxFile) throw quotaExceeded({ ...quota, asked: `plus de ${left}`, unit: 'octet(s)' });
    throw tooLarge(maxBytes);
  }
}

/**
 * Makes a received file visible under its path, in place of the one that was there; it is forgotten when that fails.
 * @throws ApiError bad_request for a hostile path; conflict when the upload was closed meanwhile, the
 *   quota is full, or the path is a folder, lies below a file or names a file of the other kind
 */
export async function publishFile(
  { prisma, storage }: Deps,
  datastoreId: string,
  uploadId: string,
  file: ReceivedFile & { path: string | undefined; kind: FileKind },
): Promise<void> {
  let unused: string | undefined = file.key;
  try {
    const path = checkedPath(file.path);
    unused = await prisma.$transaction((tx) => putFile(tx, datastoreId, uploadId, { ...file, path }));
  } finally {
    if (unused !== undefined) await storage.remove(unused);
  }
}

/** @returns the key of the file that was there */
async function putFile(
  tx: Db,
  datastoreId: string,
  uploadId: string,
  { key, size, path, kind }: ReceivedFile & { path: string; kind: FileKind },
): Promise<string | undefined> {
  await lockWritable(tx, uploadId);
  const previous = await tx.uploadFile.findUnique({ where: { uploadId_path: { uploadId, path } } });
  if (previous !== null && previous.kind !== kind) {
    throw conflict(
      `Le chemin ${path} est déjà celui d'un fichier ${previous.kind === 'MD5' ? 'de sommes MD5' : 'de données'}.`,
    );
  }
  await assertPlace(tx, uploadId, path);
  // The quotas are looked at again under a lock: other transfers may have ended since.
  await holdUploadsQuotas(tx, datastoreId);
  const quota = await tightestUploadsQuota(tx, datastoreId);
  const asked = size - Number(previous?.size ?? 0);
  if (asked > 0 && asked > bytesLeft(quota)) throw quotaExceeded({ ...quota, asked, unit: 'octet(s)' });
  await tx.uploadFile.upsert({
    where: { uploadId_path: { uploadId, path } },
    create: { uploadId, path, kind, size, key },
    update: { kind, size, key },
  });
  await refreshSize(tx, uploadId);
  return previous?.key;
}

/**
 * Removes a file, or a folder with all it holds.
 * @throws ApiError not_found, conflict, bad_request
 */
export async function removeFiles(
  deps: Deps,
  datastoreId: string,
  uploadId: string,
  target: { path: string | undefined; kind: FileKind },
): Promise<void> {
  const { prisma, storage } = deps;
  await assertWritable(deps, datastoreId, uploadId);
  const path = checkedPath(target.path?.replace(/\/$/, ''));
  const removed = await prisma.$transaction(async (tx) => {
    await lockWritable(tx, uploadId);
    const doomed = await tx.$queryRaw<{ key: string }[]>`
      DELETE FROM geopf.upload_file
      WHERE upload_id = ${uploadId}::uuid AND kind = ${target.kind}
        AND (path = ${path} OR starts_with(path, ${`${path}/`}))
      RETURNING key`;
    if (doomed.length === 0) throw notFound(`Le fichier ${path} n'existe pas dans la livraison.`);
    await refreshSize(tx, uploadId);
    return doomed;
  });
  await Promise.all(removed.map((file) => storage.remove(file.key)));
}

/**
 * A data or md5 file of the upload.
 * @throws ApiError not_found, bad_request
 */
export async function findFile(
  { prisma }: Deps,
  datastoreId: string,
  uploadId: string,
  path: string | undefined,
): Promise<UploadFile> {
  await findUpload(prisma, { datastore: datastoreId }, uploadId);
  const wanted = checkedPath(path);
  const file = await prisma.uploadFile.findUnique({ where: { uploadId_path: { uploadId, path: wanted } } });
  if (file === null) throw notFound(`Le fichier ${wanted} n'existe pas dans la livraison.`);
  return file;
}

/**
 * The files of an upload as a tree, md5 files at its root.
 * @throws ApiError not_found, also when the upload is deleted
 */
export async function uploadTree({ prisma }: Deps, datastoreId: string, uploadId: string): Promise<TreeNode[]> {
  const upload = await findUpload(prisma, { datastore: datastoreId }, uploadId);
  if (upload.status === 'DELETED')
    throw notFound(`La livraison ${uploadId} est supprimée : elle n'a plus de fichiers.`);
  const files = await prisma.uploadFile.findMany({ where: { uploadId }, select: { path: true, size: true } });
  return buildTree(files.map((file) => ({ path: file.path, size: Number(file.size) })));
}

/** Keeps the upload from being closed or deleted until the transaction ends. */
async function lockWritable(tx: Db, uploadId: string): Promise<void> {
  const [row] = await tx.$queryRaw<{ status: string }[]>`
    SELECT status FROM geopf.upload WHERE id = ${uploadId}::uuid FOR UPDATE`;
  assertAllowed('upload', 'write', row?.status ?? 'DELETED');
}

async function assertPlace(tx: Db, uploadId: string, path: string): Promise<void> {
  const above = await tx.uploadFile.findFirst({ where: { uploadId, path: { in: parentsOf(path) } } });
  if (above !== null) throw conflict(`Le chemin ${path} passe par ${above.path}, qui est un fichier.`);
  const [below] = await tx.$queryRaw<{ path: string }[]>`
    SELECT path FROM geopf.upload_file
    WHERE upload_id = ${uploadId}::uuid AND starts_with(path, ${`${path}/`}) LIMIT 1`;
  if (below !== undefined) throw conflict(`Le chemin ${path} est celui d'un dossier.`);
}

async function refreshSize(tx: Db, uploadId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE geopf.upload SET size = (
      SELECT coalesce(sum(size), 0) FROM geopf.upload_file WHERE upload_id = ${uploadId}::uuid)
    WHERE id = ${uploadId}::uuid`;
}

function tooLarge(maxBytes: number): ApiError {
  return new ApiError('payload_too_large', `Le fichier dépasse la taille maximale autorisée (${maxBytes} octets).`);
}
