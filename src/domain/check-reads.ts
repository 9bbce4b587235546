import { notFound } from '../errors.js';
import { type Check, Prisma } from '../generated/prisma/client.js';
import { type CheckRun, findCheckExecution } from './checks.js';
import type { Db } from './database.js';
import { bySort, inOrder, matchesText, type Page, type Paged, pageOfIds, type Sort } from './listing.js';
import { listLogLines } from './log-lines.js';
import { lentIn, lentWithin, type Scope } from './scope.js';

export interface CheckFilters {
  readonly name?: string | undefined;
  readonly defaultUploadType?: string | undefined;
}

/** A page of the checks lent in a scope, in the order of the catalogue unless sorted by creation. */
export async function listChecks(
  db: Db,
  scope: Scope,
  query: { filters: CheckFilters; sort: readonly Sort<'creation'>[]; page: Page },
): Promise<Paged<Check>> {
  const { name, defaultUploadType } = query.filters;
  const where = lentIn('check', scope);
  if (name !== undefined) where.push(matchesText(Prisma.sql`entity.name`, name));
  if (defaultUploadType !== undefined) {
    where.push(Prisma.sql`${defaultUploadType} = ANY (entity.default_upload_types)`);
  }
  const { ids, total } = await pageOfIds(db, {
    from: Prisma.sql`geopf."check" AS entity`,
    where,
    orderBy: bySort(query.sort, Prisma.sql`entity.position`),
    page: query.page,
  });
  return { items: inOrder(ids, await db.check.findMany({ where: { id: { in: ids } } })), total };
}

/**
 * A check lent in the scope.
 * @throws ApiError not_found
 */
export async function findCheck(db: Db, scope: Scope, id: string): Promise<Check> {
  const check = await db.check.findFirst({ where: { id, ...lentWithin(scope) } });
  if (check === null) throw notFound(`La vérification ${id} n'existe pas.`);
  return check;
}

export interface CheckExecutionFilters {
  readonly status?: string | undefined;
  readonly upload?: string | undefined;
  readonly check?: string | undefined;
}

/** A page of the executions on the uploads of a datastore, oldest first unless sorted. */
export async function listCheckExecutions(
  db: Db,
  datastoreId: string,
  query: { filters: CheckExecutionFilters; sort: readonly Sort<'creation'>[]; page: Page },
): Promise<Paged<CheckRun>> {
  const { status, upload, check } = query.filters;
  const where = [Prisma.sql`upload.datastore_id = ${datastoreId}::uuid`];
  if (status !== undefined) where.push(Prisma.sql`entity.status = ${status}`);
  if (upload !== undefined) where.push(Prisma.sql`entity.upload_id = ${upload}::uuid`);
  if (check !== undefined) where.push(Prisma.sql`entity.check_id = ${check}::uuid`);
  const { ids, total } = await pageOfIds(db, {
    from: Prisma.sql`geopf.check_execution AS entity JOIN geopf.upload AS upload ON upload.id = entity.upload_id`,
    where,
    orderBy: bySort(query.sort),
    page: query.page,
  });
  const rows = await db.checkExecution.findMany({ where: { id: { in: ids } }, include: { check: true } });
  return { items: inOrder(ids, rows), total };
}

/**
 * A page of the lines that a check execution of the scope wrote.
 * @throws ApiError not_found
 */
export async function listCheckLogs(db: Db, scope: Scope, id: string, page: Page): Promise<Paged<string>> {
  await findCheckExecution(db, scope, id);
  return listLogLines(db, id, page);
}
