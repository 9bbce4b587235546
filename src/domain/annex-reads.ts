import { notFound } from '../errors.js';
import { type Annex, Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { bySort, hasLabels, inOrder, matchesText, type Page, type Paged, pageOfIds, type Sort } from './listing.js';
import { inScope, ofScope, type Scope, WITH_PLACE } from './scope.js';

const WITH_PATHS = {
  datastore: WITH_PLACE,
  paths: { orderBy: { position: 'asc' } },
} as const satisfies Prisma.AnnexInclude;

type Row = Prisma.AnnexGetPayload<{ include: typeof WITH_PATHS }>;

/** An annex with its paths, first one first, and where it lives. */
export type AnnexRecord = Omit<Row, 'paths'> & { readonly paths: readonly string[] };

export interface AnnexFilters {
  readonly mimeType?: string | undefined;
  /** Compared with each path, leading slash included. */
  readonly path?: string | undefined;
  /** All of them. */
  readonly labels: readonly string[];
}

/** What is served of a published annex. */
export type PublishedAnnex = Pick<Annex, 'key' | 'mimeType' | 'size' | 'digest' | 'creation' | 'update'>;

/** An annex of the scope. @throws ApiError not_found */
export async function findAnnex(db: Db, scope: Scope, id: string): Promise<AnnexRecord> {
  const annex = await db.annex.findFirst({ where: { id, ...ofScope(scope) }, include: WITH_PATHS });
  if (annex === null) throw unknownAnnex(id);
  return toRecord(annex);
}

/** A page of the annexes of a scope, oldest first unless sorted otherwise. */
export async function listAnnexes(
  db: Db,
  scope: Scope,
  query: {
    filters: AnnexFilters;
    sort: readonly Sort<'creation' | 'update'>[];
    page: Page;
  },
): Promise<Paged<AnnexRecord>> {
  const { mimeType, path, labels } = query.filters;
  const where = inScope(Prisma.sql`entity.datastore_id`, scope);
  if (mimeType !== undefined) where.push(matchesText(Prisma.sql`entity.mime_type`, mimeType));
  if (path !== undefined) {
    where.push(Prisma.sql`EXISTS (
      SELECT 1 FROM geopf.annex_path AS named
      WHERE named.annex_id = entity.id AND ${matchesText(Prisma.sql`named.path`, path)})`);
  }
  if (labels.length > 0) where.push(hasLabels(Prisma.sql`entity.labels`, labels));
  const { ids, total } = await pageOfIds(db, {
    from: Prisma.sql`geopf.annex AS entity`,
    where,
    orderBy: bySort(query.sort),
    page: query.page,
  });
  const rows = await db.annex.findMany({ where: { id: { in: ids } }, include: WITH_PATHS });
  return { items: inOrder(ids, rows).map(toRecord), total };
}

/**
 * The annex that the public may read under a path of an active datastore, or `null`.
 * @param technicalName of the community that owns the datastore
 * @param path with its leading slash
 */
export async function findPublishedAnnex(db: Db, technicalName: string, path: string): Promise<PublishedAnnex | null> {
  const rows = await db.$queryRaw<PublishedAnnex[]>`
    SELECT annex.key, annex.mime_type AS "mimeType", annex.size, annex.digest, annex.creation, annex.update
    FROM geopf.community AS community
    JOIN geopf.datastore AS datastore ON datastore.community_id = community.id AND datastore.active
    JOIN geopf.annex_path AS named ON named.datastore_id = datastore.id AND named.path = ${path}
    JOIN geopf.annex AS annex ON annex.id = named.annex_id AND annex.published
    WHERE community.technical_name = ${technicalName}`;
  return rows[0] ?? null;
}

/** The refusal of an annex that is not there. */
export function unknownAnnex(id: string) {
  return notFound(`L'annexe ${id} n'existe pas.`);
}

function toRecord({ paths, ...annex }: Row): AnnexRecord {
  return { ...annex, paths: paths.map(({ path }) => path) };
}
