import type { Deps } from '../deps.js';
import { notFound } from '../errors.js';
import { Prisma } from '../generated/prisma/client.js';
import { bySort, inOrder, type Page, type Paged, pageOfIds, type Sort } from './listing.js';
import { listLogLines } from './log-lines.js';
import { inScope, ofScope, type Scope, WITH_PLACE } from './scope.js';

/** Reading of executions of processings: one, a list, the logs. */

const WITH_PROCESSING = {
  processing: true,
  datastore: WITH_PLACE,
} as const satisfies Prisma.ProcessingExecutionInclude;

const WITH_ENTITIES = {
  ...WITH_PROCESSING,
  inputUploads: { include: { upload: true }, orderBy: { position: 'asc' } },
  inputStoredData: { include: { storedData: true }, orderBy: { position: 'asc' } },
  outputStoredData: true,
  outputUpload: true,
} as const satisfies Prisma.ProcessingExecutionInclude;

/** An execution with what it reads and writes, and where it lives. */
export type ExecutionDetail = Prisma.ProcessingExecutionGetPayload<{ include: typeof WITH_ENTITIES }>;
/** An execution as lists show it. */
export type ExecutionItem = Prisma.ProcessingExecutionGetPayload<{ include: typeof WITH_PROCESSING }>;

/** Filters of the list; ids select executions that read or write that entity. */
export interface ExecutionFilter {
  readonly status?: string | undefined;
  readonly processing?: string | undefined;
  readonly input_upload?: string | undefined;
  readonly input_stored_data?: string | undefined;
  readonly output_upload?: string | undefined;
  readonly output_stored_data?: string | undefined;
}

/**
 * An execution of the scope.
 * @throws ApiError not_found
 */
export async function getExecution(
  { prisma }: Pick<Deps, 'prisma'>,
  scope: Scope,
  id: string,
): Promise<ExecutionDetail> {
  const execution = await prisma.processingExecution.findFirst({
    where: { id, ...ofScope(scope) },
    include: WITH_ENTITIES,
  });
  if (execution === null) throw notFound(`L'exécution de traitement ${id} n'existe pas.`);
  return execution;
}

/** A page of the executions of a scope, oldest first unless sorted otherwise. */
export async function listExecutions(
  { prisma }: Pick<Deps, 'prisma'>,
  scope: Scope,
  query: { filter: ExecutionFilter; sort: readonly Sort<'creation'>[]; page: Page },
): Promise<Paged<ExecutionItem>> {
  const { filter } = query;
  const where = inScope(Prisma.sql`entity.datastore_id`, scope);
  if (filter.status !== undefined) where.push(Prisma.sql`entity.status = ${filter.status}`);
  if (filter.processing !== undefined) where.push(Prisma.sql`entity.processing_id = ${filter.processing}::uuid`);
  if (filter.output_stored_data !== undefined) {
    where.push(Prisma.sql`entity.output_stored_data_id = ${filter.output_stored_data}::uuid`);
  }
  if (filter.output_upload !== undefined) {
    where.push(Prisma.sql`entity.output_upload_id = ${filter.output_upload}::uuid`);
  }
  if (filter.input_upload !== undefined) {
    where.push(Prisma.sql`EXISTS (SELECT 1 FROM geopf.execution_input_upload AS input
      WHERE input.execution_id = entity.id AND input.upload_id = ${filter.input_upload}::uuid)`);
  }
  if (filter.input_stored_data !== undefined) {
    where.push(Prisma.sql`EXISTS (SELECT 1 FROM geopf.execution_input_stored_data AS input
      WHERE input.execution_id = entity.id AND input.stored_data_id = ${filter.input_stored_data}::uuid)`);
  }
  const { ids, total } = await pageOfIds(prisma, {
    from: Prisma.sql`geopf.processing_execution AS entity`,
    where,
    orderBy: bySort(query.sort),
    page: query.page,
  });
  const rows = await prisma.processingExecution.findMany({
    where: { id: { in: ids } },
    include: WITH_PROCESSING,
  });
  return { items: inOrder(ids, rows), total };
}

/**
 * A page of the lines an execution wrote.
 * @throws ApiError not_found when the scope has no such execution
 */
export async function listExecutionLogs(
  { prisma }: Pick<Deps, 'prisma'>,
  scope: Scope,
  id: string,
  page: Page,
): Promise<Paged<string>> {
  const execution = await prisma.processingExecution.findFirst({
    where: { id, ...ofScope(scope) },
    select: { id: true },
  });
  if (execution === null) throw notFound(`L'exécution de traitement ${id} n'existe pas.`);
  return listLogLines(prisma, id, page);
}
