import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { habitatLayer } from '../../fixtures/generate/habitats.js';
import type { FeatureType } from '../../src/ogc/wfs/model.js';

/** Data of bench/wfs: many small polygons with a few attributes, in a schema of their own. */

export const FEATURES = 200_000;

const SCHEMA = 'bench_wfs';

/** The feature type `bench:habitats` over the table. */
export const HABITATS: FeatureType = {
  prefix: 'bench',
  name: 'habitats',
  title: 'Habitats',
  abstract: '',
  keywords: [],
  source: {
    schema: SCHEMA,
    table: 'habitats',
    columns: [
      { name: 'id', type: 'integer', nullable: false },
      { name: 'code', type: 'text', nullable: true },
      { name: 'classe', type: 'text', nullable: true },
      { name: 'surface', type: 'double precision', nullable: true },
      { name: 'releve', type: 'date', nullable: true },
    ],
    geometry: { column: 'geom', type: 'Polygon', srid: 2154, hasZ: false },
    primaryKey: ['id'],
  },
  exposePrimaryKey: false,
  bbox: null,
};

/** Creates and fills the table, with its key and spatial index. */
export async function createHabitats(pool: pg.Pool): Promise<void> {
  await pool.query(
    `CREATE SCHEMA ${SCHEMA};
     CREATE TABLE ${SCHEMA}.habitats (id serial PRIMARY KEY, code text, classe text, surface double precision, releve date,
       geom geometry(Polygon, 2154))`,
  );
  const rows = function* (): Generator<string> {
    for (const { values, wkb } of habitatLayer(FEATURES).features) {
      yield `${values.join('\t')}\tSRID=2154;${wkb.toString('hex')}\n`;
    }
  };
  const client = await pool.connect();
  try {
    const copy = client.query(copyFrom(`COPY ${SCHEMA}.habitats (code, classe, surface, releve, geom) FROM STDIN`));
    await pipeline(Readable.from(rows()), copy);
  } finally {
    client.release();
  }
  await pool.query(`CREATE INDEX ON ${SCHEMA}.habitats USING gist (geom)`);
  await pool.query(`VACUUM ANALYZE ${SCHEMA}.habitats`);
}
