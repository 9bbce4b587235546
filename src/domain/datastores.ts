import { notFound } from '../errors.js';
import { type Community, type Datastore, type Endpoint, Prisma, type Storage } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { inOrder, matchesText, type Page, type Paged, pageOfIds } from './listing.js';
import { endpointUse } from './quotas.js';
import { inScope, type PlacedDatastore, type Scope, WITH_PLACE } from './scope.js';

/** A datastore with what is lent to it. */
export interface DatastoreRecord extends Datastore {
  readonly community: Community;
  /** Ids, in the order of the catalogue. */
  readonly processings: readonly string[];
  readonly checks: readonly string[];
  readonly endpoints: readonly LentEndpoint[];
  readonly storages: readonly LentStorage[];
}

/** An endpoint that a datastore may use. `use` and `quota` count offerings, records on an endpoint of metadata. */
export interface LentEndpoint {
  readonly endpoint: Endpoint;
  /** Where it is lent. */
  readonly datastore: PlacedDatastore;
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
    lentEndpoints(db, Prisma.sql`entity.datastore_id = ${id}::uuid`),
    lentStorages(db, id),
  ]);
  return {
    ...row,
    processings: processings.map((processing) => processing.id),
    checks: checks.map((check) => check.id),
    endpoints: endpoints.map(({ lent }) => lent),
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

/** A page of the endpoints lent in a scope, once per datastore: open ones first, clients take the first of a type. */
export async function listEndpoints(
  db: Db,
  scope: Scope,
  query: { filters: EndpointFilters; page: Page },
): Promise<Paged<LentEndpoint>> {
  const { name, type, open, useRatio } = query.filters;
  const where = inScope(Prisma.sql`entity.datastore_id`, scope);
  if (name !== undefined) where.push(matchesText(Prisma.sql`entity.name`, name));
  if (type !== undefined) where.push(Prisma.sql`entity.type = ${type}`);
  if (open !== undefined) where.push(Prisma.sql`entity.open = ${open}`);
  if (useRatio !== undefined) where.push(Prisma.sql`entity.use * 100.0 > entity.quota * ${useRatio}::float8`);
  const { ids, total } = await pageOfIds(db, { from: LENT_ENDPOINTS, where, orderBy: CLIENTS_ORDER, page: query.page });
  const rows = await lentEndpoints(db, Prisma.sql`entity.id = ANY (${ids}::text[])`);
  return { items: inOrder(ids, rows).map(({ lent }) => lent), total };
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
      SELECT usage, storage_id AS storage, (
        SELECT coalesce(sum(size), 0)::bigint FROM geopf.upload
        WHERE datastore_id = ${datastoreId}::uuid AND status <> 'DELETED') AS use
      FROM geopf.datastore_storage WHERE datastore_id = ${datastoreId}::uuid AND usage = 'UPLOADS'
      UNION ALL
      SELECT 'DATA', storage_id, coalesce(sum(size), 0)::bigint FROM geopf.stored_data
      WHERE datastore_id = ${datastoreId}::uuid AND status <> 'DELETED' GROUP BY storage_id
      UNION ALL
      SELECT 'ANNEXES', storage_id, (SELECT count(*) FROM geopf.annex WHERE datastore_id = ${datastoreId}::uuid)
      FROM geopf.datastore_storage WHERE datastore_id = ${datastoreId}::uuid AND usage = 'ANNEXES'`,
  ]);
  return lent.map((row) => ({
    storage: row.storage,
    usage: row.usage as LentStorage['usage'],
    use: Number(used.find((one) => one.usage === row.usage && one.storage === row.storageId)?.use ?? 0),
    quota: Number(row.quota),
  }));
}

/** What lists and details of lent endpoints read, as `entity`; its id is that of the datastore, then of the endpoint. */
const LENT_ENDPOINTS = Prisma.sql`(
  SELECT lent.datastore_id || '/' || lent.endpoint_id AS id, lent.datastore_id, lent.endpoint_id, lent.quota,
    ${endpointUse(Prisma.sql`lent.datastore_id`, Prisma.sql`lent.endpoint_id`)} AS use,
    endpoint.name, endpoint.type, endpoint.open, endpoint.position
  FROM geopf.datastore_endpoint AS lent JOIN geopf.endpoint AS endpoint ON endpoint.id = lent.endpoint_id) AS entity`;

const CLIENTS_ORDER = [Prisma.sql`entity.open DESC`, Prisma.sql`entity.position`];

interface LentEndpointRow {
  id: string;
  datastore: string;
  endpoint: string;
  use: number;
  quota: number;
}

async function lentEndpoints(db: Db, condition: Prisma.Sql): Promise<{ id: string; lent: LentEndpoint }[]> {
  const rows = await db.$queryRaw<LentEndpointRow[]>`
    SELECT entity.id, entity.datastore_id::text AS datastore, entity.endpoint_id::text AS endpoint,
      entity.use, entity.quota
    FROM ${LENT_ENDPOINTS} WHERE ${condition} ORDER BY ${Prisma.join(CLIENTS_ORDER)}, entity.id`;
  const [endpoints, datastores] = await Promise.all([
    db.endpoint.findMany({ where: { id: { in: rows.map((row) => row.endpoint) } } }),
    db.datastore.findMany({ where: { id: { in: rows.map((row) => row.datastore) } }, ...WITH_PLACE }),
  ]);
  return rows.flatMap(({ id, use, quota, ...row }) => {
    const endpoint = endpoints.find((one) => one.id === row.endpoint);
    const datastore = datastores.find((one) => one.id === row.datastore);
    return endpoint === undefined || datastore === undefined ? [] : [{ id, lent: { endpoint, datastore, use, quota } }];
  });
}
