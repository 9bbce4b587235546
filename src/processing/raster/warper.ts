import type Gdal from 'gdal-async';
import type { TileMatrix } from '../../catalogue/tile-matrix-sets.js';
import type { TileLimits } from '../../pyramid/descriptor.js';
import type { Bbox } from '../../geo/bbox.js';
import { tileBox } from '../../pyramid/grid.js';
import type { Cell } from '../../pyramid/slab-names.js';
import type { PixelKind, TilePixels } from '../../pyramid/tile-pixels.js';
import { gdal } from '../gdal.js';
import type { Mosaic } from './mosaic.js';
import { transformerBetween } from './set-boxes.js';

/** What gives the pixels of a rectangle of tiles. */
export interface PixelSource {
  /** `mask`: 0 where there are no data, whose channels then hold anything. */
  read(level: TileMatrix, tiles: TileLimits): Promise<TilePixels & { readonly mask: Uint8Array }>;
  close(): void;
}

/** Names of resamplings (lifecycle §4.6; `lanczos`: of pyramids made elsewhere), and those of GDAL. */
export const RESAMPLINGS: Readonly<Record<string, string>> = {
  nn: 'near',
  linear: 'bilinear',
  bicubic: 'cubic',
  lanczos: 'lanczos',
  lanczos_2: 'lanczos',
  lanczos_3: 'lanczos',
  lanczos_4: 'lanczos',
};

/** Mosaics of images, and what they are made into. */
export interface WarpPlan {
  /** One a delivery, with its system; the later ones lie over the former. */
  readonly mosaics: readonly { readonly mosaic: Mosaic; readonly srs: string }[];
  readonly targetSrs: string;
  /** As GDAL names it. */
  readonly resampling: string;
  readonly kind: PixelKind;
  /** Band of the mosaic that each channel is, from 1; 0 for transparency. */
  readonly channels: readonly number[];
}

// Blocks of the images that stay decoded, of all rectangles under way together.
gdal.config.set('GDAL_CACHEMAX', '96');

/** How far from its exact place a pixel may be taken, in pixels of the images. */
const MAX_ERROR = '0.01';
/** A pixel is made of so many of the images along each axis at most: the memory that GDAL takes grows with it. */
const LEAST_SCALE = 1 / 1024;
/** Megabytes GDAL takes for a rectangle; more does not make it faster. */
const WARP_MEMORY = '32';

interface WarpSource {
  readonly mosaic: Mosaic;
  readonly srs: string;
  readonly dataset: Gdal.Dataset;
  readonly toSource: (box: Bbox) => Bbox | null;
}

/** The pixels of an image cannot be read any more. The message is GDAL's, which may be empty. */
export class UnreadablePixelsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnreadablePixelsError';
  }
}

/** Puts images on the grid of a level, rectangle by rectangle. One rectangle at a time: open several for several. */
export class Warper implements PixelSource {
  private readonly sources: readonly WarpSource[];

  constructor(private readonly plan: WarpPlan) {
    this.sources = plan.mosaics.map(({ mosaic, srs }) => ({
      ...{ mosaic, srs },
      dataset: gdal.open(mosaic.xml, 'r', ['VRT']),
      toSource: transformerBetween(plan.targetSrs, srs),
    }));
  }

  async read(level: TileMatrix, tiles: TileLimits): Promise<TilePixels & { readonly mask: Uint8Array }> {
    const width = (tiles.max_col - tiles.min_col + 1) * level.tileWidth;
    const height = (tiles.max_row - tiles.min_row + 1) * level.tileHeight;
    const drawn = this.canvas(level, tiles, { width, height });
    try {
      for (const source of this.sources) await this.draw(source, drawn, tileBox(level, middleOf(tiles)));
      return await this.pixelsOf(drawn, { width, height });
    } finally {
      drawn.close();
    }
  }

  close(): void {
    for (const { dataset } of this.sources) dataset.close();
  }

