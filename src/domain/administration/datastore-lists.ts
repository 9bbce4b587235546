import { type Datastore, Prisma } from '../../generated/prisma/client.js';
import type { Db } from '../database.js';
import { lentStorages } from '../datastores.js';
import { bySort, inOrder, matchesText, type Page, type Paged, pageOfIds, type Sort } from '../listing.js';
import { endpointUse } from '../quotas.js';

/** A datastore as lists show it: its names are those of its community. */
export type DatastoreItem = Datastore & { community: { name: string; technicalName: string } };

export interface DatastoreFilters {
  readonly name?: string | undefined;
  readonly active?: boolean | undefined;
  /** Those that have this entry of the catalogue. */
  readonly lent?: { readonly kind: 'storage' | 'endpoint' | 'check' | 'processing'; readonly id: string };
}

interface ListQuery {
  readonly filters: DatastoreFilters;
  readonly sort?: readonly Sort<'creation'>[];
  readonly page: Page;
}

/** A page of the datastores of the platform, oldest first unless sorted. */
export async function listDatastores(db: Db, query: ListQuery): Promise<Paged<DatastoreItem>> {
  const { name, active, lent } = query.filters;
  const where: Prisma.Sql[] = [];
  if (name !== undefined) where.push(matchesText(Prisma.sql`community.name`, name));
  if (active !== undefined) where.push(Prisma.sql`entity.active = ${active}`);
  if (lent !== undefined) {
    const row = Prisma.raw(`geopf.datastore_${lent.kind} AS lent WHERE lent.datastore_id = entity.id`);
    where.push(Prisma.sql`EXISTS (SELECT 1 FROM ${row} AND ${Prisma.raw(`lent.${lent.kind}_id`)} = ${lent.id}::uuid)`);
  }
  const { ids, total } = await pageOfIds(db, {
    from: Prisma.sql`geopf.datastore AS entity JOIN geopf.community AS community ON community.id = entity.community_id`,
    where,
    orderBy: bySort(query.sort ?? []),
    page: query.page,
  });
  const rows = await db.datastore.findMany({ where: { id: { in: ids } }, include: { community: true } });
  return { items: inOrder(ids, rows), total };
}

/** Use and quota of a storage by a datastore, by what it is used for: bytes, files for annexes. */
export type StorageUsages = Partial<Record<'DATA' | 'UPLOADS' | 'ANNEXES', { use: number; quota: number }>>;

/** A page of the datastores that have a storage. */
export async function listStorageDatastores(
  db: Db,
  storageId: string,
  page: Page,
): Promise<Paged<DatastoreItem & { usages: StorageUsages }>> {
  const { items, total } = await listDatastores(db, { filters: { lent: { kind: 'storage', id: storageId } }, page });
  const placed = await Promise.all(
    items.map(async (datastore) => {
      const lent = (await lentStorages(db, datastore.id)).filter(
        ({ storage }) => storage.id === storageId.toLowerCase(),
      );
      const usages = lent.map(({ usage, use, quota }) => [usage, { use, quota }] as const);
      return { ...datastore, usages: Object.fromEntries(usages) as StorageUsages };
    }),
  );
  return { items: placed, total };
}

/** A page of the datastores that have an endpoint; `use` and `quota` count offerings, or records of metadata. */
export async function listEndpointDatastores(
  db: Db,
  endpointId: string,
  page: Page,
): Promise<Paged<DatastoreItem & { use: number; quota: number }>> {
  const { items, total } = await listDatastores(db, { filters: { lent: { kind: 'endpoint', id: endpointId } }, page });
  const rows = await db.$queryRaw<{ id: string; use: number; quota: number }[]>`
    SELECT lent.datastore_id::text AS id, lent.quota,
      ${endpointUse(Prisma.sql`lent.datastore_id`, Prisma.sql`lent.endpoint_id`)} AS use
    FROM geopf.datastore_endpoint AS lent
    WHERE lent.endpoint_id = ${endpointId}::uuid AND lent.datastore_id = ANY (${items.map(({ id }) => id)}::uuid[])`;
  const byId = new Map(rows.map((row) => [row.id, row]));
  return {
    items: items.map((datastore) => {
      const { use, quota } = byId.get(datastore.id) ?? { use: 0, quota: 0 };
      return { ...datastore, use, quota };
    }),
    total,
  };
}
