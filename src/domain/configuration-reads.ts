import type { Deps } from '../deps.js';
import { notFound } from '../errors.js';
import { type Configuration, Prisma } from '../generated/prisma/client.js';
import { bySort, hasTags, inOrder, matchesText, type Page, type Paged, pageOfIds, type Sort } from './listing.js';
import { inScope, ofScope, type Scope, WITH_PLACE } from './scope.js';
import type { ConfigurationContent } from './configuration-types/definition.js';

const WITH_DATASTORE = { datastore: WITH_PLACE } as const satisfies Prisma.ConfigurationInclude;

/** A configuration with where it lives. */
export type ConfigurationRecord = Prisma.ConfigurationGetPayload<{ include: typeof WITH_DATASTORE }>;

/** Filters of the list. */
export interface ConfigurationFilter {
  readonly type?: string | undefined;
  readonly status?: string | undefined;
  readonly name?: string | undefined;
  readonly layer_name?: string | undefined;
  /** Those that use, or still publish, this stored data. */
  readonly stored_data?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | null;
}

/**
 * A configuration of the scope.
 * @throws ApiError not_found
 */
export async function getConfiguration(
  { prisma }: Pick<Deps, 'prisma'>,
  scope: Scope,
  id: string,
): Promise<ConfigurationRecord> {
  const configuration = await prisma.configuration.findFirst({
    where: { id, ...ofScope(scope) },
    include: WITH_DATASTORE,
  });
  if (configuration === null) throw notFound(`La configuration ${id} n'existe pas.`);
  return configuration;
}

/** Type and content of a record: written by createConfiguration only, so of a shape that was checked. */
export function contentOf(record: Pick<Configuration, 'type' | 'typeInfos'>): ConfigurationContent {
  return { type: record.type, typeInfos: record.typeInfos } as ConfigurationContent;
}

/** A page of the configurations of a scope, oldest first unless sorted otherwise. */
export async function listConfigurations(
  { prisma }: Pick<Deps, 'prisma'>,
  scope: Scope,
  query: { filter: ConfigurationFilter; sort: readonly Sort[]; page: Page },
): Promise<Paged<ConfigurationRecord>> {
  const { filter } = query;
  const where = inScope(Prisma.sql`entity.datastore_id`, scope);
  if (filter.type !== undefined) where.push(Prisma.sql`entity.type = ${filter.type}`);
  if (filter.status !== undefined) where.push(Prisma.sql`entity.status = ${filter.status}`);
  if (filter.name !== undefined) where.push(matchesText(Prisma.sql`entity.name`, filter.name));
  if (filter.layer_name !== undefined) where.push(matchesText(Prisma.sql`entity.layer_name`, filter.layer_name));
  if (filter.tags) where.push(hasTags(Prisma.sql`entity.tags`, filter.tags));
  if (filter.stored_data !== undefined) {
    where.push(Prisma.sql`EXISTS (SELECT 1 FROM geopf.configuration_stored_data AS used
      WHERE used.configuration_id = entity.id AND used.stored_data_id = ${filter.stored_data}::uuid)`);
  }
  const { ids, total } = await pageOfIds(prisma, {
    from: Prisma.sql`geopf.configuration AS entity`,
    where,
    orderBy: bySort(query.sort),
    page: query.page,
  });
  const rows = await prisma.configuration.findMany({ where: { id: { in: ids } }, include: WITH_DATASTORE });
  return { items: inOrder(ids, rows), total };
}
