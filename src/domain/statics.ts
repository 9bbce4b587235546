import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Deps } from '../deps.js';
import { conflict, notFound } from '../errors.js';
import { Prisma, type Static } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { executionsReadingStatic } from './execution-statics.js';
import { type Reading, readStaticFile, type StaticFile, type StaticType } from './static-files.js';
import { getStatic } from './static-reads.js';
import { replaceWarnings } from './warnings.js';

/** Static files, spec lifecycle §6: what the platform reads in them is kept beside the bytes. */

/** Largest static file, bytes: it is held in memory while it is read. */
export const MAX_STATIC_BYTES = 2 * 1024 * 1024;

/** A static file, with what its producer must be told of it. */
export interface StaticWithWarnings {
  readonly record: Static;
  readonly warnings: readonly string[];
}

/**
 * Stores a static file.
 * @throws ApiError bad_request for a file that cannot be read
 */
export async function createStatic(
  deps: Deps,
  datastoreId: string,
  request: { type: StaticType; name: string; description?: string | undefined; file: StaticFile },
): Promise<StaticWithWarnings> {
  const reading = await readStaticFile(deps, request.type, request.file);
  const id = randomUUID();
  const key = await storeFile(deps, id, request.file);
  try {
    const record = await deps.prisma.$transaction(async (tx) => {
      await replaceWarnings(tx, id, reading.warnings);
      return tx.static.create({
        data: {
          id,
          datastoreId,
          type: request.type,
          name: request.name,
          description: request.description ?? null,
          ...columnsOf(request.file, key, reading),
        },
      });
    });
    return { record, warnings: reading.warnings };
  } catch (error) {
    await deps.storage.removeTree(folderOf(id));
    throw error;
  }
}

/**
 * Replaces the file; layers that use it change at their next synchronisation.
 * @throws ApiError not_found, or bad_request for a file that cannot be read
 */
export async function replaceStaticFile(
  deps: Deps,
  datastoreId: string,
  id: string,
  file: StaticFile,
): Promise<StaticWithWarnings> {
  const found = await getStatic(deps, { datastore: datastoreId }, id);
  const reading = await readStaticFile(deps, found.type as StaticType, file);
  const key = await storeFile(deps, id, file);
  let unused = key;
  try {
    const record = await deps.prisma.$transaction(async (tx) => {
      const [old] = await tx.$queryRaw<{ key: string }[]>`
        SELECT key FROM geopf.static WHERE id = ${id}::uuid FOR UPDATE`;
      if (old === undefined) throw notFound(`Le fichier statique ${id} n'existe pas.`);
      await replaceWarnings(tx, id, reading.warnings);
      const data = { ...columnsOf(file, key, reading), update: new Date() };
      return { old: old.key, updated: await tx.static.update({ where: { id }, data }) };
    });
    unused = record.old;
    return { record: record.updated, warnings: reading.warnings };
  } finally {
    await deps.storage.remove(unused);
  }
}

/** Changes the given properties; `extra` is replaced whole. @throws ApiError not_found */
export async function updateStatic(
  { prisma }: Pick<Deps, 'prisma'>,
  datastoreId: string,
  id: string,
  change: { name?: string; description?: string; extra?: object },
): Promise<void> {
  const { count } = await prisma.static.updateMany({
    where: { id, datastoreId },
    data: { ...change, extra: change.extra as Prisma.InputJsonObject | undefined },
  });
  if (count === 0) throw notFound(`Le fichier statique ${id} n'existe pas.`);
}

/** Deletes a static file. @throws ApiError not_found, or conflict while something uses it */
export async function deleteStatic(deps: Deps, datastoreId: string, id: string): Promise<void> {
  await deps.prisma.$transaction(async (tx) => {
    const found = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM geopf.static WHERE id = ${id}::uuid AND datastore_id = ${datastoreId}::uuid FOR UPDATE`;
    if (found.length === 0) throw notFound(`Le fichier statique ${id} n'existe pas.`);
    await assertUnused(tx, id);
    await replaceWarnings(tx, id, []);
    await tx.static.delete({ where: { id } });
  });
  await deps.storage.removeTree(folderOf(id));
}

async function assertUnused(tx: Db, id: string): Promise<void> {
  const users = await tx.configuration.findMany({
    where: { statics: { some: { staticId: id } } },
    select: { name: true },
    orderBy: { creation: 'asc' },
  });
  const executions = await executionsReadingStatic(tx, id);
  const sentences = [
    ...users.map(({ name }) => `Le fichier statique est utilisé par la configuration « ${name} ».`),
    ...executions.map((execution) => `Le fichier statique est utilisé par l'exécution de traitement ${execution}.`),
  ];
  if (sentences.length > 0) throw conflict(...sentences);
}

/** Where the file of a static is in storage, with the one that takes its place for a moment. */
function folderOf(id: string): string {
  return `statics/${id}`;
}

async function storeFile(deps: Deps, id: string, file: StaticFile): Promise<string> {
  const key = `${folderOf(id)}/${randomUUID()}`;
  await deps.storage.write(key, Readable.from([file.content]), { maxBytes: MAX_STATIC_BYTES });
  return key;
}

function columnsOf(file: StaticFile, key: string, reading: Reading) {
  return {
    key,
    fileName: file.fileName,
    mimeType: file.mimeType,
    size: BigInt(file.content.length),
    typeInfos: reading.typeInfos,
    content: reading.content ?? Prisma.DbNull,
  };
}
