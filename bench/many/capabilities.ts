import { join } from 'node:path';
import type pg from 'pg';
import { projectRoot } from '../../src/supervisor/paths.js';
import { fetchBody, runLoad, summarize } from '../lib/load.js';
import { libpqConnection, type MapServer, startMapServer } from '../lib/mapserver.js';

/** GetCapabilities of many layers, against MapServer's of the same tables. */

const ROUNDS = 5;
const XML = /xml/;

/** A layer of the WFS. */
export interface Layer {
  /** Without its prefix. */
  readonly name: string;
  readonly title: string;
  /** Where its table is. */
  readonly schema: string;
  readonly table: string;
}

export interface Comparison {
  /** Our median over MapServer's. */
  readonly ratio: number;
  readonly lines: readonly string[];
}

/** Compares both documents, then the time that they take. @throws Error when they do not list as many layers */
export async function compareCapabilities(
  origin: string,
  databaseUrl: string,
  { layers, clients, perRound }: { layers: readonly Layer[]; clients: readonly number[]; perRound: number },
): Promise<Comparison> {
  const mapServer = await startMapServer(join(projectRoot(), 'bench', 'many', 'many.map'), {
    LAYERS: layers.map((layer) => mapLayer(layer, libpqConnection(databaseUrl))).join('\n'),
  });
  try {
    return await compare(origin, mapServer, { layers, clients, perRound });
  } finally {
    await mapServer.stop();
  }
}

async function compare(
  origin: string,
  mapServer: MapServer,
  { layers, clients, perRound }: { layers: readonly Layer[]; clients: readonly number[]; perRound: number },
): Promise<Comparison> {
  const request = 'SERVICE=WFS&VERSION=2.0.0&REQUEST=GetCapabilities';
  const [theirs, ours] = [`${mapServer.base}${request}`, `${origin}/wfs?${request}`];
  const lines = [await assertAsManyLayers(theirs, ours, layers.length)];
  const ratios: number[] = [];
  for (const count of clients) {
    const measured = await runLoad({
      sides: [
        { name: 'MapServer', base: theirs },
        { name: 'ours', base: ours },
      ],
      // A number that both ignore makes each request another one.
      rounds: Array.from({ length: ROUNDS }, (_, round) =>
        Array.from({ length: perRound }, (_unused, index) => `&_=${round * perRound + index}`),
      ),
      clients: count,
      warmUp: ['&_=a', '&_=b', '&_=c', '&_=d'],
      accept: XML,
    });
    const [first, second] = measured.map(summarize);
    if (first === undefined || second === undefined) throw new Error('a side is missing');
    const ratio = second.p50 / first.p50;
    ratios.push(ratio);
    const tell = ({ p50, low, high }: typeof first) => `${p50.toFixed(1)} ms (${low.toFixed(1)}–${high.toFixed(1)})`;
    lines.push(
      `GetCapabilities, ${layers.length} layers, ${count} clients: MapServer ${tell(first)}, ours ${tell(second)}, ratio ${ratio.toFixed(2)}`,
    );
  }
  return { ratio: Math.max(...ratios), lines };
}

async function assertAsManyLayers(theirs: string, ours: string, count: number): Promise<string> {
  const [mine, other] = await Promise.all([fetchBody(ours, XML), fetchBody(theirs, XML)]);
  const [listed, peers] = [mine, other].map((body) => (body.toString().match(/<(wfs:)?FeatureType[ >]/g) ?? []).length);
  if (listed !== count || peers !== count) throw new Error(`${listed} and ${peers} layers are listed, not ${count}`);
  return `Equal work: ${count} layers in both documents, ${mine.length} and ${other.length} bytes`;
}

function mapLayer({ name, title, schema, table }: Layer, connection: string): string {
  return `  LAYER
    NAME "${name}"
    TYPE POLYGON
    STATUS ON
    CONNECTIONTYPE POSTGIS
    CONNECTION "${connection}"
    PROCESSING "CLOSE_CONNECTION=DEFER"
    DATA "geom FROM ${schema}.${table} USING UNIQUE fid USING SRID=2154"
    EXTENT 200000 6200000 1000000 7000000
    PROJECTION "init=epsg:2154" END
    METADATA
      "wfs_title" "${title}"
      "wfs_abstract" "Station ${title}"
      "wfs_extent" "200000 6200000 1000000 7000000"
      "wfs_use_default_extent_for_getfeature" "false"
      "gml_include_items" "all"
      "gml_featureid" "fid"
    END
  END`;
}

/** Publishes copies of the first publication of the WFS, straight into the registry, until it has that many. */
export async function fillUp(pool: pg.Pool, count: number): Promise<void> {
  await pool.query(
    `WITH model AS (
       SELECT offering.*, configuration.datastore_id FROM geopf.offering AS offering
       JOIN geopf.configuration AS configuration ON configuration.id = offering.configuration_id
       WHERE configuration.type = 'WFS' AND offering.publication IS NOT NULL LIMIT 1),
     present AS (
       SELECT count(*)::int AS n FROM geopf.offering AS offering
       JOIN geopf.configuration AS configuration ON configuration.id = offering.configuration_id
       WHERE configuration.type = 'WFS' AND offering.publication IS NOT NULL),
     names AS (
       SELECT gen_random_uuid() AS id, 'copie_' || lpad(rank::text, 5, '0') AS name
       FROM present, generate_series(present.n + 1, $1) AS rank),
     configurations AS (
       INSERT INTO geopf.configuration (id, datastore_id, type, name, layer_name, type_infos, status)
       SELECT names.id, model.datastore_id, 'WFS', names.name, names.name, '{}', 'PUBLISHED' FROM model, names)
     INSERT INTO geopf.offering (id, configuration_id, endpoint_id, status, open, urls, publication)
     SELECT gen_random_uuid(), names.id, model.endpoint_id, 'PUBLISHED', true, '[]',
            jsonb_set(jsonb_set(model.publication, '{0,prefix}', to_jsonb(names.name)), '{0,title}', to_jsonb(names.name))
     FROM model, names`,
    [count],
  );
  await pool.query(
    `INSERT INTO geopf.epoch (name, value) VALUES ('publication', 1)
     ON CONFLICT (name) DO UPDATE SET value = epoch.value + 1`,
  );
}
