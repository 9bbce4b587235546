import http from 'node:http';
import pg from 'pg';
import { childEnvironment, loadConfig } from '../../src/config.js';
import { FEATURE_CONNECTIONS } from '../../src/domain/feature-pool.js';
import { tileBounds } from './tiles.js';

/**
 * The peer of bench/vector-tms: the least that can be done for the same tiles, `ST_AsMVT` through a bare `pg` behind a
 * bare HTTP server. No publications, no parameters, no limits, no counting; the statement is prepared, and as many
 * connections as ours have the same settings.
 */
const config = loadConfig(childEnvironment({}));
const pool = new pg.Pool({
  connectionString: config.databaseUrl,
  max: FEATURE_CONNECTIONS,
  options: '-c jit=off -c max_parallel_workers_per_gather=0 -c DateStyle=ISO,YMD',
});

const SQL = `
  SELECT ST_AsMVT(tile, 'bench.habitats', 4096, 'geom', 'id') AS mvt
  FROM (
    SELECT ST_AsMVTGeom(ST_Transform(geom, 3857), ST_MakeEnvelope($1, $2, $3, $4, 3857), 4096, 256, true) AS geom,
      id, code, classe, surface, releve::text AS releve
    FROM bench_wfs.habitats
    WHERE geom && ST_Transform(ST_Expand(ST_MakeEnvelope($1, $2, $3, $4, 3857), ($3 - $1) / 16), 2154)
    ORDER BY id LIMIT 50000
  ) AS tile
  WHERE geom IS NOT NULL`;

const server = http.createServer((request, response) => {
  void (async () => {
    const { rows } = await pool.query<{ mvt: Buffer }>({
      name: 'tile',
      text: SQL,
      values: tileBounds(request.url ?? ''),
    });
    const body = rows[0]?.mvt ?? Buffer.alloc(0);
    response.writeHead(200, {
      'content-type': 'application/vnd.mapbox-vector-tile',
      'content-length': body.length,
    });
    response.end(body);
  })();
});

server.listen(config.port, '127.0.0.1', () => process.send?.({ type: 'ready' }));
process.once('SIGTERM', () => process.exit(0));
