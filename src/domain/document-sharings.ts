import type { Deps } from '../deps.js';
import { badRequest, notFound } from '../errors.js';
import type { ApiUser } from '../generated/prisma/client.js';
import { type DocumentRecord, findOwnDocument } from './document-reads.js';
import { distinctIds } from './ids.js';
import type { Page, Paged } from './listing.js';

/** Whom a personal document is shared with: they read it and download it, nothing else. */

/**
 * A page of the readers of a document, in the order in which they were added.
 * @throws ApiError not_found; forbidden for a reader
 */
export async function listReaders(
  { prisma }: Pick<Deps, 'prisma'>,
  userId: string,
  id: string,
  page: Page,
): Promise<Paged<ApiUser>> {
  await findOwnDocument(prisma, userId, id);
  const where = { documentId: id };
  const [total, rows] = await Promise.all([
    prisma.documentSharing.count({ where }),
    prisma.documentSharing.findMany({
      where,
      include: { user: true },
      orderBy: [{ creation: 'asc' }, { userId: 'asc' }],
      skip: page.offset,
      take: page.limit,
    }),
  ]);
  return { items: rows.map(({ user }) => user), total };
}

/**
 * Adds readers; those who are already stay.
 * @throws ApiError not_found for the document or a reader; forbidden for a reader; bad_request for the owner as reader
 */
export async function addReaders(
  { prisma }: Pick<Deps, 'prisma'>,
  userId: string,
  id: string,
  readers: readonly string[],
): Promise<DocumentRecord> {
  const document = await findOwnDocument(prisma, userId, id);
  const wanted = distinctIds(readers);
  if (wanted.includes(userId)) throw badRequest('Un document ne se partage pas avec son propriétaire.');
  const known = await prisma.apiUser.findMany({ where: { id: { in: wanted } }, select: { id: true } });
  const unknown = wanted.filter((reader) => !known.some((one) => one.id === reader));
  if (unknown.length > 0) throw notFound(...unknown.map((reader) => `L'utilisateur ${reader} n'existe pas.`));
  await prisma.documentSharing.createMany({
    data: wanted.map((reader) => ({ documentId: id, userId: reader })),
    skipDuplicates: true,
  });
  return document;
}

/**
 * Removes readers; those who are none are no error.
 * @throws ApiError not_found; forbidden for a reader
 */
export async function removeReaders(
  { prisma }: Pick<Deps, 'prisma'>,
  userId: string,
  id: string,
  readers: readonly string[],
): Promise<void> {
  await findOwnDocument(prisma, userId, id);
  await prisma.documentSharing.deleteMany({ where: { documentId: id, userId: { in: [...readers] } } });
}
