import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TileMatrix } from '../catalogue/tile-matrix-sets.js';
import { findLevel, type PyramidDescriptor, type PyramidLevel, slabSizeOf, type TileLimits } from './descriptor.js';
import { MASK_KIND, rasterFormat } from './formats.js';
import { keepSlab } from './keep-slab.js';
import { slabsIn } from './slab-folder.js';
import { tileCount } from './slab-format.js';
import { type Cell, listedPath, slabPath, type SlabSize, type SlabType, tileIndexOf } from './slab-names.js';
import { SlabReader } from './slab-reader.js';
import { decodeTile } from './tile-codec.js';
import { isBlank, maskOf, type PixelKind, type TilePixels } from './tile-pixels.js';

/** A slab whose bytes are not what its pyramid says. */
export class UnreadableSlabError extends Error {
  constructor(
    /** Below the folder of the pyramid. */
    readonly slab: string,
    cause: unknown,
  ) {
    super(`the slab ${slab} cannot be read`, { cause });
    this.name = 'UnreadableSlabError';
  }
}

/** A slab in a list: path below the folder of the pyramid, `DATA/12/00/32/LG.tif`, and its bytes. */
export interface WrittenSlab {
  readonly path: string;
  readonly bytes: number;
}

/** What the pixels of a pyramid are at a level; `null` when it is no raster pyramid. */
export function pixelKindOf(descriptor: PyramidDescriptor, { tileWidth, tileHeight }: TileMatrix): PixelKind | null {
  const { raster_specifications: specifications } = descriptor;
  const format = rasterFormat(descriptor.format);
  if (format === undefined || specifications === undefined) return null;
  const { channels, nodata } = specifications;
  return { format, channels, nodata: nodata.split(',').map(Number), tileWidth, tileHeight };
}

/**
 * A level of a raster pyramid on the disk: its slabs, as files to be shown again ({@link keep}), as tiles and as pixels
 * ({@link open}). Pyramids made elsewhere may have slabs of another size and folders of another depth than ours, tiles
 * of no bytes, and slabs that lack. For a process of its own: it waits for the disk.
 */
export class RasterLevel {
  readonly size: SlabSize;
  readonly limits: TileLimits;

  constructor(
    private readonly root: string,
    private readonly level: PyramidLevel,
    private readonly kind: PixelKind,
  ) {
    this.size = slabSizeOf(level);
    this.limits = level.tile_limits;
  }

  /** @param root folder of the descriptor. @returns `null` when the pyramid has no such level */
  static of(root: string, descriptor: PyramidDescriptor, matrix: TileMatrix): RasterLevel | null {
    const level = findLevel(descriptor, matrix.id);
    const kind = pixelKindOf(descriptor, matrix);
    return level === undefined || kind === null ? null : new RasterLevel(root, level, kind);
  }

  /** The slabs that there are, row by row. */
  slabs(): Cell[] {
    return slabsIn(join(this.root, this.level.storage.image_directory));
  }

  /**
   * Has another pyramid show a slab, without a copy of its bytes; the mask too, if there is one.
   * @param folder of the slabs of the other pyramid
   * @param masks `false`: the other pyramid has no masks
   */
  keep(slab: Cell, folder: string, { masks = true } = {}): WrittenSlab[] {
    return (['DATA', ...(masks ? (['MASK'] as const) : [])] as const).flatMap((type) => {
      const source = this.pathOf(type, slab);
      if (source === null) return [];
      const path = listedPath(type, this.level.id, slab);
      keepSlab(source, join(folder, path));
      return [{ path, bytes: statSync(source).size }];
    });
  }

  /** Opens a slab; `null` when there is none. */
  open(slab: Cell): RasterSlab | null {
    const path = this.pathOf('DATA', slab);
    if (path === null) return null;
    return new RasterSlab(listedPath('DATA', this.level.id, slab), this.kind, this.size, {
      data: path,
      mask: this.pathOf('MASK', slab),
    });
  }

  private pathOf(type: SlabType, slab: Cell): string | null {
    const { image_directory, mask_directory, path_depth: depth } = this.level.storage;
    const directory = type === 'DATA' ? image_directory : mask_directory;
    if (directory === undefined) return null;
    const path = join(this.root, directory, slabPath(slab, depth));
    return existsSync(path) ? path : null;
  }
}

/** A slab that is read. */
export class RasterSlab {
  private readonly data: SlabReader;
  private readonly mask: SlabReader | null;

  /** @throws UnreadableSlabError */
  constructor(
    private readonly name: string,
    private readonly kind: PixelKind,
    private readonly size: SlabSize,
    paths: { readonly data: string; readonly mask: string | null },
  ) {
    const open = (path: string) => this.told(() => SlabReader.open(path, tileCount(size)));
    this.data = open(paths.data);
    this.mask = paths.mask === null ? null : open(paths.mask);
  }

  /**
   * The bytes of a tile and of its mask, `null` for none.
   * @throws UnreadableSlabError
   */
  tile(cell: Cell): { data: Buffer | null; mask: Buffer | null } {
    const index = tileIndexOf(cell, this.size);
    const read = (reader: SlabReader | null) => {
      const bytes = reader?.read(index);
      return bytes === undefined || bytes.length === 0 ? null : bytes;
    };
    return this.told(() => ({ data: read(this.data), mask: read(this.mask) }));
  }

  /**
   * The pixels of a tile, `null` for none. Without a mask in the pyramid, real numbers of the value of no data and what
   * is transparent are no data, and so are tiles of nothing but that value; other pixels of it cannot be told from data.
   * @throws UnreadableSlabError
   */
  async pixels(cell: Cell): Promise<TilePixels | null> {
    const { kind } = this;
    const tile = this.tile(cell);
    if (tile.data === null) return null;
    try {
      const [data, mask] = await Promise.all([
        decodeTile(kind, tile.data),
        tile.mask && decodeTile({ ...kind, ...MASK_KIND }, tile.mask),
      ]);
      if (mask instanceof Uint8Array) return { data, mask };
      return isBlank(kind, data) ? null : { data, mask: maskOf(kind, data) };
    } catch (error) {
      throw new UnreadableSlabError(this.name, error);
    }
  }

  close(): void {
    this.data.close();
    this.mask?.close();
  }

  private told<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      throw new UnreadableSlabError(this.name, error);
    }
  }
}
