import type { TileMatrix } from '../../catalogue/tile-matrix-sets.js';
import type { TileLimits } from '../../pyramid/descriptor.js';
import { tileBox } from '../../pyramid/grid.js';
import { blankPixels, type PixelKind } from '../../pyramid/tile-pixels.js';
import type { PixelSource } from '../raster/warper.js';
import type { HarvestArea } from './harvest-area.js';
import type { WmsClient } from './wms-client.js';
import type { MapPixels, MapSize } from './wms-image.js';

/** A WMS as a source of pixels: maps on the grid of the level, asked for where the area is. */
export class HarvestSource implements PixelSource {
  constructor(
    private readonly plan: {
      readonly client: WmsClient;
      readonly area: HarvestArea;
      readonly kind: PixelKind;
      readonly srid: number;
      /** Largest map. */
      readonly dimensions: MapSize;
    },
  ) {}

  async read(level: TileMatrix, tiles: TileLimits): Promise<MapPixels> {
    const { area, kind, dimensions } = this.plan;
    const [width, height] = [
      (tiles.max_col - tiles.min_col + 1) * level.tileWidth,
      (tiles.max_row - tiles.min_row + 1) * level.tileHeight,
    ];
    const { minX, maxY } = tileBox(level, { col: tiles.min_col, row: tiles.min_row });
    const { maxX, minY } = tileBox(level, { col: tiles.max_col, row: tiles.max_row });
    const mask = await area.mask({ box: { minX, minY, maxX, maxY }, width, height });
    const canvas = { data: blankPixels(kind, width * height), mask };
    await Promise.all(
      windowsOf({ width, height }, dimensions).map(async (window) => {
        if (!hasData(mask, width, window)) return;
        const box = {
          minX: minX + window.x * level.cellSize,
          minY: maxY - (window.y + window.height) * level.cellSize,
          maxX: minX + (window.x + window.width) * level.cellSize,
          maxY: maxY - window.y * level.cellSize,
        };
        const { srid, client } = this.plan;
        const map = await client.get({ srid, box, width: window.width, height: window.height });
        draw(canvas, width, window, map, kind.channels);
      }),
    );
    return canvas;
  }

  // The area and the connections are shared with other sources.
  close(): void {}
}

interface Window extends MapSize {
  readonly x: number;
  readonly y: number;
}

function windowsOf({ width, height }: MapSize, largest: MapSize): Window[] {
  const windows: Window[] = [];
  for (let y = 0; y < height; y += largest.height) {
    for (let x = 0; x < width; x += largest.width) {
      windows.push({
        x,
        y,
        width: Math.min(largest.width, width - x),
        height: Math.min(largest.height, height - y),
      });
    }
  }
  return windows;
}

function hasData(mask: Uint8Array, stride: number, { x, y, width, height }: Window): boolean {
  for (let row = y; row < y + height; row += 1) {
    if (mask.subarray(row * stride + x, row * stride + x + width).includes(255)) return true;
  }
  return false;
}

/** Lays a map, `null` for an empty one, where the mask of the canvas has the area. */
function draw(canvas: MapPixels, stride: number, window: Window, map: MapPixels | null, channels: number): void {
  const { x, y, width, height } = window;
  for (let row = 0; row < height; row += 1) {
    const to = (y + row) * stride + x;
    if (map === null) {
      canvas.mask.fill(0, to, to + width);
      continue;
    }
    const from = row * width;
    canvas.data.set(map.data.subarray(from * channels, (from + width) * channels), to * channels);
    for (let column = 0; column < width; column += 1) {
      if (map.mask[from + column] === 0) canvas.mask[to + column] = 0;
    }
  }
}
