import { forbidden, notFound } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import type { Page, Paged } from './listing.js';

/** Entities that members may comment (lifecycle.md §1.3). */
export type CommentedEntity = 'upload' | 'stored_data' | 'configuration';

/** A comment as the API shows it; dates in UTC with microseconds. */
export interface PublicComment {
  _id: string;
  creation: string;
  update: string;
  text: string;
  author: { _id: string; first_name: string; last_name: string; creation: string; update: string };
}

/** What is commented; the caller has made sure that it belongs to the datastore of the request. */
export interface CommentSubject {
  readonly entity: CommentedEntity;
  readonly id: string;
}

/** A page of the comments of an entity, oldest first. */
export async function listComments(db: Db, subject: CommentSubject, page: Page): Promise<Paged<PublicComment>> {
  const total = await db.comment.count({ where: { entityId: subject.id } });
  const items = await select(
    db,
    Prisma.sql`comment.entity_id = ${subject.id}::uuid
      ORDER BY comment.creation, comment.id OFFSET ${page.offset} LIMIT ${page.limit}`,
  );
  return { items, total };
}

/** Adds a comment. */
export async function addComment(
  db: Db,
  subject: CommentSubject,
  comment: { text: string; authorId: string },
): Promise<PublicComment> {
  const { id } = await db.comment.create({
    data: { entityType: subject.entity, entityId: subject.id, ...comment },
    select: { id: true },
  });
  return one(db, id);
}

/**
 * Replaces the text of a comment.
 * @throws ApiError not_found; forbidden when the caller did not write it
 */
export async function editComment(
  db: Db,
  subject: CommentSubject,
  comment: { id: string; text: string; authorId: string },
): Promise<PublicComment> {
  await assertOwn(db, subject, comment);
  await db.comment.update({ where: { id: comment.id }, data: { text: comment.text, update: new Date() } });
  return one(db, comment.id);
}

/**
 * Removes a comment.
 * @throws ApiError not_found; forbidden when the caller did not write it
 */
export async function removeComment(
  db: Db,
  subject: CommentSubject,
  comment: { id: string; authorId: string },
): Promise<void> {
  await assertOwn(db, subject, comment);
  await db.comment.delete({ where: { id: comment.id } });
}

async function assertOwn(db: Db, subject: CommentSubject, comment: { id: string; authorId: string }): Promise<void> {
  const found = await db.comment.findFirst({ where: { id: comment.id, entityId: subject.id } });
  if (found === null) throw notFound(`Le commentaire ${comment.id} n'existe pas.`);
  if (found.authorId !== comment.authorId)
    throw forbidden('Seul son auteur peut modifier ou supprimer un commentaire.');
}

async function one(db: Db, id: string): Promise<PublicComment> {
  const [comment] = await select(db, Prisma.sql`comment.id = ${id}::uuid`);
  if (comment === undefined) throw notFound(`Le commentaire ${id} n'existe pas.`);
  return comment;
}

async function select(db: Db, condition: Prisma.Sql): Promise<PublicComment[]> {
  const stamp = (column: string) =>
    Prisma.raw(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`);
  const rows = await db.$queryRaw<{ comment: PublicComment }[]>`
    SELECT jsonb_build_object(
      '_id', comment.id,
      'creation', ${stamp('comment.creation')},
      'update', ${stamp('coalesce(comment.update, comment.creation)')},
      'text', comment.text,
      'author', jsonb_build_object(
        '_id', author.id, 'first_name', author.first_name, 'last_name', author.last_name,
        'creation', ${stamp('author.creation')}, 'update', ${stamp('author.creation')})) AS comment
    FROM geopf.comment AS comment JOIN geopf.api_user AS author ON author.id = comment.author_id
    WHERE ${condition}`;
  return rows.map((row) => row.comment);
}
