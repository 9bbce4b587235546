import type { Deps } from '../deps.js';
import { type ApiError, conflict } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import { annexPaths } from './annex-paths.js';
import { type AnnexRecord, findAnnex, unknownAnnex } from './annex-reads.js';
import { type Db, isUniqueViolation } from './database.js';
import { hasLabels } from './listing.js';
import { quotaExceeded } from './quotas.js';
import { type IncomingFile, type ReceivedFile, receiveFile } from './received-files.js';
import { askBy, keepDatastore } from './storage-room.js';

/** Annexes (spec lifecycle §6): files of any kind that a datastore may publish under paths of its choice. */

/** What describes a new annex; its paths as they were sent. */
export interface NewAnnex {
  readonly paths: readonly string[];
  readonly labels: readonly string[];
  readonly published: boolean;
}

/** What a producer may change; absent members stay, `extra: null` removes it. */
export interface AnnexPatch {
  readonly paths?: readonly string[] | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly published?: boolean | undefined;
  readonly extra?: Prisma.InputJsonObject | null | undefined;
}

/**
 * Streams the file of a new annex to storage.
 * @throws ApiError conflict when the datastore may not have one more annex; FileTooLargeError beyond `UPLOAD_MAX_FILE`
 */
export async function receiveNewAnnex(deps: Deps, datastoreId: string, file: IncomingFile): Promise<ReceivedFile> {
  await assertRoom(deps.prisma, datastoreId);
  return receiveFile(deps.storage, 'annexes', file, deps.config.uploadMaxFile);
}

/**
 * Streams the file that will replace that of an annex.
 * @throws ApiError not_found; FileTooLargeError beyond `UPLOAD_MAX_FILE`
 */
export async function receiveAnnexFile(
  deps: Deps,
  datastoreId: string,
  id: string,
  file: IncomingFile,
): Promise<ReceivedFile> {
  await findAnnex(deps.prisma, { datastore: datastoreId }, id);
  return receiveFile(deps.storage, 'annexes', file, deps.config.uploadMaxFile);
}

/**
 * Creates an annex of a received file, which is forgotten when that fails.
 * @throws ApiError bad_request for a hostile path; conflict when a path is taken or the quota, a number of annexes, is
 *   reached
 */
export async function createAnnex(
  { prisma, storage }: Deps,
  datastoreId: string,
  file: ReceivedFile,
  annex: NewAnnex,
): Promise<AnnexRecord> {
  const { key, size, digest, mimeType } = file;
  let paths: string[] = [];
  try {
    paths = annexPaths(annex.paths);
    return await prisma.$transaction(async (tx) => {
      await keepDatastore(askBy(tx), datastoreId);
      // Held until the end, so that two creations cannot both take the last place.
      await tx.$queryRaw`
        SELECT 1 FROM geopf.datastore_storage
        WHERE datastore_id = ${datastoreId}::uuid AND usage = 'ANNEXES' FOR UPDATE`;
      await assertRoom(tx, datastoreId);
      const { id } = await tx.annex.create({
        data: {
          datastoreId,
          key,
          size: BigInt(size),
          digest,
          mimeType,
          published: annex.published,
          labels: [...annex.labels],
        },
        select: { id: true },
      });
      await writePaths(tx, datastoreId, id, paths);
      return findAnnex(tx, { datastore: datastoreId }, id);
    });
  } catch (error) {
    await storage.remove(key);
    throw isUniqueViolation(error) ? await pathsTaken(prisma, datastoreId, { paths }) : error;
  }
}

/**
 * Puts a received file in the place of that of an annex; what was published shows the new bytes at once.
 * @throws ApiError not_found; the file is forgotten then
 */
export async function replaceAnnexFile(
  { prisma, storage }: Deps,
  datastoreId: string,
  id: string,
  file: ReceivedFile,
): Promise<AnnexRecord> {
  const { key, size, digest, mimeType } = file;
  let unused = key;
  try {
    const { old, annex } = await prisma.$transaction(async (tx) => {
      const replaced = await lockAnnex(tx, datastoreId, id);
      await tx.annex.update({
        where: { id },
        data: { key, size: BigInt(size), digest, mimeType, update: new Date() },
      });
      return { old: replaced, annex: await findAnnex(tx, { datastore: datastoreId }, id) };
    });
    unused = old;
    return annex;
  } finally {
    await storage.remove(unused);
  }
}

/**
 * Changes the given properties; `update` does not move.
 * @throws ApiError not_found; bad_request for a hostile path; conflict when a path is taken
 */
