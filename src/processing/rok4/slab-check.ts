import { open } from 'node:fs/promises';
import type { DeliveredDescriptor } from '../../pyramid/delivered-descriptor.js';
import { MASK_FORMAT, rasterFormat } from '../../pyramid/formats.js';
import { rasterHeader, type SlabKind } from '../../pyramid/raster-header.js';
import { readSlabIndex } from '../../pyramid/slab-faults.js';
import { type TileEntry, tileCount, vectorHeader } from '../../pyramid/slab-format.js';
import { tileBytes } from '../../pyramid/tile-codec.js';
import { tileFault } from '../../pyramid/tile-content/tile-fault.js';
import { vectorTileFault } from '../../pyramid/tile-content/vector-tile.js';
import type { DeliveredSlab } from './delivered-pyramid.js';

/** Largest tile of vectors, bytes: a hundred times an ordinary one. */
const MAX_VECTOR_TILE = 64 * 1024 * 1024;
/** Bytes of a tile of pixels beside them: no compression makes it twice as long. */
const SLACK = 64 * 1024;

/** What a slab holds. */
export interface CheckedSlab {
  /** In French, after "La dalle x.tif". */
  readonly faults: readonly string[];
  /** Empty tiles of a raster slab, which the platform's tools cannot work on. */
  readonly emptyTiles: number;
  readonly decodedTiles: number;
}

/**
 * Checks the header and the tables of a slab, the sizes of its tiles, and decodes some of them.
 * @param isSampled which of its tiles are decoded, by rank among those that are not empty
 */
export async function checkSlab(
  slab: DeliveredSlab,
  descriptor: Pick<DeliveredDescriptor, 'format' | 'raster'>,
  isSampled: () => boolean,
): Promise<CheckedSlab> {
  const kind = slabKind(slab, descriptor);
  const file = await open(slab.file.localPath, 'r');
  try {
    const header = (entries: readonly TileEntry[]) =>
      kind === null ? vectorHeader(entries) : rasterHeader(kind, entries);
    const { entries, faults } = await readSlabIndex(file, tileCount(slab.level.size), header);
    if (faults.length > 0) return { faults, emptyTiles: 0, decodedTiles: 0 };
    const found: string[] = [];
    let decodedTiles = 0;
    const longest = kind === null ? MAX_VECTOR_TILE : 2 * tileBytes(kind) + SLACK;
    for (const [index, { offset, size }] of entries.entries()) {
      // All of them: services read a tile whole.
      if (size > longest) found.push(`a une tuile ${index} de ${size} octets : le maximum est ${longest}`);
      else if (size > 0 && isSampled()) {
        decodedTiles += 1;
        const fault = await decode(offset, size);
        if (fault !== null) found.push(`a une tuile ${index} qui ${fault}`);
      }
    }
    const empty = kind === null ? 0 : entries.filter(({ size }) => size === 0).length;
    return { faults: found, emptyTiles: empty, decodedTiles };
  } finally {
    await file.close();
  }

  async function decode(offset: number, size: number): Promise<string | null> {
    const tile = Buffer.alloc(size);
    await file.read(tile, 0, size, offset);
    return kind === null ? vectorTileFault(tile) : tileFault(tile, kind);
  }
}

/** `null` for vector tiles. */
function slabKind(
  { kind, level }: DeliveredSlab,
  { format, raster }: Pick<DeliveredDescriptor, 'format' | 'raster'>,
): SlabKind | null {
  const pixels = rasterFormat(kind === 'mask' ? MASK_FORMAT : format);
  if (pixels === undefined || raster === undefined) return null;
  const { size, matrix } = level;
  const shared = { format: pixels, size, tileWidth: matrix.tileWidth, tileHeight: matrix.tileHeight };
  return kind === 'mask' ? { ...shared, channels: 1, photometric: 'mask' } : { ...shared, ...raster };
}
