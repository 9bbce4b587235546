import type { Column } from '../feature-table.js';
import { type TiledTable, tableId } from './model.js';

/** The documents of VECTOR-TMS, as pg_tileserv writes them (spec diffusion §7). */

/** Zoom levels that detail documents announce; tiles exist beyond. */
const ZOOMS = { minzoom: 0, maxzoom: 22 } as const;

/** What `index.json` says, by id. @param base public address of the service, version included */
export function tableIndex(base: string, tables: Iterable<TiledTable>): Record<string, object> {
  return Object.fromEntries(
    [...tables].map((table) => {
      const id = tableId(table);
      const { layer: schema, name, abstract: description } = table;
      return [id, { type: 'table', id, name, schema, description, detailurl: `${base}/${id}.json` }];
    }),
  );
}

/** What `{id}.json` says of a table. */
export function tableDetail(base: string, table: TiledTable) {
  const id = tableId(table);
  const { west, south, east, north } = table.bbox ?? { west: -180, south: -90, east: 180, north: 90 };
  return {
    id,
    schema: table.layer,
    name: table.name,
    description: table.abstract,
    properties: tileColumns(table).map(({ name, type }) => ({ name, type: typeName(type), description: '' })),
    geometrytype: table.source.geometry?.type,
    center: [(west + east) / 2, (south + north) / 2],
    bounds: [west, south, east, north],
    ...ZOOMS,
    tileurl: `${base}/${id}/{z}/{x}/{y}.pbf`,
  };
}

/** The attributes that tiles may hold: geographies are no attributes. */
export function tileColumns({ source }: TiledTable): readonly Column[] {
  return source.columns.filter(({ type }) => !type.startsWith('geography'));
}

/** The key, when tiles can hold it as the id of features: one whole number. It is then no property of theirs. */
export function featureIdColumn({ source }: TiledTable): string | null {
  const [name, ...others] = source.primaryKey;
  if (name === undefined || others.length > 0) return null;
  const type = source.columns.find((column) => column.name === name)?.type ?? '';
  return ['smallint', 'integer', 'bigint'].includes(type) ? name : null;
}

/** Names of PostgreSQL's catalogue that differ from those of SQL. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  smallint: 'int2',
  integer: 'int4',
  bigint: 'int8',
  real: 'float4',
  'double precision': 'float8',
  boolean: 'bool',
  'character varying': 'varchar',
  character: 'bpchar',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
};

/** The name that PostgreSQL's catalogue has for a type: `varchar` for `character varying(50)`, `_int4` for `integer[]`. */
export function typeName(sqlType: string): string {
  const element = sqlType.replace(/(\[\])+$/, '');
  const bare = element.replace(/\s*\([^)]*\)/, '');
  const name = TYPE_NAMES[bare] ?? bare;
  return element === sqlType ? name : `_${name}`;
}
