import { notFound } from '../errors.js';
import { type Community, type Datastore, type Endpoint, Prisma, type Storage } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { inOrder, matchesText, type Page, type Paged, pageOfIds } from './listing.js';

/** A datastore with what is lent to it. */
export interface DatastoreRecord extends Datastore {
  readonly community: Community;
  /** Ids, in the order of the catalogue. */
  readonly processings: readonly string[];
  readonly checks: readonly string[];
  readonly endpoints: readonly LentEndpoint[];
  readonly storages: readonly LentStorage[];
}

/** `use` and `quota` count offerings, and records on an endpoint of metadata. */
export interface LentEndpoint {
  readonly endpoint: Endpoint;
  readonly use: number;
  readonly quota: number;
}

/** `use` and `quota` are bytes, but files for annexes. */
export interface LentStorage {
  readonly storage: Storage;
  readonly usage: 'DATA' | 'UPLOADS' | 'ANNEXES';
  readonly use: number;
  readonly quota: number;
}

const LISTED = { orderBy: { position: 'asc' }, select: { id: true } } as const;

/**
 * A datastore, its use measured now.
 * @throws ApiError not_found
 */
export async function findDatastoreDetail(db: Db, id: string): Promise<DatastoreRecord> {
  const row = await db.datastore.findUnique({ where: { id }, include: { community: true } });
  if (row === null) throw notFound(`L'entrepôt ${id} n'existe pas.`);
  const lentHere = { datastores: { some: { datastoreId: id } } };
  const [processings, checks, endpoints, storages] = await Promise.all([
    db.processing.findMany({ where: lentHere, ...LISTED }),
    db.check.findMany({ where: lentHere, ...LISTED }),
    lentEndpoints(db, id),
    lentStorages(db, id),
  ]);
  return {
    ...row,
    processings: processings.map((processing) => processing.id),
    checks: checks.map((check) => check.id),
    endpoints,
    storages,
  };
}

export interface EndpointFilters {
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly open?: boolean | undefined;
  /** Percentage of the quota that is passed. */
  readonly useRatio?: number | undefined;
}

/** A page of the endpoints lent to a datastore: open ones first, clients take the first of a type. */
export async function listEndpoints(
  db: Db,
  datastoreId: string,
  query: { filters: EndpointFilters; page: Page },
): Promise<Paged<LentEndpoint>> {
  const { name, type, open, useRatio } = query.filters;
  const where = [Prisma.sql`lent.datastore_id = ${datastoreId}::uuid`];
  if (name !== undefined) where.push(matchesText(Prisma.sql`entity.name`, name));
  if (type !== undefined) where.push(Prisma.sql`entity.type = ${type}`);
  if (open !== undefined) where.push(Prisma.sql`entity.open = ${open}`);
  if (useRatio !== undefined) where.push(Prisma.sql`${useOf(datastoreId)} * 100.0 > lent.quota * ${useRatio}::float8`);
  const { ids, total } = await pageOfIds(db, {
    from: Prisma.sql`geopf.endpoint AS entity JOIN geopf.datastore_endpoint AS lent ON lent.endpoint_id = entity.id`,
    where,
    orderBy: [Prisma.sql`entity.open DESC`, Prisma.sql`entity.position`],
    page: query.page,
  });
  const rows = (await lentEndpoints(db, datastoreId)).map((lent) => ({ id: lent.endpoint.id, lent }));
  return { items: inOrder(ids, rows).map((row) => row.lent), total };
}

/** The storages lent to a datastore with their use, in the order of the catalogue. */
export async function lentStorages(db: Db, datastoreId: string): Promise<LentStorage[]> {
  const [lent, used] = await Promise.all([
    db.datastoreStorage.findMany({
      where: { datastoreId },
      include: { storage: true },
      orderBy: { storage: { position: 'asc' } },
    }),
    db.$queryRaw<{ usage: string; storage: string; use: bigint }[]>`
      SELECT 'UPLOADS' AS usage, storage_id AS storage, sum(size)::bigint AS use FROM geopf.upload
      WHERE datastore_id = ${datastoreId}::uuid AND status <> 'DELETED' GROUP BY storage_id
      UNION ALL
      SELECT 'DATA', storage_id, coalesce(sum(size), 0)::bigint FROM geopf.stored_data
      WHERE datastore_id = ${datastoreId}::uuid AND status <> 'DELETED' GROUP BY storage_id
      UNION ALL
      SELECT usage, storage_id, (SELECT count(*) FROM geopf.annex WHERE datastore_id = ${datastoreId}::uuid)
      FROM geopf.datastore_storage WHERE datastore_id = ${datastoreId}::uuid AND usage = 'ANNEXES'`,
  ]);
  return lent.map((row) => ({
    storage: row.storage,
    usage: row.usage as LentStorage['usage'],
    use: Number(used.find((one) => one.usage === row.usage && one.storage === row.storageId)?.use ?? 0),
    quota: Number(row.quota),
  }));
}

async function lentEndpoints(db: Db, datastoreId: string): Promise<LentEndpoint[]> {
  const [lent, used] = await Promise.all([
    db.datastoreEndpoint.findMany({
      where: { datastoreId },
      include: { endpoint: true },
      orderBy: [{ endpoint: { open: 'desc' } }, { endpoint: { position: 'asc' } }],
    }),
    db.$queryRaw<{ id: string; use: number }[]>`
      SELECT entity.id, ${useOf(datastoreId)}::int AS use FROM geopf.endpoint AS entity`,
  ]);
  return lent.map((row) => ({
    endpoint: row.endpoint,
    use: used.find((one) => one.id === row.endpointId)?.use ?? 0,
    quota: row.quota,
  }));
}

/** SQL: number of offerings and of metadata records of the datastore on the endpoint `entity`. */
function useOf(datastoreId: string): Prisma.Sql {
  return Prisma.sql`((
      SELECT count(*) FROM geopf.offering AS offering
      JOIN geopf.configuration AS configuration ON configuration.id = offering.configuration_id
      WHERE offering.endpoint_id = entity.id AND configuration.datastore_id = ${datastoreId}::uuid)
    + (
      SELECT count(*) FROM geopf.metadata_publication AS publication
      JOIN geopf.metadata AS metadata ON metadata.id = publication.metadata_id
      WHERE publication.endpoint_id = entity.id AND metadata.datastore_id = ${datastoreId}::uuid))`;
}