export async function updateAnnex(
  { prisma }: Deps,
  datastoreId: string,
  id: string,
  patch: AnnexPatch,
): Promise<AnnexRecord> {
  const { paths, labels, published, extra } = patch;
  const newPaths = paths === undefined ? undefined : annexPaths(paths);
  try {
    return await prisma.$transaction(async (tx) => {
      await lockAnnex(tx, datastoreId, id);
      if (newPaths !== undefined) {
        await tx.annexPath.deleteMany({ where: { annexId: id } });
        await writePaths(tx, datastoreId, id, newPaths);
      }
      await tx.annex.update({
        where: { id },
        data: {
          published,
          ...(labels !== undefined && { labels: [...labels] }),
          ...(extra !== undefined && { extra: extra ?? Prisma.DbNull }),
        },
      });
      return findAnnex(tx, { datastore: datastoreId }, id);
    });
  } catch (error) {
    throw isUniqueViolation(error) ? await pathsTaken(prisma, datastoreId, { paths: newPaths ?? [], id }) : error;
  }
}

/** Deletes an annex with its file. @throws ApiError not_found */
export async function deleteAnnex({ prisma, storage }: Deps, datastoreId: string, id: string): Promise<void> {
  const [removed] = await prisma.$queryRaw<{ key: string }[]>`
    DELETE FROM geopf.annex WHERE id = ${id}::uuid AND datastore_id = ${datastoreId}::uuid RETURNING key`;
  if (removed === undefined) throw unknownAnnex(id);
  await storage.remove(removed.key);
}

/** Publishes, or not, the annexes that have all the labels. @returns how many changed */
export async function publishAnnexes(
  { prisma }: Deps,
  datastoreId: string,
  { labels, published }: { labels: readonly string[]; published: boolean },
): Promise<number> {
  return prisma.$executeRaw`
    UPDATE geopf.annex SET published = ${published}
    WHERE datastore_id = ${datastoreId}::uuid AND published <> ${published}
      AND ${hasLabels(Prisma.sql`labels`, labels)}`;
}

/** @throws ApiError conflict when the datastore may not have one more annex */
async function assertRoom(db: Db, datastoreId: string): Promise<void> {
  const [row] = await db.$queryRaw<{ quota: bigint | null; use: bigint }[]>`
    SELECT
      (SELECT sum(quota)::bigint FROM geopf.datastore_storage
       WHERE datastore_id = ${datastoreId}::uuid AND usage = 'ANNEXES') AS quota,
      (SELECT count(*) FROM geopf.annex WHERE datastore_id = ${datastoreId}::uuid) AS use`;
  if (row === undefined || row.quota === null) throw conflict("L'entrepôt n'a pas de stockage pour les annexes.");
  const quota = { of: "d'annexes de l'entrepôt", quota: Number(row.quota), use: Number(row.use) };
  if (quota.use >= quota.quota) throw quotaExceeded({ ...quota, asked: 1, unit: 'annexe(s)' });
}

/** Keeps the annex from changing until the transaction ends. @returns the key of its file */
async function lockAnnex(tx: Db, datastoreId: string, id: string): Promise<string> {
  const [row] = await tx.$queryRaw<{ key: string }[]>`
    SELECT key FROM geopf.annex WHERE id = ${id}::uuid AND datastore_id = ${datastoreId}::uuid FOR UPDATE`;
  if (row === undefined) throw unknownAnnex(id);
  return row.key;
}

async function writePaths(tx: Db, datastoreId: string, annexId: string, paths: readonly string[]): Promise<void> {
  await tx.annexPath.createMany({ data: paths.map((path, position) => ({ datastoreId, path, annexId, position })) });
}

/** The refusal of paths of which another annex than `id` has some. */
async function pathsTaken(
  db: Db,
  datastoreId: string,
  { paths, id }: { paths: readonly string[]; id?: string },
): Promise<ApiError> {
  const taken = await db.annexPath.findMany({
    where: { datastoreId, path: { in: [...paths] }, ...(id !== undefined && { annexId: { not: id } }) },
    orderBy: { path: 'asc' },
  });
  // The other annex may have gone since.
  if (taken.length === 0) return conflict("Un des chemins était celui d'une autre annexe de l'entrepôt : recommencez.");
  return conflict(
    ...taken.map((one) => `Le chemin "${one.path}" est déjà celui de l'annexe ${one.annexId} de l'entrepôt.`),
  );
}
