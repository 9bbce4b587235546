import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type pg from 'pg';
import copyStreams from 'pg-copy-streams';
import { departments, departmentLayer } from '../../fixtures/generate/departments.js';
import type { LayerSource } from '../../fixtures/generate/dataset.js';
import { habitatLayer } from '../../fixtures/generate/habitats.js';

/** Data of bench/wms: departments with many vertices, and many small polygons, in the schema `bench`. */

/** Halvings of the departments' borders that give about 290,000 vertices, of which two in three are kept. */
const DETAIL = 9;

const HABITATS = 200_000;

/** Creates and fills the tables; returns what they hold, in words. */
export async function createTables(pool: pg.Pool): Promise<string> {
  await pool.query('DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench');
  const detailed = departments(DETAIL).map((department) => ({
    ...department,
    ring: department.ring.filter((_, index) => index % 3 !== 2),
  }));
  await createTable(pool, departmentLayer(detailed));
  await createTable(pool, habitatLayer(HABITATS));
  const { rows } = await pool.query<{ name: string; features: string; vertices: string }>(
    `SELECT 'departements' AS name, count(*) AS features, sum(ST_NPoints(geom)) AS vertices FROM bench.departements
     UNION ALL SELECT 'habitats', count(*), sum(ST_NPoints(geom)) FROM bench.habitats`,
  );
  return rows.map((row) => `${row.name}: ${row.features} polygons, ${row.vertices} vertices`).join('; ');
}

async function createTable(pool: pg.Pool, { name, geometry, srid, features }: LayerSource): Promise<void> {
  await pool.query(`CREATE TABLE bench.${name} (id serial PRIMARY KEY, geom geometry(${geometry}, ${srid}))`);
  const rows = function* (): Generator<string> {
    for (const { wkb } of features) yield `SRID=${srid};${wkb.toString('hex')}\n`;
  };
  const client = await pool.connect();
  try {
    await pipeline(Readable.from(rows()), client.query(copyStreams.from(`COPY bench.${name} (geom) FROM STDIN`)));
  } finally {
    client.release();
  }
  await pool.query(`CREATE INDEX ON bench.${name} USING gist (geom)`);
  await pool.query(`VACUUM ANALYZE bench.${name}`);
}
