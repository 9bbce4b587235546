import type { TileMatrix } from '../../catalogue/tile-matrix-sets.js';
import { AreaMean } from '../../pyramid/area-mean.js';
import type { TileLimits } from '../../pyramid/descriptor.js';
import { limitsOf, tileBox } from '../../pyramid/grid.js';
import type { RasterLevel, RasterSlab } from '../../pyramid/raster-level.js';
import { cellKey, slabOf } from '../../pyramid/slab-names.js';
import { blankPixels, type PixelKind, type TilePixels } from '../../pyramid/tile-pixels.js';
import type { Bbox } from '../../geo/bbox.js';
import type { PixelSource } from './warper.js';

/** Pixels that are made at once: each takes eight bytes a channel, and eight more. */
const BAND_PIXELS = 512 * 1024;

/**
 * A finished level as the source of a coarser one that is not its half (ROK4, generation semantics, `decimateNtiff`): no
 * more than a band of pixels and a tile are in memory, whatever the scale.
 */
export class DecimatedSource implements PixelSource {
  constructor(
    private readonly matrix: TileMatrix,
    private readonly from: RasterLevel,
    private readonly kind: PixelKind,
  ) {}

  /** @throws UnreadableSlabError */
  async read(level: TileMatrix, tiles: TileLimits): Promise<TilePixels & { readonly mask: Uint8Array }> {
    const width = (tiles.max_col - tiles.min_col + 1) * level.tileWidth;
    const height = (tiles.max_row - tiles.min_row + 1) * level.tileHeight;
    const { minX, maxY } = tileBox(level, { col: tiles.min_col, row: tiles.min_row });
    const data = blankPixels(this.kind, width * height);
    const mask = new Uint8Array(width * height);
    const rows = Math.max(1, Math.floor(BAND_PIXELS / width));
    for (let row = 0; row < height; row += rows) {
      const size = { width, height: Math.min(rows, height - row) };
      const made = await this.band(level.cellSize, { minX, maxY: maxY - row * level.cellSize }, size);
      data.set(made.data, row * width * this.kind.channels);
      mask.set(made.mask, row * width);
    }
    return { data, mask };
  }

  close(): void {
    // Slabs are closed with each band.
  }

  /** @param corner upper left */
  private async band(
    cellSize: number,
    { minX, maxY }: Pick<Bbox, 'minX' | 'maxY'>,
    { width, height }: { width: number; height: number },
  ): Promise<TilePixels & { readonly mask: Uint8Array }> {
    const mean = new AreaMean(this.kind, width, height);
    const limits = limitsOf(this.matrix, { minX, maxX: minX + width * cellSize, minY: maxY - height * cellSize, maxY });
    const open = new Map<string, RasterSlab | null>();
    const there = this.from.limits;
    try {
      for (
        let row = Math.max(limits.min_row, there.min_row);
        row <= Math.min(limits.max_row, there.max_row);
        row += 1
      ) {
        for (
          let col = Math.max(limits.min_col, there.min_col);
          col <= Math.min(limits.max_col, there.max_col);
          col += 1
        ) {
          const tile = await this.slabAt({ col, row }, open)?.pixels({ col, row });
          const box = tileBox(this.matrix, { col, row });
          const place = { x: (box.minX - minX) / cellSize, y: (maxY - box.maxY) / cellSize };
          if (tile) mean.add(tile, { ...place, step: this.matrix.cellSize / cellSize });
        }
      }
    } finally {
      for (const slab of open.values()) slab?.close();
    }
    return mean.take();
  }

  private slabAt(tile: { col: number; row: number }, open: Map<string, RasterSlab | null>): RasterSlab | null {
    const at = slabOf(tile, this.from.size);
    const known = open.get(cellKey(at));
    if (known !== undefined) return known;
    const slab = this.from.open(at);
    open.set(cellKey(at), slab);
    return slab;
  }
}
