import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Feature } from 'geojson';
import GeoJSONVT from 'geojson-vt';
import pg from 'pg';
import { BOTTOM, BUFFER, EXTENT, TOLERANCE } from './settings.js';
import { fromGeojsonVt } from './vt-pbf.js';

/**
 * The peer: geojson-vt and vt-pbf, in memory, one thread, writing gzip files `<zoom>/<column>/<row>.pbf`.
 * Arguments: address of the database, schema, folder.
 */
const [databaseUrl = '', schema = '', folder = ''] = process.argv.slice(2);

async function readFeatures(): Promise<Feature[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const features: Feature[] = [];
  await client.query(`BEGIN; DECLARE habitats CURSOR FOR
    SELECT fid, code, classe, surface, releve::text, ST_AsGeoJSON(ST_Transform(geom, 4326)) AS geometry
    FROM ${schema}.habitats ORDER BY fid`);
  for (;;) {
    const { rows } = await client.query<Record<string, string>>('FETCH 5000 FROM habitats');
    if (rows.length === 0) break;
    for (const { geometry, ...properties } of rows) {
      features.push({
        type: 'Feature',
        id: Number(properties.fid),
        geometry: JSON.parse(geometry ?? '') as Feature['geometry'],
        properties,
      });
    }
  }
  await client.end();
  return features;
}

const start = Date.now();
const features = await readFeatures();
const options = {
  maxZoom: BOTTOM,
  indexMaxZoom: BOTTOM,
  indexMaxPoints: 0,
  tolerance: TOLERANCE,
  extent: EXTENT,
  buffer: BUFFER,
};
const index = new GeoJSONVT({ type: 'FeatureCollection', features }, options);
let tiles = 0;
for (const { z, x, y } of index.tileCoords) {
  const tile = index.getTile(z, x, y);
  if (tile === null || tile.features.length === 0) continue;
  const path = join(folder, String(z), String(x));
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, `${y}.pbf`), gzipSync(fromGeojsonVt({ habitats: tile }, { version: 2, extent: EXTENT })));
  tiles += 1;
}
process.send?.({ seconds: (Date.now() - start) / 1000, tiles, memory: process.resourceUsage().maxRSS / 1024 });
