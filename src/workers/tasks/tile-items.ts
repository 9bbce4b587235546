import type pg from 'pg';
import { readRelations, toFeatureTable } from '../../domain/relations.js';
import { compositionFaults, type CompositionItem } from '../../domain/tile-composition.js';
import { toRelationInfo } from '../../domain/feature-measures.js';
import type { TileOptions } from '../../processing/tiles/tile-options.js';
import {
  readTippecanoeOptions,
  type ReadOptions,
  TippecanoeOptionError,
} from '../../processing/tiles/tippecanoe-options.js';
import type { CutLevel } from '../../processing/tiles/tile-cutter.js';
import { DataFault } from '../../processing/data-fault.js';
import type { GenerationItem } from './tile-generation.js';

/** Finds what a composition names in the database. */

/** Where the tables are. */
export interface TileDatabase {
  readonly schema: string;
  /** SRID of geometries that have none. */
  readonly srid: number;
}

/**
 * The items of a composition, with their tables.
 * @param clip WKT in EPSG:4326 outside which nothing is read, or `null`
 * @param levelOf a level by its number
 * @throws DataFault naming all that does not exist
 */
export async function resolveItems(
  client: pg.Client,
  { schema, srid }: TileDatabase,
  items: readonly CompositionItem[],
  { options, clip, levelOf }: { options: TileOptions; clip: string | null; levelOf: (zoom: number) => CutLevel },
): Promise<GenerationItem[]> {
  const db = client as Pick<pg.Pool, 'query'>;
  const relations = await readRelations(db, schema);
  const faults = compositionFaults(items, relations.map(toRelationInfo));
  if (faults.length > 0) throw new DataFault(faults.join(' '));
  const resolved: GenerationItem[] = [];
  for (const item of items) {
    const relation = relations.find(({ name }) => name === item.table);
    const table = relation && (await toFeatureTable(db, schema, relation, srid));
    if (table === undefined || table.geometry === null)
      throw new DataFault(`La table ${item.table} n'a pas de géométrie`);
    const { geometry } = table;
    const attributes = table.columns.filter(
      ({ name }) =>
        (item.attributes === null || item.attributes.includes(name)) &&
        !options.excluded.has(name) &&
        (options.included === null || options.included.has(name)),
    );
    const levels = Array.from({ length: item.bottom - item.top + 1 }, (_, at) => levelOf(item.top + at));
    resolved.push({
      source: { table: { ...table, geometry }, attributes, filter: item.filter, clip },
      layer: item.layer,
      levels,
    });
  }
  return resolved;
}

/** Reads options of tippecanoe. @throws DataFault */
export function readOptions(text: string): ReadOptions {
  try {
    return readTippecanoeOptions(text);
  } catch (error) {
    if (error instanceof TippecanoeOptionError) throw new DataFault(error.message);
    throw error;
  }
}
