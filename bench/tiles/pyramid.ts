import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Deps } from '../../src/deps.js';
import { publishPyramids } from '../../src/domain/configuration-types/pyramid-publication.js';
import { touchPublications } from '../../src/domain/published.js';
import { encodeTile } from '../../src/pyramid/tile-codec.js';
import { buildPyramid, type TestPyramid } from '../../test/helpers/pyramid.js';
import { createRandom } from '../lib/statistics.js';

/** The tiles of bench/tiles: a level of a pyramid in JPEG, published, and each tile as a file of its own. */

export const LAYER = 'bench';
export const LEVEL = '14';

const SIDE = 256;
const FIRST = { col: 8192, row: 5632 } as const;
const COLUMNS = 64;

const PHOTO: Omit<TestPyramid, 'levels'> = {
  format: 'TIFF_JPG_UINT8',
  pixels: { channels: 3, nodata: '255,255,255', photometric: 'rgb', interpolation: 'bicubic' },
};

export interface BenchTile {
  readonly col: number;
  readonly row: number;
  readonly bytes: Buffer;
}

/** Distinct tiles, the same at every run. */
export async function makeTiles(count: number): Promise<BenchTile[]> {
  const random = createRandom(2000);
  const tiles: BenchTile[] = [];
  for (let at = 0; at < count; at += 1) {
    const pixels = await texture(random);
    const kind = {
      format: { encoding: 'JPG', sample: 'UINT8' },
      channels: 3,
      tileWidth: SIDE,
      tileHeight: SIDE,
    } as const;
    const bytes = await encodeTile(kind, pixels);
    tiles.push({ col: FIRST.col + (at % COLUMNS), row: FIRST.row + Math.floor(at / COLUMNS), bytes });
  }
  return tiles;
}

/** Blotches of several sizes, about as hard to compress as a photograph of fields. */
async function texture(random: () => number): Promise<Uint8Array> {
  const layers = await Promise.all([8, 40, 100].map((side) => noise(random, side)));
  const weights = [0.6, 0.25, 0.15];
  return Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, at) =>
    layers.reduce((sum, layer, index) => sum + (layer[at] ?? 0) * (weights[index] ?? 0), 0),
  );
}

async function noise(random: () => number, side: number): Promise<Uint8Array> {
  const raw = Uint8Array.from({ length: side * side * 3 }, () => random() * 256);
  return sharp(raw, { raw: { width: side, height: side, channels: 3 } })
    .resize(SIDE, SIDE, { kernel: 'cubic' })
    .raw()
    .toBuffer();
}

/** Puts the tiles into a pyramid and shows it on the open endpoint, as the jobs of both do. */
export async function publishTiles(deps: Pick<Deps, 'prisma' | 'storage' | 'pool'>, tiles: readonly BenchTile[]) {
  const storedData = await buildPyramid(deps, { ...PHOTO, levels: [{ id: LEVEL, tiles }] });
  const { rows } = await deps.pool.query<{ id: string }>(
    `WITH configuration AS (
       INSERT INTO geopf.configuration (id, datastore_id, type, name, layer_name, type_infos, status)
       SELECT gen_random_uuid(), id, 'WMTS-TMS', $1, $1, '{}', 'PUBLISHED' FROM geopf.datastore LIMIT 1
       RETURNING id)
     INSERT INTO geopf.offering (id, configuration_id, endpoint_id, status, open, urls)
     SELECT gen_random_uuid(), configuration.id, endpoint.id, 'PUBLISHED', true, '[]'
     FROM configuration, geopf.endpoint WHERE endpoint.technical_name = 'gpf-rok4-server-wmts-tms'
     RETURNING id`,
    [LAYER],
  );
  const offeringId = rows[0]?.id ?? '';
  const used = [{ stored_data: storedData, bottom_level: LEVEL, top_level: LEVEL }];
  const typeInfos = { title: LAYER, abstract: LAYER, used_data: used };
  const layer = await publishPyramids(deps, {
    offeringId,
    layerName: LAYER,
    typeInfos,
    attribution: null,
    metadata: [],
  });
  await deps.pool.query('UPDATE geopf.offering SET publication = $2 WHERE id = $1', [
    offeringId,
    JSON.stringify(layer),
  ]);
  await touchPublications(deps.prisma);
}

/** Writes each tile as a file, where its TMS path has it. */
export async function writeFiles(folder: string, tiles: readonly BenchTile[]): Promise<void> {
  for (const { col, row, bytes } of tiles) {
    const column = join(folder, LEVEL, String(col));
    await mkdir(column, { recursive: true });
    await writeFile(join(column, `${row}.jpeg`), bytes);
  }
}
