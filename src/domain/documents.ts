import { randomInt } from 'node:crypto';
import type { Deps } from '../deps.js';
import { badRequest } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import { FileTooLargeError } from '../storage/storage.js';
import type { Db } from './database.js';
import { type DocumentRecord, documentsUse, findOwnDocument, unknownDocument } from './document-reads.js';
import { bytesLeft, type Quota, quotaExceeded } from './quotas.js';
import { type IncomingFile, type ReceivedFile, receiveFile } from './received-files.js';
import { pathFault } from './upload-paths.js';

/** Personal documents (spec lifecycle §6, access §3.3): files of a person, shared with others or under a secret address. */

/** What describes a new document. */
export interface NewDocument {
  readonly name: string;
  readonly description?: string | undefined;
  readonly labels: readonly string[];
  /** Whether it gets an anonymous address. */
  readonly isPublic: boolean;
}

/** What the owner may change; absent members stay, `extra: null` removes it. */
export interface DocumentPatch {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly isPublic?: boolean | undefined;
  readonly extra?: Prisma.InputJsonObject | null | undefined;
}

const PUBLIC_NAME_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** As the platform has them (lifecycle §6): 273 bits. */
const PUBLIC_NAME_LENGTH = 46;

/**
 * Streams the file of a new document to storage, until the quota of the user is passed.
 * @throws ApiError conflict beyond the quota; FileTooLargeError beyond `UPLOAD_MAX_FILE`
 */
export async function receiveNewDocument(deps: Deps, userId: string, file: IncomingFile): Promise<ReceivedFile> {
  return receiveWithin(deps, { quota: await documentsQuota(deps.prisma, userId), freed: 0 }, file);
}

/**
 * Streams the file that will replace that of a document, whose bytes no longer count.
 * @throws ApiError not_found, forbidden; conflict beyond the quota; FileTooLargeError beyond `UPLOAD_MAX_FILE`
 */
export async function receiveDocumentFile(
  deps: Deps,
  userId: string,
  id: string,
  file: IncomingFile,
): Promise<ReceivedFile> {
  const { size } = await findOwnDocument(deps.prisma, userId, id);
  return receiveWithin(deps, { quota: await documentsQuota(deps.prisma, userId), freed: Number(size) }, file);
}

/**
 * Creates a document of a received file, which is forgotten when that fails.
 * @throws ApiError bad_request for a hostile name; conflict when the quota no longer holds the file
 */
export async function createDocument(
  { prisma, storage }: Deps,
  userId: string,
  file: ReceivedFile,
  { name, description, labels, isPublic }: NewDocument,
): Promise<DocumentRecord> {
  try {
    assertName(name);
    return await prisma.$transaction(async (tx) => {
      await lockQuota(tx, userId);
      assertRoom(await documentsQuota(tx, userId), file.size);
      return tx.document.create({
        data: {
          ownerId: userId,
          name,
          description: description ?? null,
          labels: [...labels],
          publicName: isPublic ? newPublicName(file.fileName) : null,
          ...columnsOf(file),
        },
      });
    });
  } catch (error) {
    await storage.remove(file.key);
    throw error;
  }
}

/**
 * Puts a received file in the place of that of a document, whose public address stays.
 * @throws ApiError not_found, forbidden; conflict when the quota no longer holds the file, which is forgotten then
 */
export async function replaceDocumentFile(
  { prisma, storage }: Deps,
  userId: string,
  id: string,
  file: ReceivedFile,
): Promise<DocumentRecord> {
  let unused = file.key;
  try {
    const { old, document } = await prisma.$transaction(async (tx) => {
      await lockQuota(tx, userId);
      await lockDocument(tx, userId, id);
      const replaced = await findOwnDocument(tx, userId, id);
      assertRoom(await documentsQuota(tx, userId), file.size - Number(replaced.size));
      const data = { ...columnsOf(file), update: new Date() };
      return { old: replaced.key, document: await tx.document.update({ where: { id }, data }) };
    });
    unused = old;
    return document;
  } finally {
    await storage.remove(unused);
  }
}

