import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Deps } from '../deps.js';
import { ApiError, badRequest, conflict, notFound } from '../errors.js';
import { Prisma, type Static } from '../generated/prisma/client.js';
import { SldError } from '../ogc/sld/reader.js';
import type { Db } from './database.js';
import { byDates, type DateSort, inOrder, matchesText, type Page, type Paged, pageOfIds } from './listing.js';
import { readStyle } from './style-reader.js';
import { replaceWarnings } from './warnings.js';

/** Static files, spec lifecycle §6: what the platform reads in them is kept beside the bytes. */

export const STATIC_TYPES = ['GEOSERVER-FTL', 'GEOSERVER-STYLE', 'ROK4-STYLE', 'DERIVATION-SQL'] as const;
/** A static file of the registry. */
export type StaticRecord = Static;
export type StaticType = (typeof STATIC_TYPES)[number];

/** Largest static file, bytes: a style is parsed where the request is served. */
export const MAX_STATIC_BYTES = 2 * 1024 * 1024;

/** A file as it was received. */
export interface StaticFile {
  readonly content: Buffer;
  readonly fileName: string;
  readonly mimeType: string;
}

/** A static file, with what its producer must be told of it. */
export interface StaticWithWarnings {
  readonly record: Static;
  readonly warnings: readonly string[];
}

/** What is known of a file once it is read. */
interface Reading {
  readonly typeInfos: Prisma.InputJsonObject;
  readonly content: Prisma.InputJsonObject;
  readonly warnings: readonly string[];
}

/**
 * Stores a static file.
 * @throws ApiError bad_request for a file that cannot be read, not_implemented for a type that is not built yet
 */
export async function createStatic(
  deps: Deps,
  datastoreId: string,
  request: { type: StaticType; name: string; description?: string | undefined; file: StaticFile },
): Promise<StaticWithWarnings> {
  const reading = await readStatic(deps, request.type, request.file);
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
    await deps.storage.remove(key);
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
  const found = await getStatic(deps, datastoreId, id);
  const reading = await readStatic(deps, found.type as StaticType, file);
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

/** @throws ApiError not_found */
export async function getStatic({ prisma }: Pick<Deps, 'prisma'>, datastoreId: string, id: string): Promise<Static> {
  const found = await prisma.static.findFirst({ where: { id, datastoreId } });
  if (found === null) throw notFound(`Le fichier statique ${id} n'existe pas.`);
  return found;
}

/** A page of the static files of a datastore, oldest first unless sorted otherwise. */
export async function listStatics(
  { prisma }: Pick<Deps, 'prisma'>,
  datastoreId: string,
  query: {
    filter: { type?: string | undefined; name?: string | undefined };
    sort: readonly DateSort[];
    page: Page;
  },
): Promise<Paged<Static>> {
  const where = [Prisma.sql`entity.datastore_id = ${datastoreId}::uuid`];
  if (query.filter.type !== undefined) where.push(Prisma.sql`entity.type = ${query.filter.type}`);
  if (query.filter.name !== undefined) where.push(matchesText(Prisma.sql`entity.name`, query.filter.name));
  const { ids, total } = await pageOfIds(prisma, {
    from: Prisma.sql`geopf.static AS entity`,
    where,
    orderBy: byDates(query.sort),
    page: query.page,
  });
  return { items: inOrder(ids, await prisma.static.findMany({ where: { id: { in: ids } } })), total };
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

/** Deletes a static file. @throws ApiError not_found, or conflict while a configuration uses it */
export async function deleteStatic(deps: Deps, datastoreId: string, id: string): Promise<void> {
  const key = await deps.prisma.$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ key: string }[]>`
      SELECT key FROM geopf.static WHERE id = ${id}::uuid AND datastore_id = ${datastoreId}::uuid FOR UPDATE`;
    const [found] = rows;
    if (found === undefined) throw notFound(`Le fichier statique ${id} n'existe pas.`);
    await assertUnused(tx, id);
    await replaceWarnings(tx, id, []);
    await tx.static.delete({ where: { id } });
    return found.key;
  });
  await deps.storage.remove(key);
}

async function assertUnused(tx: Db, id: string): Promise<void> {
  const users = await tx.configuration.findMany({
    where: { statics: { some: { staticId: id } } },
    select: { name: true },
    orderBy: { creation: 'asc' },
  });
  if (users.length > 0) {
    throw conflict(...users.map(({ name }) => `Le fichier statique est utilisé par la configuration « ${name} ».`));
  }
}

/** Reads what the platform shows and uses of a file. */
async function readStatic(deps: Pick<Deps, 'config'>, type: StaticType, file: StaticFile): Promise<Reading> {
  if (type !== 'GEOSERVER-STYLE') {
    throw new ApiError('not_implemented', `Les fichiers statiques de type ${type} ne sont pas encore pris en charge.`);
  }
  try {
    const sld = await readStyle({ xml: decodeXml(file.content), strict: deps.config.strict });
    return {
      typeInfos: {
        used_attributes: [...sld.usedAttributes],
        min_scale_denominator: sld.minScaleDenominator,
        max_scale_denominator: sld.maxScaleDenominator,
      },
      content: { style: sld.style as unknown as Prisma.InputJsonObject },
      warnings: sld.warnings,
    };
  } catch (error) {
    if (error instanceof SldError) throw badRequest(error.message);
    throw error;
  }
}

/** Text of an XML file in the encoding its declaration names, UTF-8 without one. */
function decodeXml(content: Buffer): string {
  const declaration = content.subarray(0, 200).toString('latin1');
  const encoding = /^[^<]*<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(declaration)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(content);
  } catch {
    throw badRequest(`Le fichier n'est pas un texte lisible dans l'encodage ${encoding}.`);
  }
}

async function storeFile(deps: Deps, id: string, file: StaticFile): Promise<string> {
  const key = `statics/${id}/${randomUUID()}`;
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
    content: reading.content,
  };
}