  /** An empty image in memory: bands of colour, and one of transparency that tells what has been drawn. */
  private canvas(level: TileMatrix, tiles: TileLimits, size: { width: number; height: number }): Gdal.Dataset {
    const { kind } = this.plan;
    const type = kind.format.sample === 'UINT8' ? gdal.GDT_Byte : gdal.GDT_Float32;
    const dataset = gdal.open('', 'w', 'MEM', size.width, size.height, Math.max(...this.plan.channels), type);
    const { minX, maxY } = tileBox(level, { col: tiles.min_col, row: tiles.min_row });
    dataset.geoTransform = [minX, level.cellSize, 0, maxY, 0, -level.cellSize];
    dataset.bands.create(gdal.GDT_Byte).colorInterpretation = gdal.GCI_AlphaBand;
    return dataset;
  }

  /** @param middle box of a tile in the middle */
  private async draw({ dataset, mosaic, srs, toSource }: WarpSource, onto: Gdal.Dataset, middle: Bbox): Promise<void> {
    const { targetSrs, resampling } = this.plan;
    const nodata =
      mosaic.nodata === null
        ? []
        : [
            '-srcnodata',
            Array.from({ length: mosaic.bands }, () => mosaic.nodata).join(' '),
            '-wo',
            'UNIFIED_SRC_NODATA=YES',
          ];
    const scales = scaleAt(middle, this.plan.kind, toSource, mosaic.resolution);
    const args = [
      ...['-s_srs', srs, '-t_srs', targetSrs, '-r', resampling, '-et', MAX_ERROR],
      ...['-wm', WARP_MEMORY, '-ovr', 'NONE', ...nodata],
      ...scales.flatMap((scale, axis) => ['-wo', `${axis === 0 ? 'X' : 'Y'}SCALE=${scale}`]),
    ];
    try {
      await gdal.warpAsync(null, onto, [dataset], args);
    } catch (error) {
      throw new UnreadablePixelsError((error as Error).message);
    }
  }

  private async pixelsOf(
    drawn: Gdal.Dataset,
    { width, height }: { width: number; height: number },
  ): Promise<TilePixels & { readonly mask: Uint8Array }> {
    const { kind, channels } = this.plan;
    const count = width * height;
    const data = kind.format.sample === 'UINT8' ? new Uint8Array(count * channels.length) : new Float32Array(count);
    const bytes = data.BYTES_PER_ELEMENT;
    const alpha = drawn.bands.get(drawn.bands.count());
    for (const [offset, channel] of channels.entries()) {
      const band = channel === 0 ? alpha : drawn.bands.get(channel);
      const spaces = { pixel_space: channels.length * bytes, line_space: width * channels.length * bytes, offset };
      await band.pixels.readAsync(0, 0, width, height, data, spaces);
    }
    const mask = new Uint8Array(count);
    await alpha.pixels.readAsync(0, 0, width, height, mask);
    return { data, mask };
  }
}

function middleOf({ min_col, max_col, min_row, max_row }: TileLimits): Cell {
  return { col: (min_col + max_col) >> 1, row: (min_row + max_row) >> 1 };
}

/**
 * Pixels made of one of the images, along each axis, around a tile; none where the tile has no place in their system.
 * GDAL would guess it of each rectangle, and wrongly of one that is turned a bit: pixels would be blurred.
 * @param resolution of the images
 */
function scaleAt(
  { minX, maxX, minY, maxY }: Bbox,
  { tileWidth, tileHeight }: PixelKind,
  toSource: (box: Bbox) => Bbox | null,
  [resolutionX, resolutionY]: readonly [x: number, y: number],
): number[] {
  const place = (x: number, y: number) => toSource({ minX: x, maxX: x, minY: y, maxY: y });
  const [origin, right, up] = [place(minX, minY), place(maxX, minY), place(minX, maxY)];
  if (origin === null || right === null || up === null) return [];
  const pixels = (point: Bbox) =>
    Math.hypot((point.minX - origin.minX) / resolutionX, (point.minY - origin.minY) / resolutionY);
  const scales = [tileWidth / pixels(right), tileHeight / pixels(up)];
  const areKnown = scales.every((scale) => Number.isFinite(scale) && scale > 0);
  return areKnown ? scales.map((scale) => Math.max(scale, LEAST_SCALE)) : [];
}
