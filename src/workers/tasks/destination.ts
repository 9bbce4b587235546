import type pg from 'pg';
import { findTable } from '../../domain/feature-loading.js';
import { type Filling, readFilling, type Relation, type RelationColumn } from '../../domain/relations.js';
import type { Dimension } from '../../processing/commands.js';
import { columnNames, databaseName } from '../../processing/names.js';
import { DataFault } from '../../processing/data-fault.js';

/** The tables that rows are appended to, and how the fields of a layer fit them. */

/** A table that exists. */
export interface Destination {
  readonly table: string;
  readonly geometry: DestinationGeometry | null;
  /** The column of a key of one column. */
  readonly key: DestinationColumn | undefined;
  /** In table order; the geometry that is filled and what PostgreSQL computes are left out. */
  readonly columns: readonly DestinationColumn[];
}

export interface DestinationGeometry {
  readonly column: string;
  /** As PostGIS writes it, without dimension: `MultiPolygon`, `Geometry`. */
  readonly type: string;
  readonly srid: number;
  /** Absent when the column takes any. */
  readonly dimension: Dimension | undefined;
}

export interface DestinationColumn {
  readonly name: string;
  readonly type: string;
  /** Whether a row may come without it: PostgreSQL gives a value. */
  readonly hasDefault: boolean;
}

/** What a layer brings. */
export interface LayerColumns {
  /** Names of the fields, as the file has them. */
  readonly fields: readonly string[];
  /** Name of the column of identifiers, empty when the format has none. */
  readonly fidColumn: string;
  readonly hasGeometry: boolean;
}

/** How the fields of a layer go into a table. */
export interface Fit {
  /** Column of each field, in the order of the fields. */
  readonly columns: readonly string[];
  /** Whether the identifiers of the features become the key. */
  readonly keepFid: boolean;
}

/**
 * Finds the table of this name.
 * @returns `undefined` when there is none
 * @throws DataFault for a view
 */
export async function findDestination(
  client: pg.Client,
  schema: string,
  table: string,
): Promise<Destination | undefined> {
  const found = await findTable(client, schema, table);
  if (found === undefined) return undefined;
  if (found.kind === 'VIEW') throw new DataFault(`${table} est une vue : aucune donnée ne peut y être ajoutée`);
  return toDestination(found, await readFilling(client as Pick<pg.Pool, 'query'>, schema, table));
}

function toDestination(relation: Relation, filling: ReadonlyMap<string, Filling>): Destination {
  const geometries = relation.columns.filter((column) => column.geometry !== null);
  const served = geometries.find((column) => column.name === 'geom') ?? geometries[0];
  const columns = relation.columns
    .filter((column) => column !== served && filling.get(column.name) !== 'computed')
    .map((column) => ({
      name: column.name,
      type: column.type,
      // A layer has one geometry: other ones stay empty.
      hasDefault: filling.get(column.name) === 'default' || (column.geometry !== null && column.nullable),
    }));
  const [key, ...more] = relation.primaryKey;
  return {
    table: relation.name,
    geometry: served === undefined ? null : toGeometry(served),
    key: more.length === 0 ? columns.find(({ name }) => name === key) : undefined,
    columns,
  };
}

function toGeometry({ name, type, geometry }: RelationColumn): DestinationGeometry {
  const { type: bare, srid } = geometry ?? { type: 'Geometry', srid: 0 };
  const suffix = /\([A-Za-z]*?(Z?M?)[,)]/.exec(type)?.[1];
  return {
    column: name,
    type: bare,
    srid,
    dimension: suffix === undefined ? undefined : (`XY${suffix}` as Dimension),
  };
}

/** Names that GDAL and the emulator give to the identifiers of features: they are no data of the producer. */
const OWN_KEYS = ['fid', 'ogc_fid'];

/**
 * Says which column each field fills. The columns must be those of the table, in any order; a column that PostgreSQL
 * fills by itself may be absent. The key is filled by the field of its name, else by the identifiers of a GeoPackage
 * that bear its name, else by its sequence.
 * @throws DataFault naming the columns that are unknown or absent
 */
export function fitColumns(destination: Destination, layer: LayerColumns): Fit {
  const { geometry, key } = destination;
  const reserved = geometry === null ? [] : [geometry.column];
  // A field with the name of the key was put beside it when the table was made of a file; elsewhere it is the key.
  const beside = fitNames(destination, columnNames(layer.fields, [...reserved, ...(key ? [key.name] : [])]), layer);
  const within = fitNames(destination, columnNames(layer.fields, reserved), layer);
  const fit = beside.faults.length === 0 ? beside : within;
  const faults = [
    ...fit.faults,
    ...(layer.hasGeometry === (geometry !== null) ? [] : [`géométrie ${geometry === null ? 'en trop' : 'absente'}`]),
  ];
  if (faults.length > 0) {
    throw new DataFault(`Les colonnes ne sont pas celles de la table ${destination.table} (${faults.join(' ; ')})`);
  }
  return fit;
}

function fitNames(
  { columns, key }: Destination,
  names: readonly string[],
  { fidColumn }: LayerColumns,
): Fit & { faults: string[] } {
  const byName = new Map(columns.map((column) => [databaseName(column.name), column]));
  const found = names.map((name) => byName.get(name));
  const filled = new Set(found.map((column) => column?.name));
  const keepFid = key !== undefined && !filled.has(key.name) && bringsKey(key, fidColumn);
  const unknown = names.filter((_, index) => found[index] === undefined);
  const missing = columns
    .filter(({ name, hasDefault }) => !filled.has(name) && !hasDefault && !(keepFid && name === key?.name))
    .map(({ name }) => name);
  return {
    columns: found.map((column) => column?.name ?? ''),
    keepFid,
    faults: [
      ...(unknown.length > 0 ? [`colonnes inconnues : ${unknown.join(', ')}`] : []),
      ...(missing.length > 0 ? [`colonnes absentes : ${missing.join(', ')}`] : []),
    ],
  };
}

function bringsKey(key: DestinationColumn, fidColumn: string): boolean {
  const name = databaseName(fidColumn);
  return fidColumn !== '' && name === databaseName(key.name) && !(key.hasDefault && OWN_KEYS.includes(name));
}
