import { Canvas } from '../../raster/canvas.js';
import type { RasterImage } from '../../raster/image.js';
import { type Interpolation, type Kernel, kernelOf } from '../../raster/kernels.js';
import { curvesOf, placesOf, type PlaceGrid, reachOf, type RasterView } from '../../raster/place-grid.js';
import { type Axis, resampleAlong, resampleBent } from '../../raster/resample.js';
import { RenderError } from '../map-request.js';
import type { LevelPixels, PixelRectangle } from './level-pixels.js';

/** A view of a level: only the tiles it needs are read, a strip of the image at a time. */

/** Tiles in a row or a column that a view may lie over: enough for the largest image at the resolution of a level. */
const MAX_TILES = 64;

/** Pixels of a level, and of an image, that are worked on at once. */
const MAX_PIXELS = 8 * 1024 * 1024;

/** Draws a view whose CRS is that of the level. @throws RenderError `too-many-tiles` */
export async function drawAlong(
  level: LevelPixels,
  { bbox, width, height }: RasterView,
  interpolation: Interpolation,
): Promise<RasterImage> {
  const { origin, cellSize } = level.matrix;
  const x: Axis = {
    from: (bbox.minX - origin[0]) / cellSize,
    step: (bbox.maxX - bbox.minX) / width / cellSize,
    count: width,
  };
  const y: Axis = {
    from: (origin[1] - bbox.maxY) / cellSize,
    step: (bbox.maxY - bbox.minY) / height / cellSize,
    count: height,
  };
  checkTiles(level, { x: x.from, y: y.from, width: x.step * width, height: y.step * height });
  const kernel = kernelOf(interpolation);
  const { extent } = level;
  const canvas = new Canvas(level.like, width, height);
  if (extent === null) return canvas.image();
  const columns = partWithin(x, { from: extent.x, size: extent.width }, kernel);
  const rows = partWithin(y, { from: extent.y, size: extent.height }, kernel);
  if (columns.axis.count === 0) return canvas.image();
  const across = spanOf(columns.axis, kernel);
  const columnsHeld = Math.max(across.size * Math.max(1, y.step), columns.axis.count);
  const strips = stripsOf(rows.axis.count, columnsHeld * rows.axis.count);
  for (const { first, count } of strips) {
    const strip: Axis = { from: rows.axis.from + first * y.step, step: y.step, count };
    const down = spanOf(strip, kernel);
    const window = { x: across.from, y: down.from, width: across.size, height: down.size };
    const image = await level.read(window);
    const columnsIn = { ...columns.axis, from: columns.axis.from - window.x };
    const made = resampleAlong(image, columnsIn, { ...strip, from: strip.from - window.y }, kernel);
    canvas.put(made, columns.first, rows.first + first);
  }
  return canvas.image();
}

/** Draws a view in another CRS. @param grid `null` when the level is nowhere near @throws RenderError `too-many-tiles` */
export async function drawBent(
  level: LevelPixels,
  { width, height }: RasterView,
  grid: PlaceGrid | null,
  interpolation: Interpolation,
): Promise<RasterImage> {
  const canvas = new Canvas(level.like, width, height);
  const { extent } = level;
  if (grid === null || extent === null) return canvas.image();
  const { origin, cellSize } = level.matrix;
  const kernel = kernelOf(interpolation);
  const [stepX, stepY] = [grid.sizeX / cellSize, grid.sizeY / cellSize];
  const windowOf = (rows: { first: number; count: number }): PixelRectangle | null => {
    const reach = reachOf(grid, rows);
    if (reach === null) return null;
    const [left, upper] = [(reach.minX - origin[0]) / cellSize, (origin[1] - reach.maxY) / cellSize];
    return {
      x: left,
      y: upper,
      width: (reach.maxX - reach.minX) / cellSize,
      height: (reach.maxY - reach.minY) / cellSize,
    };
  };
  const whole = windowOf({ first: 0, count: height });
  if (whole === null) return canvas.image();
  checkTiles(level, whole);
  const margins = { x: marginOf(kernel, stepX), y: marginOf(kernel, stepY) };
  for (const rows of stripsOf(height, Math.max(whole.width * whole.height, width * height))) {
    const reach = windowOf(rows);
    const window = reach && clip(widen(reach, margins), widen(extent, margins));
    if (window === null) continue;
    const frame = {
      x: origin[0] + window.x * cellSize,
      y: origin[1] - window.y * cellSize,
      cellSize,
      width: window.width,
      height: window.height,
    };
    const bent = {
      ...{ width, rows, stepX, stepY },
      curves: curvesOf(grid, width, rows, frame),
      places: () => placesOf(grid, width, rows, frame),
    };
    const made = resampleBent(await level.read(window), bent, kernel);
    canvas.put(made, 0, rows.first);
  }
  return canvas.image();
}

function checkTiles(level: LevelPixels, { x, y, width, height }: PixelRectangle): void {
  const { tileWidth, tileHeight } = level.matrix;
  const across = Math.floor((x + width) / tileWidth) - Math.floor(x / tileWidth) + 1;
  const down = Math.floor((y + height) / tileHeight) - Math.floor(y / tileHeight) + 1;
  // Not a number is too many as well.
  if (across <= MAX_TILES && down <= MAX_TILES) return;
  throw new RenderError('too-many-tiles', `${across} × ${down} tiles of level ${level.matrix.id}`);
}

/** Rows of the image that are made together. @param pixels of the level that all of them need, or of the image */
function stripsOf(rows: number, pixels: number): { first: number; count: number }[] {
  const strips = Math.max(1, Math.ceil(pixels / MAX_PIXELS));
  const count = Math.max(1, Math.ceil(rows / strips));
  return Array.from({ length: Math.ceil(rows / count) }, (_, index) => ({
    first: index * count,
    count: Math.min(count, rows - index * count),
  }));
}

/** Pixels around a place that count for it, and one for rounding. */
function marginOf(kernel: Kernel | null, step: number): number {
  return kernel === null ? 1 : Math.ceil(kernel.radius * Math.max(1, step)) + 1;
}

/** The pixels made that may have data, and their rank. */
function partWithin(
  axis: Axis,
  extent: { from: number; size: number },
  kernel: Kernel | null,
): { axis: Axis; first: number } {
  const margin = marginOf(kernel, axis.step);
  const rank = (place: number) => Math.min(axis.count, Math.max(0, Math.floor((place - axis.from) / axis.step)));
  const first = rank(extent.from - margin);
  const end = Math.min(axis.count, rank(extent.from + extent.size + margin) + 1);
  return { first, axis: { from: axis.from + first * axis.step, step: axis.step, count: Math.max(0, end - first) } };
}

/** The pixels that those of an axis are made of. */
function spanOf({ from, step, count }: Axis, kernel: Kernel | null): { from: number; size: number } {
  const margin = marginOf(kernel, step);
  const start = Math.floor(from) - margin;
  return { from: start, size: Math.ceil(from + step * count) + margin - start };
}

function widen({ x, y, width, height }: PixelRectangle, margins: { x: number; y: number }): PixelRectangle {
  return { x: x - margins.x, y: y - margins.y, width: width + 2 * margins.x, height: height + 2 * margins.y };
}

/** What two rectangles have in common, in whole pixels. */
function clip(one: PixelRectangle, other: PixelRectangle): PixelRectangle | null {
  const x = Math.floor(Math.max(one.x, other.x));
  const y = Math.floor(Math.max(one.y, other.y));
  const width = Math.ceil(Math.min(one.x + one.width, other.x + other.width)) - x;
  const height = Math.ceil(Math.min(one.y + one.height, other.y + other.height)) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}
