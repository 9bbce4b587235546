import type { ProcessingDefinition } from '../catalogue/processings.js';
import { notFound } from '../errors.js';
import { type Check, Prisma, type Processing } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import { bySort, inOrder, matchesText, type Page, type Paged, pageOfIds, type Sort } from './listing.js';
import { lentIn, lentWithin, type Scope } from './scope.js';

/** A processing with its definition read from the registry. */
export type ProcessingRecord = Omit<Processing, 'definition'> & { definition: ProcessingDefinition };

export interface ProcessingFilters {
  /** Also finds the names under which other sources know a processing (clients.md). */
  readonly name?: string | undefined;
  readonly inputUploadType?: string | undefined;
  readonly inputStoredDataType?: string | undefined;
  readonly outputUploadType?: string | undefined;
  readonly outputStoredDataType?: string | undefined;
}

/** A page of the processings lent in a scope, in the order of the catalogue unless sorted by creation. */
export async function listProcessings(
  db: Db,
  scope: Scope,
  query: { filters: ProcessingFilters; sort: readonly Sort<'creation'>[]; page: Page },
): Promise<Paged<ProcessingRecord>> {
  const { ids, total } = await pageOfIds(db, {
    from: Prisma.sql`geopf.processing AS entity`,
    where: [...lentIn('processing', scope), ...conditions(query.filters)],
    orderBy: bySort(query.sort, Prisma.sql`entity.position`),
    page: query.page,
  });
  const rows = await db.processing.findMany({ where: { id: { in: ids } } });
  return { items: inOrder(ids, rows).map(withDefinition), total };
}

/**
 * A processing lent in the scope, by its id or the id of a twin on another installation.
 * @throws ApiError not_found
 */
export async function findProcessing(db: Db, scope: Scope, id: string): Promise<ProcessingRecord> {
  const lent = await db.processing.findFirst({
    where: {
      ...lentWithin(scope),
      OR: [{ id }, { definition: { path: ['other_ids'], array_contains: [id.toLowerCase()] } }],
    },
  });
  if (lent === null) throw notFound(`Le traitement ${id} n'existe pas.`);
  return withDefinition(lent);
}

/** The checks that every input upload of a processing must have passed. */
export async function requiredChecks(db: Db, definition: ProcessingDefinition): Promise<Check[]> {
  const ids = [...definition.required_checks];
  return db.check.findMany({ where: { id: { in: ids } }, orderBy: [{ position: 'asc' }, { id: 'asc' }] });
}

function withDefinition(row: Processing): ProcessingRecord {
  return { ...row, definition: row.definition as unknown as ProcessingDefinition };
}

function conditions(filters: ProcessingFilters): Prisma.Sql[] {
  const found: Prisma.Sql[] = [];
  if (filters.name !== undefined) {
    const otherName = matchesText(Prisma.sql`other.name`, filters.name);
    found.push(Prisma.sql`(${matchesText(Prisma.sql`entity.name`, filters.name)} OR EXISTS (
      SELECT 1 FROM jsonb_array_elements_text(coalesce(entity.definition->'other_names', '[]')) AS other (name)
      WHERE ${otherName}))`);
  }
  const shapes = [
    filters.inputUploadType !== undefined && { input_types: { upload: [filters.inputUploadType] } },
    filters.inputStoredDataType !== undefined && { input_types: { stored_data: [filters.inputStoredDataType] } },
    filters.outputUploadType !== undefined && { output_type: { upload: filters.outputUploadType } },
    filters.outputStoredDataType !== undefined && { output_type: { stored_data: filters.outputStoredDataType } },
  ];
  for (const shape of shapes) {
    if (shape !== false) found.push(Prisma.sql`entity.definition @> ${JSON.stringify(shape)}::jsonb`);
  }
  return found;
}