/**
 * Changes the given properties; `update` does not move. A document that becomes public gets a new address.
 * @throws ApiError not_found, forbidden; bad_request for a hostile name
 */
export async function updateDocument(
  { prisma }: Deps,
  userId: string,
  id: string,
  patch: DocumentPatch,
): Promise<DocumentRecord> {
  const { name, description, labels, isPublic, extra } = patch;
  if (name !== undefined) assertName(name);
  return prisma.$transaction(async (tx) => {
    await lockDocument(tx, userId, id);
    const found = await findOwnDocument(tx, userId, id);
    return tx.document.update({
      where: { id },
      data: {
        name,
        description,
        ...(labels !== undefined && { labels: [...labels] }),
        ...(isPublic === false && { publicName: null }),
        ...(isPublic === true && found.publicName === null && { publicName: newPublicName(found.fileName) }),
        ...(extra !== undefined && { extra: extra ?? Prisma.DbNull }),
      },
    });
  });
}

/** Deletes a document with its file and sharings. @throws ApiError not_found, forbidden */
export async function deleteDocument({ prisma, storage }: Deps, userId: string, id: string): Promise<void> {
  await findOwnDocument(prisma, userId, id);
  const [removed] = await prisma.$queryRaw<{ key: string }[]>`
    DELETE FROM geopf.document WHERE id = ${id}::uuid AND owner_id = ${userId}::uuid RETURNING key`;
  if (removed === undefined) throw unknownDocument(id);
  await storage.remove(removed.key);
}

/** @param room.freed bytes that the file takes the place of */
async function receiveWithin(
  { storage, config }: Deps,
  room: { quota: Quota; freed: number },
  file: IncomingFile,
): Promise<ReceivedFile> {
  const left = bytesLeft(room.quota);
  const allowed = left + room.freed;
  try {
    return await receiveFile(storage, 'documents', file, Math.min(allowed, config.uploadMaxFile));
  } catch (error) {
    if (!(error instanceof FileTooLargeError) || allowed >= config.uploadMaxFile) throw error;
    throw quotaExceeded({ ...room.quota, asked: `plus de ${left}`, unit: 'octet(s)' });
  }
}

/** @throws ApiError conflict when the quota does not hold that many bytes more */
function assertRoom(quota: Quota, asked: number): void {
  if (asked > 0 && asked > bytesLeft(quota)) throw quotaExceeded({ ...quota, asked, unit: 'octet(s)' });
}

/** A name that no file system could misread (access §9). */
function assertName(name: string): void {
  const fault = pathFault(name);
  if (fault !== null) throw badRequest(`Le champ "name" est invalide : ${fault}.`);
}

/** The quota on the documents of a user, in bytes. */
async function documentsQuota(db: Db, userId: string): Promise<Quota> {
  const user = await db.apiUser.findUniqueOrThrow({ where: { id: userId }, select: { documentsQuota: true } });
  return {
    of: 'de stockage de vos documents',
    quota: Number(user.documentsQuota),
    use: await documentsUse(db, userId),
  };
}

/** Keeps the other files of the user waiting until the transaction ends. */
async function lockQuota(tx: Db, userId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM geopf.api_user WHERE id = ${userId}::uuid FOR NO KEY UPDATE`;
}

async function lockDocument(tx: Db, userId: string, id: string): Promise<void> {
  await tx.$queryRaw`
    SELECT 1 FROM geopf.document WHERE id = ${id}::uuid AND owner_id = ${userId}::uuid FOR UPDATE`;
}

/** The last segment of an anonymous address: nobody can guess it; the extension is that of the file. */
function newPublicName(fileName: string): string {
  const letters = Array.from({ length: PUBLIC_NAME_LENGTH }, () => PUBLIC_NAME_LETTERS[randomInt(62)]);
  const extension = /\.[A-Za-z0-9]{1,16}$/.exec(fileName)?.[0] ?? '';
  return `${letters.join('')}${extension}`;
}

function columnsOf({ key, fileName, mimeType, size, digest }: ReceivedFile) {
  return { key, fileName, mimeType, size: BigInt(size), digest };
}
