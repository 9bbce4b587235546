import { forbidden, notFound } from '../errors.js';
import { type Document, Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { bySort, hasLabels, inOrder, matchesText, type Page, type Paged, pageOfIds, type Sort } from './listing.js';

/** A personal document of the registry. */
export type DocumentRecord = Document;

export interface DocumentFilters {
  readonly name?: string | undefined;
  readonly mimeType?: string | undefined;
  /** All of them. */
  readonly labels: readonly string[];
  /** Those of the user. */
  readonly owned: boolean;
  /** Those that others share with the user. */
  readonly shared: boolean;
}

/**
 * A document that the user owns or that is shared with them.
 * @throws ApiError not_found
 */
export async function findReadableDocument(db: Db, userId: string, id: string): Promise<DocumentRecord> {
  const found = await db.document.findFirst({
    where: { id, OR: [{ ownerId: userId }, { sharings: { some: { userId } } }] },
  });
  if (found === null) throw unknownDocument(id);
  return found;
}

/**
 * A document that the user may change.
 * @throws ApiError not_found; forbidden when it is only shared with them
 */
export async function findOwnDocument(db: Db, userId: string, id: string): Promise<DocumentRecord> {
  const found = await findReadableDocument(db, userId, id);
  if (found.ownerId !== userId) throw forbidden(`Le document ${id} est partagé avec vous en lecture seulement.`);
  return found;
}

/** The document that everybody may read under a public name, or `null`. */
export async function findPublicDocument(db: Db, publicName: string): Promise<DocumentRecord | null> {
  return db.document.findUnique({ where: { publicName } });
}

/** A page of the documents that a user may read, oldest first unless sorted otherwise. */
export async function listDocuments(
  db: Db,
  userId: string,
  query: {
    filters: DocumentFilters;
    sort: readonly Sort<'creation' | 'update'>[];
    page: Page;
  },
): Promise<Paged<DocumentRecord>> {
  const { name, mimeType, labels } = query.filters;
  const where = [readableBy(userId, query.filters)];
  if (name !== undefined) where.push(matchesText(Prisma.sql`entity.name`, name));
  if (mimeType !== undefined) where.push(matchesText(Prisma.sql`entity.mime_type`, mimeType));
  if (labels.length > 0) where.push(hasLabels(Prisma.sql`entity.labels`, labels));
  const { ids, total } = await pageOfIds(db, {
    from: Prisma.sql`geopf.document AS entity`,
    where,
    orderBy: bySort(query.sort),
    page: query.page,
  });
  return { items: inOrder(ids, await db.document.findMany({ where: { id: { in: ids } } })), total };
}

/** Bytes of the documents of a user. */
export async function documentsUse(db: Db, userId: string): Promise<number> {
  const { _sum } = await db.document.aggregate({ where: { ownerId: userId }, _sum: { size: true } });
  return Number(_sum.size ?? 0);
}

/** The refusal of a document that is not there, or not for the user. */
export function unknownDocument(id: string) {
  return notFound(`Le document ${id} n'existe pas.`);
}

function readableBy(userId: string, { owned, shared }: DocumentFilters): Prisma.Sql {
  const ways = [
    ...(owned ? [Prisma.sql`entity.owner_id = ${userId}::uuid`] : []),
    ...(shared
      ? [
          Prisma.sql`EXISTS (
            SELECT 1 FROM geopf.document_sharing AS reader
            WHERE reader.document_id = entity.id AND reader.user_id = ${userId}::uuid)`,
        ]
      : []),
  ];
  return ways.length === 0 ? Prisma.sql`false` : Prisma.sql`(${Prisma.join(ways, ' OR ')})`;
}
