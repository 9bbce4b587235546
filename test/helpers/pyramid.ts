import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tileMatrixSets } from '../../src/catalogue/tile-matrix-sets.js';
import type { Deps } from '../../src/deps.js';
import { filesKeyOf } from '../../src/domain/execution-output.js';
import { touchPublications } from '../../src/domain/published.js';
import {
  descriptorPath,
  levelStorage,
  type PyramidDescriptor,
  type PyramidLevel,
  pyramidName,
  type RasterSpecifications,
  slabSizeOf,
  type TableDescription,
  VECTOR_FORMAT,
} from '../../src/pyramid/descriptor.js';
import { rasterFormat } from '../../src/pyramid/formats.js';
import { rasterHeader, type SlabKind } from '../../src/pyramid/raster-header.js';
import { tileCount, type TileEntry, vectorHeader } from '../../src/pyramid/slab-format.js';
import { type Cell, slabOf, slabPath, type SlabSize, tileIndexOf } from '../../src/pyramid/slab-names.js';
import { SlabWriter } from '../../src/pyramid/slab-writer.js';
import { encodeTile } from '../../src/pyramid/tile-codec.js';
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
  /** Of a raster pyramid: `TIFF_PNG_UINT8`. */
  readonly format?: string;
  readonly pixels?: RasterSpecifications;
}

/** A tile of one colour, or of the value of each pixel and channel. */
export async function rasterTile(
  { format = '', pixels }: Pick<TestPyramid, 'format' | 'pixels'>,
  value: readonly number[] | ((x: number, y: number, channel: number) => number),
): Promise<Buffer> {
  const read = rasterFormat(format);
  if (read === undefined || pixels === undefined) throw new Error('not a raster pyramid');
  const { channels } = pixels;
  const samples = Array.from({ length: TILE * TILE * channels }, (_, at) => {
    const pixel = Math.floor(at / channels);
    return typeof value === 'function'
      ? value(pixel % TILE, Math.floor(pixel / TILE), at % channels)
      : (value[at % channels] ?? 0);
  });
  const kind = { format: read, channels, tileWidth: TILE, tileHeight: TILE };
  return encodeTile(kind, read.sample === 'FLOAT32' ? new Float32Array(samples) : new Uint8Array(samples));
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

/** Pixels of the side of a tile. */
const TILE = 256;

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

/** A GENERATED pyramid, of vector tiles unless it has pixels, as a processing leaves it. @returns its id */
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
      type: pyramid.pixels === undefined ? 'ROK4-PYRAMID-VECTOR' : 'ROK4-PYRAMID-RASTER',
      name: 'pyramid',
      status: 'GENERATED',
      srs: tileMatrixSets().get(pyramid.tms ?? 'PM')?.crs,
      extent: options.extent === null ? undefined : (options.extent ?? EXTENT),
      size: 8192n,
      filesKey,
      typeInfos: {
        tms: pyramid.tms ?? 'PM',
        levels: pyramid.levels.map((level) => level.id),
        ...describePixels(pyramid),
      },
    },
  });
  return id;
}

function describePixels({ format = '', pixels }: TestPyramid): object {
  if (pixels === undefined) return {};
  const { encoding, sample } = rasterFormat(format) ?? {};
  return {
    channels_format: sample,
    channels_number: pixels.channels,
    compression: encoding,
    nodata_value: pixels.nodata,
  };
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
  for (const [at, level] of levels.entries()) writeSlabs(folder, level, pyramid, pyramid.levels[at]?.tiles ?? []);
  const { tms = 'PM', format = VECTOR_FORMAT, pixels } = pyramid;
  const descriptor: PyramidDescriptor = {
    tile_matrix_set: tms,
    format,
    ...(pixels === undefined ? {} : { raster_specifications: pixels }),
    levels,
  };
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

function writeSlabs(folder: string, level: PyramidLevel, pyramid: TestPyramid, tiles: TestLevel['tiles']): void {
  const size = slabSizeOf(level);
  const header = headerOf(pyramid, size);
  const inOrder = [...tiles].sort((one, other) => tileIndexOf(one, size) - tileIndexOf(other, size));
  for (const path of new Set(tiles.map((tile) => slabPath(slabOf(tile, size))))) {
    const writer = new SlabWriter(join(folder, level.storage.image_directory, path), tileCount(size), header);
    for (const tile of inOrder.filter((each) => slabPath(slabOf(each, size)) === path)) {
      writer.add(tileIndexOf(tile, size), tile.bytes);
    }
    writer.finish();
  }
}

function headerOf({ format = '', pixels }: TestPyramid, size: SlabSize): (entries: readonly TileEntry[]) => Buffer {
  const read = rasterFormat(format);
  if (read === undefined || pixels === undefined) return vectorHeader;
  const { channels, photometric } = pixels;
  const kind: SlabKind = { format: read, channels, photometric, tileWidth: TILE, tileHeight: TILE, size };
  return (entries) => rasterHeader(kind, entries);
}
