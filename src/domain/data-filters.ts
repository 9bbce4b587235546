import { Prisma } from '../generated/prisma/client.js';
import { hasTags, holdsPoint, matchesText, type Point } from './listing.js';

/** Filters of the lists of uploads and of stored data, which are the same. */
export interface DataFilters {
  readonly type?: string | undefined;
  /** Deleted entities are listed only when this asks for them. */
  readonly status?: string | undefined;
  readonly name?: string | undefined;
  readonly srs?: string | undefined;
  readonly open?: boolean | undefined;
  /** Only what is not shown as shared can match: tags are not shared. */
  readonly tags?: Readonly<Record<string, string>> | null;
  /** A point that the extent holds. */
  readonly point?: Point | undefined;
  /** Bounds of the creation: `before` excluded, `after` included. */
  readonly before?: Date | undefined;
  readonly after?: Date | undefined;
}

/**
 * Conditions on an upload or a stored data, called `entity`.
 * @param own condition of what is not shown as shared
 */
export function dataConditions(filters: DataFilters, own: Prisma.Sql): Prisma.Sql[] {
  const { type, status, name, srs, open, tags, point, before, after } = filters;
  const where = [status === undefined ? Prisma.sql`entity.status <> 'DELETED'` : Prisma.sql`entity.status = ${status}`];
  if (type !== undefined) where.push(Prisma.sql`entity.type = ${type}`);
  if (name !== undefined) where.push(matchesText(Prisma.sql`entity.name`, name));
  if (srs !== undefined) where.push(matchesText(Prisma.sql`coalesce(entity.srs, '')`, srs));
  if (open !== undefined) where.push(Prisma.sql`entity.open = ${open}`);
  if (tags !== undefined && tags !== null) where.push(own, hasTags(Prisma.sql`entity.tags`, tags));
  if (point !== undefined) where.push(holdsPoint(Prisma.sql`entity.extent`, point));
  if (before !== undefined) where.push(Prisma.sql`entity.creation < ${before}`);
  if (after !== undefined) where.push(Prisma.sql`entity.creation >= ${after}`);
  return where;
}
