import { createHash, randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Deps } from '../../src/deps.js';
import { touchPublications } from '../../src/domain/published.js';
import type { FeatureType } from '../../src/ogc/wfs/model.js';
import { publishFeatureType } from '../../test/helpers/publish-wfs.js';
import { type BenchTile, LAYER, publishTiles } from '../tiles/pyramid.js';

/** Layers that are both open and private, and the keys, permissions and accesses of bench/guard. */

export const KEYS = 10_000;
export const PERMISSIONS = 5000;

/** Layers of each service, open ones and as many private ones; a key reads one private layer of each. */
const LAYERS = 20;
const USERS = 1000;

/** Features of the table; requests ask for one at a time. */
export const FEATURES = 2000;

const SCHEMA = 'bench_guard';

const PLACES: FeatureType = {
  prefix: LAYER,
  name: 'places',
  title: 'Places',
  abstract: '',
  keywords: [],
  source: {
    schema: SCHEMA,
    table: 'places',
    columns: [
      { name: 'id', type: 'integer', nullable: false },
      { name: 'name', type: 'text', nullable: true },
      { name: 'population', type: 'integer', nullable: true },
    ],
    geometry: { column: 'geom', type: 'Point', srid: 4326, hasZ: false },
    primaryKey: ['id'],
  },
  exposePrimaryKey: false,
  bbox: null,
};

/** A key, and the number of the layers that it reads. */
export interface BenchKey {
  readonly value: string;
  readonly layer: number;
}

export const layerName = (side: 'open' | 'private', number: number) => `${side}_${number}`;

/** Publishes the layers. */
export async function publishLayers(
  deps: Pick<Deps, 'prisma' | 'storage' | 'pool'>,
  tiles: readonly BenchTile[],
): Promise<void> {
  const { pool } = deps;
  await pool.query(
    `CREATE SCHEMA ${SCHEMA};
     CREATE TABLE ${SCHEMA}.places (id serial PRIMARY KEY, name text, population integer, geom geometry(Point, 4326));
     INSERT INTO ${SCHEMA}.places (name, population, geom)
       SELECT 'place ' || n, n * 10, ST_SetSRID(ST_MakePoint(n % 10, 40 + n % 9), 4326)
       FROM generate_series(1, ${FEATURES}) AS n`,
  );
  await pool.query(`VACUUM ANALYZE ${SCHEMA}.places`);
  await publishTiles(deps, tiles);
  await publishFeatureType(pool, PLACES);
  for (let number = 0; number < LAYERS; number += 1) {
    for (const side of ['open', 'private'] as const) {
      for (const type of ['WMTS-TMS', 'WFS']) await copyLayer(pool, type, side, layerName(side, number));
    }
  }
  await touchPublications(deps.prisma);
}

/** Publishes the layer that there is on an endpoint of the same type, under another name. */
async function copyLayer(pool: pg.Pool, type: string, side: 'open' | 'private', name: string): Promise<void> {
  await pool.query(
    `WITH model AS (
       SELECT configuration.datastore_id, offering.id, offering.publication
       FROM geopf.offering AS offering
       JOIN geopf.configuration AS configuration ON configuration.id = offering.configuration_id
       WHERE configuration.type = $1 AND configuration.layer_name IN ($2, $3)
     ), configuration AS (
       INSERT INTO geopf.configuration (id, datastore_id, type, name, layer_name, type_infos, status)
       SELECT gen_random_uuid(), datastore_id, $1, $4, $4, '{}', 'PUBLISHED' FROM model RETURNING id)
     INSERT INTO geopf.offering (id, configuration_id, endpoint_id, status, open, urls, publication)
     SELECT $5::uuid, configuration.id, endpoint.id, 'PUBLISHED', endpoint.open, '[]',
       replace(replace(model.publication::text, model.id::text, $5::text), '"' || $2 || '"', '"' || $4 || '"')::jsonb
     FROM model, configuration, geopf.endpoint WHERE endpoint.type = $1 AND endpoint.open = $6
     ORDER BY endpoint.position LIMIT 1`,
    [type, LAYER, `${LAYER}_places`, name, randomUUID(), side === 'open'],
  );
}

/**
 * Fills the registry: each of the users has ten keys and five permissions on five private layers of each service; their
 * keys are linked to one of these.
 */
export async function makeKeys(pool: pg.Pool): Promise<BenchKey[]> {
  const perUser = PERMISSIONS / USERS;
  const keys = Array.from({ length: KEYS }, (_, at) => {
    const user = at % USERS;
    const permission = (at + Math.floor(at / USERS)) % perUser;
    return { value: `bench-key-${at}`, user, permission, layer: (user + permission) % LAYERS };
  });
  await pool.query(
    `INSERT INTO geopf.api_user (id, email)
     SELECT md5('user' || n)::uuid, 'user' || n || '@example.org' FROM generate_series(0, ${USERS - 1}) AS n;
     INSERT INTO geopf.permission (id, datastore_id, licence, user_id, end_date)
     SELECT md5('permission' || n || '/' || p)::uuid, (SELECT id FROM geopf.datastore LIMIT 1), 'Licence',
       md5('user' || n)::uuid, now() + interval '1 year'
     FROM generate_series(0, ${USERS - 1}) AS n, generate_series(0, ${perUser - 1}) AS p;
     INSERT INTO geopf.permission_offering (permission_id, offering_id)
     SELECT md5('permission' || n || '/' || p)::uuid, offering.id
     FROM generate_series(0, ${USERS - 1}) AS n, generate_series(0, ${perUser - 1}) AS p, geopf.offering AS offering
     JOIN geopf.configuration AS configuration ON configuration.id = offering.configuration_id
     WHERE configuration.layer_name = 'private_' || (n + p) % ${LAYERS}`,
  );
  await pool.query(
    `INSERT INTO geopf.user_key (id, user_id, name, type, digest)
     SELECT md5(value)::uuid, md5('user' || "user")::uuid, value, 'HASH', digest
     FROM jsonb_to_recordset($1::jsonb) AS made (value text, "user" int, digest text)`,
    [JSON.stringify(keys.map((key) => ({ ...key, digest: createHash('sha256').update(key.value).digest('hex') })))],
  );
  await pool.query(
    `INSERT INTO geopf.access (id, key_id, offering_id, permission_id)
     SELECT gen_random_uuid(), md5(value)::uuid, covered.offering_id, covered.permission_id
     FROM jsonb_to_recordset($1::jsonb) AS made (value text, "user" int, permission int)
     JOIN geopf.permission_offering AS covered
       ON covered.permission_id = md5('permission' || "user" || '/' || permission)::uuid`,
    [JSON.stringify(keys)],
  );
  await pool.query(
    'ANALYZE geopf.user_key; ANALYZE geopf.access; ANALYZE geopf.permission; ANALYZE geopf.permission_offering',
  );
  return keys;
}

/** Changes one right, as a producer does who moves the end of a permission. */
export async function changeRight(pool: pg.Pool, number: number): Promise<void> {
  await pool.query(
    `UPDATE geopf.permission SET end_date = now() + interval '1 year' WHERE id = md5('permission' || $1 || '/0')::uuid`,
    [String(number % USERS)],
  );
}
