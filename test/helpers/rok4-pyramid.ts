import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { VECTOR_FORMAT } from '../../src/pyramid/descriptor.js';
import { MASK_FORMAT, rasterFormat, sampleBytes } from '../../src/pyramid/formats.js';
import { rasterHeader, type SlabKind } from '../../src/pyramid/raster-header.js';
import { type TileEntry, vectorHeader } from '../../src/pyramid/slab-format.js';
import { slabPath } from '../../src/pyramid/slab-names.js';
import { SlabWriter } from '../../src/pyramid/slab-writer.js';

/** Pyramids of two levels of PM, one slab of 2 × 2 tiles each, as files by path: for tests that spoil them. */

export interface PyramidFile {
  readonly path: string;
  content: Uint8Array<ArrayBuffer>;
}

const SIZE = { tilesPerWidth: 2, tilesPerHeight: 2 };
const LEVELS = [
  { id: '11', col: 1036, row: 704 },
  { id: '12', col: 2074, row: 1408 },
];

/** The content of a tile of each format that needs no encoder of images. */
export function tileOf(kind: Pick<SlabKind, 'format' | 'channels'>): Buffer {
  const length = 256 * 256 * kind.channels * sampleBytes(kind.format);
  const pixels = Buffer.alloc(length, 40);
  switch (kind.format.encoding) {
    case 'ZIP':
      return deflateSync(pixels);
    case 'PNG':
      return png(pixels, kind.channels);
    case 'PKB':
      return packBits(256 * kind.channels * sampleBytes(kind.format), 256);
    default:
      return pixels;
  }
}

/** A PNG as the platform writes it: one block of pixels, rows without filter unless given. */
export function png(pixels: Buffer, channels: number, filter = 0): Buffer {
  const row = 256 * channels;
  const rows = Array.from({ length: 256 }, (_, at) => [
    Buffer.from([filter]),
    pixels.subarray(at * row, (at + 1) * row),
  ]);
  const header = Buffer.from([0, 0, 1, 0, 0, 0, 1, 0, 8, [0, 4, 2, 6][channels - 1] ?? 0, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.concat(rows.flat()))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A block of a PNG. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** Rows of one value, packed. */
function packBits(rowBytes: number, rows: number): Buffer {
  const row: number[] = [];
  for (let left = rowBytes; left > 0; left -= 128) row.push(257 - Math.min(left, 128), 40);
  return Buffer.concat(Array.from({ length: rows }, () => Buffer.from(row)));
}

/** A tile of one layer, `routes`, with one point. */
export const VECTOR_TILE = Buffer.concat([
  Buffer.from([0x1a, 19, 0x0a, 6]),
  Buffer.from('routes', 'latin1'),
  Buffer.from([0x12, 7, 0x18, 1, 0x22, 3, 9, 50, 34]),
  Buffer.from([0x78, 2]),
]);

/**
 * The files of a sound pyramid, under `pyramide/`.
 * @param options `tile`: content of every tile, that of {@link tileOf} for formats it knows; `images`, `depth`: where
 *   slabs are, in another way than the platform's
 */
export function pyramidFiles(
  options: {
    format?: string;
    channels?: number;
    masks?: boolean;
    tile?: Buffer;
    nodata?: string;
    images?: string;
    depth?: number;
  } = {},
): PyramidFile[] {
  const { format = 'TIFF_ZIP_UINT8', channels = 3, masks = false, tile, nodata = '255,255,255,255' } = options;
  const { images = 'DATA', depth = 2 } = options;
  const folder = mkdtempSync(join(tmpdir(), 'rok4-'));
  const files: PyramidFile[] = [];
  const slabs: string[] = [];
  const add = (kind: SlabKind | null, path: string) => {
    const header = (entries: readonly TileEntry[]) =>
      kind === null ? vectorHeader(entries) : rasterHeader(kind, entries);
    const target = join(folder, path);
    const writer = new SlabWriter(target, 4, header);
    const content =
      tile !== undefined && !path.startsWith('MASK') ? tile : kind === null ? Buffer.alloc(0) : tileOf(kind);
    for (let at = 0; at < 4; at += 1) writer.add(at, content);
    writer.finish();
    files.push({ path: `pyramide/ORTHO/${path}`, content: new Uint8Array(readFileSync(target)) });
    slabs.push(path);
  };
  for (const { id, col, row } of LEVELS) {
    const path = slabPath({ col: col / 2, row: row / 2 }, depth);
    const pixels = rasterFormat(format);
    const shared = { tileWidth: 256, tileHeight: 256, size: SIZE };
    const photometric = channels > 2 ? 'rgb' : 'gray';
    add(pixels === undefined ? null : { ...shared, format: pixels, channels, photometric }, `${images}/${id}/${path}`);
    const mask = rasterFormat(MASK_FORMAT);
    if (masks && mask !== undefined)
      add({ ...shared, format: mask, channels: 1, photometric: 'mask' }, `MASK/${id}/${path}`);
  }
  const raster = { channels, nodata, photometric: channels > 2 ? 'rgb' : 'gray', interpolation: 'bicubic' };
  const descriptor = {
    tile_matrix_set: 'PM',
    format,
    ...(format === VECTOR_FORMAT ? {} : { raster_specifications: raster }),
    ...(masks ? { mask_format: MASK_FORMAT } : {}),
    levels: LEVELS.map(({ id, col, row }) => ({
      id,
      tiles_per_width: 2,
      tiles_per_height: 2,
      tile_limits: { min_row: row, max_row: row + 1, min_col: col, max_col: col + 1 },
      storage: {
        type: 'FILE',
        image_directory: `ORTHO/${images}/${id}`,
        path_depth: depth,
        ...(masks ? { mask_directory: `ORTHO/MASK/${id}` } : {}),
      },
      ...(format === VECTOR_FORMAT ? { tables: [] } : {}),
    })),
  };
  const list = ['0=/pyramides/ORTHO', '#', ...slabs.map((slab) => `0/${slab}`), ''].join('\n');
  return [
    ...files,
    { path: 'pyramide/ORTHO.json', content: bytes(JSON.stringify(descriptor)) },
    { path: 'pyramide/ORTHO.list', content: bytes(list) },
  ];
}

/** Text as the content of a file. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text));
}
