import { join } from 'node:path';
import { MASK_KIND } from './formats.js';
import { rasterHeader, type SlabKind } from './raster-header.js';
import type { RasterSlab, WrittenSlab } from './raster-level.js';
import { tileCount } from './slab-format.js';
import { type Cell, listedPath, type SlabSize, type SlabType, tilesOf } from './slab-names.js';
import { SlabWriter } from './slab-writer.js';
import { encodeTile } from './tile-codec.js';
import { blankPixels, overlay, type PixelKind, type TilePixels } from './tile-pixels.js';

/**
 * Slabs of several pyramids as one (ROK4, JOINCACHE, mode TOP): each pixel is that of the first pyramid that has data
 * there. For a process of its own: it waits for the disk.
 */

export interface MergeContext {
  /** Folder of the slabs of the pyramid that will be. */
  readonly folder: string;
  readonly kind: PixelKind;
  readonly photometric: SlabKind['photometric'];
  /** Whether masks are kept. */
  readonly masks: boolean;
}

interface EncodedTile {
  readonly data: Buffer;
  readonly mask: Buffer;
}

export class SlabMerger {
  private readonly full: Promise<Buffer>;
  private readonly blank: Promise<EncodedTile>;

  constructor(private readonly context: MergeContext) {
    const { kind } = context;
    const mask = (value: number) =>
      encodeTile({ ...kind, ...MASK_KIND }, new Uint8Array(kind.tileWidth * kind.tileHeight).fill(value));
    this.full = mask(255);
    this.blank = Promise.all([encodeTile(kind, blankPixels(kind)), mask(0)]).then(([data, empty]) => ({
      data,
      mask: empty,
    }));
  }

  /**
   * Writes a slab.
   * @param sources the slab in the pyramids that have it, the one on top first
   * @throws UnreadableSlabError
   */
  async merge(level: string, slab: Cell, size: SlabSize, sources: readonly RasterSlab[]): Promise<WrittenSlab[]> {
    const { kind, photometric, masks } = this.context;
    const writers: [SlabType, SlabWriter][] = [
      ['DATA', this.writer('DATA', level, slab, { ...kind, photometric, size })],
    ];
    if (masks) {
      writers.push(['MASK', this.writer('MASK', level, slab, { ...kind, ...MASK_KIND, photometric: 'mask', size })]);
    }
    const cells = [...tilesOf(slab, size)];
    for (let first = 0; first < cells.length; first += size.tilesPerWidth) {
      const row = cells.slice(first, first + size.tilesPerWidth);
      const tiles = await Promise.all(row.map((cell) => this.tile(cell, sources)));
      for (const [at, tile] of tiles.entries()) {
        for (const [type, writer] of writers) writer.add(first + at, type === 'DATA' ? tile.data : tile.mask);
      }
    }
    return writers.map(([type, writer]) => ({ path: listedPath(type, level, slab), bytes: writer.finish() }));
  }

  private writer(type: SlabType, level: string, slab: Cell, kind: SlabKind): SlabWriter {
    return new SlabWriter(join(this.context.folder, listedPath(type, level, slab)), tileCount(kind.size), (entries) =>
      rasterHeader(kind, entries),
    );
  }

  /** The bytes of the only pyramid that has data are kept as they are: encoding them again would wear them. */
  private async tile(cell: Cell, sources: readonly RasterSlab[]): Promise<EncodedTile> {
    const { kind } = this.context;
    const full = await this.full;
    let kept: EncodedTile | null = null;
    let pixels: TilePixels | null = null;
    let isMixed = false;
    for (const source of sources) {
      const { data, mask } = source.tile(cell);
      if (data === null || mask?.equals((await this.blank).mask)) continue;
      if (kept === null && mask?.equals(full)) return { data, mask };
      const own = await this.seen(source, cell, mask !== null);
      if (own === null) continue;
      isMixed = kept !== null;
      kept ??= { data, mask: mask ?? (await this.encodeMask(own.mask)) };
      pixels = pixels === null ? own : overlay(kind, pixels, own);
      if (pixels.mask === null) break;
    }
    if (kept === null || pixels === null) return this.blank;
    if (!isMixed) return kept;
    const [data, mask] = await Promise.all([encodeTile(kind, pixels.data), this.encodeMask(pixels.mask)]);
    return { data, mask };
  }

  /** The pixels of a tile, `null` when none has data. */
  private async seen(source: RasterSlab, cell: Cell, isMasked: boolean): Promise<TilePixels | null> {
    const pixels = await source.pixels(cell);
    if (pixels === null) return null;
    const own = isMasked ? pixels : { data: pixels.data, mask: valueMask(this.context.kind, pixels) };
    return own.mask?.every((value) => value === 0) ? null : own;
  }

  private encodeMask(mask: Uint8Array | null): Promise<Buffer> {
    return mask === null ? this.full : encodeTile({ ...this.context.kind, ...MASK_KIND }, mask);
  }
}

/** Where a tile without mask has data: what is not the value of no data. `null`: everywhere. */
function valueMask({ channels, nodata }: PixelKind, { data, mask }: TilePixels): Uint8Array | null {
  const found = mask ?? new Uint8Array(data.length / channels).fill(255);
  const none = nodata.map((value) => (data instanceof Float32Array ? Math.fround(value) : value));
  for (let pixel = 0; pixel < found.length; pixel += 1) {
    if (none.every((value, channel) => data[pixel * channels + channel] === value)) found[pixel] = 0;
  }
  return found.every((value) => value === 255) ? null : found;
}
