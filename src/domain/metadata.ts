import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Deps } from '../deps.js';
import { ApiError, conflict, notFound } from '../errors.js';
import type { Metadata, Prisma } from '../generated/prisma/client.js';
import type { RecordContent } from '../ogc/iso/content.js';
import type { MetadataRecord as ReadRecord } from '../ogc/iso/metadata.js';
import { UnreadableFileError } from '../ogc/unreadable.js';
import { isUniqueViolation } from './database.js';
import { readFile } from './file-reader.js';
import { getMetadata, type MetadataRecord } from './metadata-reads.js';
import { indexNewFile, recordFile } from './record-index.js';

/** Metadata records, spec lifecycle §6: ISO files that a datastore shows in catalogues. */

export const METADATA_TYPES = ['ISOAP', 'INSPIRE'] as const;
export type MetadataType = (typeof METADATA_TYPES)[number];

/** Largest metadata file, bytes: it is held in memory while it is read. */
export const MAX_METADATA_BYTES = 5 * 1024 * 1024;

/**
 * Stores a metadata record.
 * @throws ApiError unprocessable_entity for a file that is no such record, or whose identifier lacks the prefix of the
 *   datastore; conflict when the platform has the identifier
 */
export async function createMetadata(
  deps: Deps,
  datastoreId: string,
  request: { type: MetadataType; openData: boolean; file: Buffer },
): Promise<MetadataRecord> {
  const read = await readRecord(deps, request.file);
  await assertPrefix(deps, datastoreId, read.fileIdentifier);
  const id = randomUUID();
  const key = await storeFile(deps, id, request.file);
  try {
    await deps.prisma.metadata.create({
      data: {
        id,
        datastoreId,
        type: request.type,
        openData: request.openData,
        fileIdentifier: read.fileIdentifier,
        ...columnsOf(request.file, key, read),
      },
    });
  } catch (error) {
    await deps.storage.removeTree(folderOf(id));
    if (!isUniqueViolation(error)) throw error;
    throw conflict(
      `L'identifiant de fichier (fileIdentifier) "${read.fileIdentifier}" est déjà celui d'une métadonnée de la plateforme.`,
    );
  }
  return getMetadata(deps.prisma, { datastore: datastoreId }, id);
}

/**
 * Replaces the file; the catalogues that show the record show the new one.
 * @throws ApiError not_found; unprocessable_entity for a file that is no such record; conflict when it has another
 *   identifier
 */
export async function replaceMetadataFile(
  deps: Deps,
  datastoreId: string,
  id: string,
  file: Buffer,
): Promise<MetadataRecord> {
  const found = await getMetadata(deps.prisma, { datastore: datastoreId }, id);
  const read = await readRecord(deps, file);
  if (read.fileIdentifier !== found.fileIdentifier) {
    throw conflict(
      `L'identifiant de fichier (fileIdentifier) ne peut pas être modifié : le fichier contient "${read.fileIdentifier}" au lieu de "${found.fileIdentifier}".`,
    );
  }
  const key = await storeFile(deps, id, file);
  let unused = key;
  try {
    unused = await deps.prisma.$transaction(async (tx) => {
      const [old] = await tx.$queryRaw<{ key: string }[]>`
        SELECT key FROM geopf.metadata WHERE id = ${id}::uuid FOR UPDATE`;
      if (old === undefined) throw notFound(`La métadonnée ${id} n'existe pas.`);
      const data = { ...columnsOf(file, key, read), update: new Date() };
      const metadata = await tx.metadata.update({ where: { id }, data });
      await indexNewFile(deps, tx, metadata, recordFile(file, read.content));
      return old.key;
    });
  } finally {
    await deps.storage.remove(unused);
  }
  return getMetadata(deps.prisma, { datastore: datastoreId }, id);
}

/** Changes the given properties; `extra` is replaced whole. @throws ApiError not_found */
export async function updateMetadata(
  { prisma }: Pick<Deps, 'prisma'>,
  datastoreId: string,
  id: string,
  change: { type?: MetadataType | undefined; openData?: boolean | undefined; extra?: object | undefined },
): Promise<MetadataRecord> {
  await prisma.metadata.updateMany({
    where: { id, datastoreId },
    data: { ...change, extra: change.extra as Prisma.InputJsonObject | undefined },
  });
  return getMetadata(prisma, { datastore: datastoreId }, id);
}

/** Deletes a record. @throws ApiError not_found, or conflict while an endpoint shows it */
export async function deleteMetadata(deps: Deps, datastoreId: string, id: string): Promise<void> {
  await deps.prisma.$transaction(async (tx) => {
    // Held before it is looked at: a publication that is being made ends first.
    await tx.$queryRaw`
      SELECT 1 FROM geopf.metadata WHERE id = ${id}::uuid AND datastore_id = ${datastoreId}::uuid FOR UPDATE`;
    const found = await getMetadata(tx, { datastore: datastoreId }, id);
    if (found.publications.length > 0) {
      throw conflict(
        ...found.publications.map(
          ({ endpoint }) =>
            `La métadonnée ${nameOf(found)} est publiée sur le point d'accès « ${endpoint.name} » : elle doit d'abord être dépubliée.`,
        ),
      );
    }
    await tx.metadata.delete({ where: { id } });
  });
  await deps.storage.removeTree(folderOf(id));
}

/** A record as sentences name it: its title, when it has one, and its identifier. */
function nameOf({ content, fileIdentifier }: Metadata): string {
  const { title } = content as Pick<RecordContent, 'title'>;
  return title === undefined ? `"${fileIdentifier}"` : `« ${title} » ("${fileIdentifier}")`;
}

async function readRecord({ config }: Pick<Deps, 'config'>, file: Buffer): Promise<ReadRecord> {
  try {
    return await readFile('METADATA', file, { strict: config.strict });
  } catch (error) {
    if (error instanceof UnreadableFileError) throw new ApiError('unprocessable_entity', ...error.sentences);
    throw error;
  }
}

/** A datastore may impose the beginning of its identifiers, which are longer than it. */
async function assertPrefix({ prisma }: Pick<Deps, 'prisma'>, datastoreId: string, identifier: string): Promise<void> {
  const { metadataPrefix } = await prisma.datastore.findUniqueOrThrow({ where: { id: datastoreId } });
  if (metadataPrefix === null || metadataPrefix === '') return;
  if (identifier.startsWith(metadataPrefix) && identifier.length > metadataPrefix.length) return;
  throw new ApiError(
    'unprocessable_entity',
    `L'identifiant de fichier (fileIdentifier) "${identifier}" doit commencer par le préfixe de l'entrepôt "${metadataPrefix}" et être plus long que lui.`,
  );
}

async function storeFile({ storage }: Pick<Deps, 'storage'>, id: string, file: Buffer): Promise<string> {
  const key = `${folderOf(id)}/${randomUUID()}`;
  await storage.write(key, Readable.from([file]), { maxBytes: MAX_METADATA_BYTES });
  return key;
}

/** Where the file of a record is in storage, with the one that takes its place for a moment. */
function folderOf(id: string): string {
  return `metadata/${id}`;
}

function columnsOf(file: Buffer, key: string, { level, content }: ReadRecord) {
  return { key, size: BigInt(file.length), level, content: content as unknown as Prisma.InputJsonObject };
}
