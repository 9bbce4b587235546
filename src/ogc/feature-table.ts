/**
 * Where the features of a published layer live: plain JSON, frozen into the publication so that the services never
 * have to ask the catalogue of PostgreSQL.
 */

/** A table or view of features. Identifiers are PostgreSQL's own, unquoted. */
export interface FeatureTable {
  readonly schema: string;
  readonly table: string;
  /** Attributes, primary key included, geometry left out, in table order. */
  readonly columns: readonly Column[];
  readonly geometry: GeometryColumn | null;
  /** Names of the key's columns in key order; empty when there is none. */
  readonly primaryKey: readonly string[];
}

/** An attribute column. */
export interface Column {
  readonly name: string;
  /** As `format_type()` writes it: `integer`, `character varying(50)`, `timestamp without time zone`. */
  readonly type: string;
  readonly nullable: boolean;
}

/** The geometry column that is served. */
export interface GeometryColumn {
  readonly column: string;
  /** PostGIS type name without dimension suffix: `Point`, `MultiPolygon`, `Geometry`. */
  readonly type: string;
  readonly srid: number;
  readonly hasZ: boolean;
}

/** What filters, encoders and schemas need to know of a column type. */
export type ColumnKind =
  | 'text'
  | 'short'
  | 'integer'
  | 'long'
  | 'float'
  | 'double'
  | 'decimal'
  | 'boolean'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'binary'
  | 'other';

const KINDS: Readonly<Record<string, ColumnKind>> = {
  'character varying': 'text',
  character: 'text',
  text: 'text',
  citext: 'text',
  name: 'text',
  smallint: 'short',
  integer: 'integer',
  bigint: 'long',
  real: 'float',
  'double precision': 'double',
  numeric: 'decimal',
  boolean: 'boolean',
  date: 'date',
  'time without time zone': 'time',
  'time with time zone': 'time',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamp',
  bytea: 'binary',
};

/** Classifies a `format_type()` name; modifiers such as `(10,2)` do not matter. Unlisted types are `other`. */
export function columnKind(type: string): ColumnKind {
  const bare = type.replace(/\s*\([^)]*\)/, '');
  return Object.hasOwn(KINDS, bare) ? (KINDS[bare] ?? 'other') : 'other';
}

/** Whether values of this kind are numbers. */
export function isNumericKind(kind: ColumnKind): boolean {
  return ['short', 'integer', 'long', 'float', 'double', 'decimal'].includes(kind);
}

/** The attribute with exactly this name, or `undefined`. */
export function findColumn(table: FeatureTable, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}
