import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deps } from '../../src/deps.js';
import { filesKeyOf } from '../../src/domain/execution-output.js';
import { touchPublications } from '../../src/domain/published.js';
import {
  descriptorPath,
  levelStorage,
  type PyramidDescriptor,
  type PyramidLevel,
  pyramidName,
  slabSizeOf,
  type TableDescription,
  VECTOR_FORMAT,
} from '../../src/pyramid/descriptor.js';
import { tileCount, vectorHeader } from '../../src/pyramid/slab-format.js';
import { type Cell, slabOf, slabPath, tileIndexOf } from '../../src/pyramid/slab-names.js';
import { SlabWriter } from '../../src/pyramid/slab-writer.js';
import { datastoreIdOf } from './stored-data.js';

/** A level of a test pyramid: its tiles, and the limits around them. */
export interface TestLevel {
  readonly id: string;
  readonly tiles: readonly (Cell & { readonly bytes: Buffer })[];
  readonly tables?: readonly TableDescription[];
}

export interface TestPyramid {
  readonly tms?: string;
  readonly levels: readonly TestLevel[];
}

/** A vector tile of one layer with one point in the middle, whose only attribute is `name`. */
export async function pointTile({ pool }: Pick<Deps, 'pool'>, layer: string, name: string): Promise<Buffer> {
  const { rows } = await pool.query<{ tile: Buffer }>(
    `SELECT ST_AsMVT(feature, $1, 4096, 'geom') AS tile
     FROM (SELECT ST_MakePoint(2048, 2048) AS geom, $2::text AS name) AS feature`,
    [layer, name],
  );
  if (rows[0] === undefined) throw new Error('no tile');
  return rows[0].tile;
}

const SIDE = 16;

/** Around Paris, in degrees. */
const EXTENT = {
  type: 'Polygon',
  coordinates: [
    [
      [3, 48],
      [3, 49],
      [2, 49],
      [2, 48],
      [3, 48],
    ],
  ],
};

/** A GENERATED pyramid of vector tiles, as a processing leaves it. @returns its id */
export async function buildPyramid(
  deps: Pick<Deps, 'prisma' | 'storage'>,
  pyramid: TestPyramid,
  options: { extent?: object | null } = {},
): Promise<string> {
  const id = randomUUID();
  const filesKey = await writePyramid(deps, id, pyramid);
  const storage = await deps.prisma.storage.findFirstOrThrow({ where: { type: 'S3' } });
  await deps.prisma.storedData.create({
    data: {
      id,
      datastoreId: await datastoreIdOf(deps),
      storageId: storage.id,
      type: 'ROK4-PYRAMID-VECTOR',
      name: 'pyramid',
      status: 'GENERATED',
      srs: 'EPSG:3857',
      extent: options.extent === null ? undefined : (options.extent ?? EXTENT),
      size: 8192n,
      filesKey,
      typeInfos: { tms: pyramid.tms ?? 'PM', levels: pyramid.levels.map((level) => level.id) },
    },
  });
  return id;
}

/** Replaces the files of a pyramid, as an update in place does; the former ones are gone when this resolves. */
export async function replacePyramid(
  deps: Pick<Deps, 'prisma' | 'storage'>,
  id: string,
  pyramid: TestPyramid,
): Promise<void> {
  const filesKey = await writePyramid(deps, id, pyramid);
  const former = await deps.prisma.storedData.findUniqueOrThrow({ where: { id } });
  await deps.prisma.$transaction(async (tx) => {
    await tx.storedData.update({ where: { id }, data: { filesKey } });
    await touchPublications(tx);
  });
  if (former.filesKey !== null) await deps.storage.removeTree(former.filesKey);
}

/** @returns storage prefix of the files */
async function writePyramid({ storage }: Pick<Deps, 'storage'>, id: string, pyramid: TestPyramid): Promise<string> {
  const folder = join(await storage.tempDir('pyramid'), 'files');
  await mkdir(folder);
  const name = pyramidName(id);
  const levels = pyramid.levels.map((level) => describe(name, level));
  for (const [at, level] of levels.entries()) writeSlabs(folder, level, pyramid.levels[at]?.tiles ?? []);
  const descriptor: PyramidDescriptor = { tile_matrix_set: pyramid.tms ?? 'PM', format: VECTOR_FORMAT, levels };
  await writeFile(descriptorPath(folder, name), JSON.stringify(descriptor));
  const filesKey = filesKeyOf(id, randomUUID());
  await storage.takeIn(folder, filesKey);
  return filesKey;
}

function describe(name: string, { id, tiles, tables = [] }: TestLevel): PyramidLevel {
  const rows = tiles.map(({ row }) => row);
  const cols = tiles.map(({ col }) => col);
  return {
    id,
    tiles_per_width: SIDE,
    tiles_per_height: SIDE,
    tile_limits: {
      min_row: Math.min(...rows),
      max_row: Math.max(...rows),
      min_col: Math.min(...cols),
      max_col: Math.max(...cols),
    },
    storage: levelStorage(name, id),
    tables,
  };
}

function writeSlabs(folder: string, level: PyramidLevel, tiles: TestLevel['tiles']): void {
  const size = slabSizeOf(level);
  const inOrder = [...tiles].sort((one, other) => tileIndexOf(one, size) - tileIndexOf(other, size));
  for (const path of new Set(tiles.map((tile) => slabPath(slabOf(tile, size))))) {
    const writer = new SlabWriter(join(folder, level.storage.image_directory, path), tileCount(size), vectorHeader);
    for (const tile of inOrder.filter((each) => slabPath(slabOf(each, size)) === path)) {
      writer.add(tileIndexOf(tile, size), tile.bytes);
    }
    writer.finish();
  }
}
