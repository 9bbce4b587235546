import type pg from 'pg';
import type { Column, FeatureTable, GeometryColumn } from '../ogc/feature-table.js';

/**
 * What PostgreSQL knows of the relations of a VECTOR-DB: the only reader of its catalogue. The registry's
 * `type_infos.relations` and the publications are both made from it, so they cannot disagree.
 */

/** Anything that runs a query: the pool or one of its clients. */
export type Queryable = Pick<pg.Pool, 'query'>;

/** A table or view of a VECTOR-DB. */
export interface Relation {
  readonly name: string;
  readonly kind: 'TABLE' | 'VIEW';
  /** Every column in table order, geometry included. */
  readonly columns: readonly RelationColumn[];
  /** Names of the key's columns in key order; empty for views and tables without a key. */
  readonly primaryKey: readonly string[];
}

/** A column; `geometry` is set for PostGIS geometries. */
export interface RelationColumn extends Column {
  readonly geometry: Omit<GeometryColumn, 'column'> | null;
}

interface ColumnRow {
  relation: string;
  relkind: string;
  column: string;
  type: string;
  nullable: boolean;
  geometry_type: string | null;
  srid: number | null;
}

const COLUMNS_SQL = `
  SELECT c.relname AS relation, c.relkind AS relkind, a.attname AS "column",
         format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
         CASE WHEN t.typname = 'geometry' THEN postgis_typmod_type(a.atttypmod) END AS geometry_type,
         CASE WHEN t.typname = 'geometry' THEN postgis_typmod_srid(a.atttypmod) END AS srid
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm')
    AND ($2::text[] IS NULL OR c.relname = ANY ($2::text[]))
  ORDER BY c.relname, a.attnum`;

const KEYS_SQL = `
  SELECT c.relname AS relation, array_agg(a.attname::text ORDER BY k.position) AS columns
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
  WHERE n.nspname = $1 AND i.indisprimary
  GROUP BY c.relname`;

/** Who gives a column its values: the one who writes the row, PostgreSQL when that one does not, or PostgreSQL alone. */
export type Filling = 'writer' | 'default' | 'computed';

/** How the columns of a table are filled, by name. */
export async function readFilling(db: Queryable, schema: string, table: string): Promise<ReadonlyMap<string, Filling>> {
  const { rows } = await db.query<{ column: string; filling: Filling }>(
    `SELECT a.attname AS "column",
            CASE WHEN a.attgenerated <> '' THEN 'computed'
                 WHEN a.atthasdef OR a.attidentity <> '' THEN 'default' ELSE 'writer' END AS filling
     FROM pg_catalog.pg_attribute a
     JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped`,
    [schema, table],
  );
  return new Map(rows.map(({ column, filling }) => [column, filling]));
}

/**
 * Reads the tables and views of a schema, in name order.
 * @param names only these relations when given; unknown ones are left out of the answer
 */
export async function readRelations(db: Queryable, schema: string, names?: readonly string[]): Promise<Relation[]> {
  const columns = await db.query<ColumnRow>(COLUMNS_SQL, [schema, names ?? null]);
  const keys = await db.query<{ relation: string; columns: string[] }>(KEYS_SQL, [schema]);
  const keyOf = new Map(keys.rows.map((row) => [row.relation, row.columns]));
  const byRelation = new Map<string, ColumnRow[]>();
  for (const row of columns.rows) {
    const rows = byRelation.get(row.relation);
    if (rows === undefined) byRelation.set(row.relation, [row]);
    else rows.push(row);
  }
  return [...byRelation].map(([name, rows]) => ({
    name,
    kind: rows[0]?.relkind === 'v' || rows[0]?.relkind === 'm' ? 'VIEW' : 'TABLE',
    columns: rows.map(toColumn),
    primaryKey: keyOf.get(name) ?? [],
  }));
}

function toColumn(row: ColumnRow): RelationColumn {
  return {
    name: row.column,
    type: row.type,
    nullable: row.nullable,
    geometry:
      row.geometry_type === null
        ? null
        : {
            // "PointZ", "PointM", "PointZM" and "Point": the dimension is a suffix of the type's name.
            type: row.geometry_type.replace(/Z?M?$/, ''),
            srid: row.srid ?? 0,
            hasZ: /ZM?$/.test(row.geometry_type),
          },
  };
}

/**
 * The relation as the services read it. The geometry served is the column `geom`, else the first one; other
 * geometry columns are not served. A column without declared reference system (a computed view) takes it from its
 * first row, then from `fallbackSrid`.
 */
export async function toFeatureTable(
  db: Queryable,
  schema: string,
  relation: Relation,
  fallbackSrid: number,
): Promise<FeatureTable> {
  const geometries = relation.columns.filter((column) => column.geometry !== null);
  const served = geometries.find((column) => column.name === 'geom') ?? geometries[0];
  return {
    schema,
    table: relation.name,
    columns: relation.columns
      .filter((column) => column.geometry === null)
      .map(({ name, type, nullable }) => ({ name, type, nullable })),
    geometry: served === undefined ? null : await servedGeometry(db, schema, relation.name, served, fallbackSrid),
    primaryKey: relation.primaryKey,
  };
}

async function servedGeometry(
  db: Queryable,
  schema: string,
  table: string,
  column: RelationColumn,
  fallbackSrid: number,
): Promise<GeometryColumn> {
  const declared = column.geometry ?? { type: 'Geometry', srid: 0, hasZ: false };
  if (declared.srid > 0) return { column: column.name, ...declared };
  const name = quoteIdentifier(column.name);
  const { rows } = await db.query<{ srid: number; z: boolean }>(
    `SELECT ST_SRID(${name}) AS srid, ST_Zmflag(${name}) >= 2 AS z
     FROM ${quoteIdentifier(schema)}.${quoteIdentifier(table)} WHERE ${name} IS NOT NULL LIMIT 1`,
  );
  const first = rows[0];
  return {
    column: column.name,
    type: declared.type,
    srid: first !== undefined && first.srid > 0 ? first.srid : fallbackSrid,
    hasZ: first?.z ?? declared.hasZ,
  };
}

/** A PostgreSQL identifier between double quotes. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
