import pg from 'pg';
import type { FeatureTable } from '../../src/ogc/feature-table.js';
import type { StyleModel } from '../../src/ogc/sld/model.js';
import { parseSld } from '../../src/ogc/sld/parse.js';
import type { WmsRelation } from '../../src/ogc/wms/model.js';

/**
 * Three small tables in EPSG:2154 for map tests, in the schema `shapes`: squares of 10 km whose lower left corners
 * are at (700, 6600), (720, 6600) and (740, 6600) km, a line along y = 6620 km from x = 700 to 750 km, and points at
 * (705, 6640) and (745, 6640) km.
 */
const SHAPES_SQL = `
  CREATE SCHEMA shapes;
  CREATE TABLE shapes.squares (id int PRIMARY KEY, kind text, size double precision, "odd !bbox! ""name'" text,
    geom geometry(Polygon, 2154));
  INSERT INTO shapes.squares VALUES
    (1, 'a', 1.5, 'x', ST_MakeEnvelope(700000, 6600000, 710000, 6610000, 2154)),
    (2, '', 20, 'y', ST_MakeEnvelope(720000, 6600000, 730000, 6610000, 2154)),
    (3, NULL, 300, 'z', ST_MakeEnvelope(740000, 6600000, 750000, 6610000, 2154));
  CREATE TABLE shapes.lines (id int PRIMARY KEY, geom geometry(LineString, 2154));
  INSERT INTO shapes.lines VALUES (1, 'SRID=2154;LINESTRING(700000 6620000, 750000 6620000)');
  CREATE TABLE shapes.points (id int PRIMARY KEY, name text, geom geometry(Point, 2154));
  INSERT INTO shapes.points VALUES (1, 'nord', 'SRID=2154;POINT(705000 6640000)'),
    (2, 'sud', 'SRID=2154;POINT(745000 6640000)');
  CREATE INDEX ON shapes.squares USING gist (geom);`;

/** Name of an attribute that holds everything a writer of SQL could trip on. */
export const ODD_NAME = `odd !bbox! "name'`;

const COLUMNS: Readonly<Record<ShapeTable, FeatureTable['columns']>> = {
  squares: [
    { name: 'id', type: 'integer', nullable: false },
    { name: 'kind', type: 'text', nullable: true },
    { name: 'size', type: 'double precision', nullable: true },
    { name: ODD_NAME, type: 'text', nullable: true },
  ],
  lines: [{ name: 'id', type: 'integer', nullable: false }],
  points: [
    { name: 'id', type: 'integer', nullable: false },
    { name: 'name', type: 'text', nullable: true },
  ],
};

const GEOMETRY_TYPES = { squares: 'Polygon', lines: 'LineString', points: 'Point' } as const;

export type ShapeTable = 'squares' | 'lines' | 'points';

/** Creates the tables. */
export async function createShapes(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(SHAPES_SQL);
  } finally {
    await client.end();
  }
}

/** Description of one of the tables. */
export function shapeTable(table: ShapeTable): FeatureTable {
  return {
    schema: 'shapes',
    table,
    columns: COLUMNS[table],
    geometry: { column: 'geom', type: GEOMETRY_TYPES[table], srid: 2154, hasZ: false },
    primaryKey: ['id'],
  };
}

/** A relation of a layer; without rules it has the default style. */
export function shapeRelation(table: ShapeTable, rules?: string): WmsRelation {
  const style = rules === undefined ? null : sldStyle(`<FeatureTypeStyle>${rules}</FeatureTypeStyle>`);
  return { name: table, source: shapeTable(table), style, styleName: style === null ? null : 'test' };
}

/** A style from its FeatureTypeStyle elements; filters have the prefix `ogc`. */
export function sldStyle(featureTypeStyles: string): StyleModel {
  const parsed = parseSld(
    `<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc">
    <NamedLayer><UserStyle>${featureTypeStyles}</UserStyle></NamedLayer></StyledLayerDescriptor>`,
    { strict: true },
  );
  if (parsed.warnings.length > 0) throw new Error(parsed.warnings.join('\n'));
  return parsed.style;
}

/** `property = literal` as an SLD filter; `value` is XML text. */
export function equals(property: string, value: string): string {
  const name = property.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<ogc:Filter><ogc:PropertyIsEqualTo><ogc:PropertyName>${name}</ogc:PropertyName>
    <ogc:Literal>${value}</ogc:Literal></ogc:PropertyIsEqualTo></ogc:Filter>`;
}

/** A polygon symbolizer with this fill and nothing else. */
export function filled(color: string): string {
  return `<PolygonSymbolizer><Fill><CssParameter name="fill">${color}</CssParameter></Fill></PolygonSymbolizer>`;
}

/** Keeps every reader of a table waiting. */
export interface HeldTable {
  /** Resolves when a render process waits for the table. */
  rendererWaits(): Promise<void>;
  release(): Promise<void>;
}

/** Locks a table, so that a map of it is certainly under way until released. */
export async function holdTable(databaseUrl: string, table: ShapeTable): Promise<HeldTable> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE shapes.${table} IN ACCESS EXCLUSIVE MODE`);
  const isWaiting = async (): Promise<boolean> => {
    const { rowCount } = await client.query(
      `SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
       WHERE NOT granted AND application_name = 'geopf-local render' AND datname = current_database()`,
    );
    return rowCount !== 0;
  };
  return {
    async rendererWaits() {
      while (!(await isWaiting())) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    async release() {
      await client.query('ROLLBACK');
      await client.end();
    },
  };
}
