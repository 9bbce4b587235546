import type { Bbox } from '../geo/bbox.js';
import type { Curves } from './curve-resampling.js';
import type { Places } from './place-resampling.js';

/**
 * Where the pixels of an image lie in another system: told exactly at the nodes of a grid, in between by interpolation,
 * at a distance from the truth that is measured.
 */

/** The piece of the world on an image. */
export interface RasterView {
  readonly bbox: Bbox;
  readonly width: number;
  readonly height: number;
}

/** A position in the other system; `null` for one that it does not reach. */
export type Forward = (x: number, y: number) => readonly [number, number] | null;

/** Sides of a cell that are tried, pixels. */
const COARSEST = 64;
const FINEST = 4;

/** How far from its true place a pixel may be taken, in pixels. */
const MAX_ERROR = 0.05;

export interface PlaceGrid {
  /** Side of a cell, pixels. */
  readonly side: number;
  /** Nodes of a row. */
  readonly columns: number;
  readonly rows: number;
  /** x and y of each node in the other system, row by row; not a number where there is none. */
  readonly nodes: Float64Array;
  /** Size of a pixel of the image in the other system, across and down, and the side of a square of its area. */
  readonly sizeX: number;
  readonly sizeY: number;
  readonly resolution: number;
  /** The exact position of a pixel. */
  readonly exact: (column: number, row: number) => readonly [number, number] | null;
}

/** Makes the grid; `null` when nothing of the image is within reach. */
export function placeGrid({ bbox, width, height }: RasterView, forward: Forward): PlaceGrid | null {
  const [stepX, stepY] = [(bbox.maxX - bbox.minX) / width, (bbox.maxY - bbox.minY) / height];
  const exact = (column: number, row: number) => forward(bbox.minX + column * stepX, bbox.maxY - row * stepY);
  for (let side = COARSEST; ; side /= 2) {
    const grid = gridOf({ width, height }, side, exact);
    if (grid === null || side === FINEST || errorOf(grid) <= MAX_ERROR * grid.resolution) return grid;
  }
}

function gridOf(
  { width, height }: { width: number; height: number },
  side: number,
  exact: PlaceGrid['exact'],
): PlaceGrid | null {
  const columns = Math.ceil(width / side) + 1;
  const rows = Math.ceil(height / side) + 1;
  const nodes = new Float64Array(2 * columns * rows).fill(NaN);
  for (let at = 0; at < columns * rows; at += 1) {
    const position = exact((at % columns) * side, Math.trunc(at / columns) * side);
    if (position !== null) nodes.set(position, 2 * at);
  }
  const sizes = sizesOf(nodes, columns, rows, side);
  return sizes === null ? null : { side, columns, rows, nodes, ...sizes, exact };
}

/** The usual size of a pixel: at the edges of a projection some are immense. */
function sizesOf(nodes: Float64Array, columns: number, rows: number, side: number) {
  const [xs, ys, areas]: [number[], number[], number[]] = [[], [], []];
  for (let row = 0; row + 1 < rows; row += 1) {
    for (let column = 0; column + 1 < columns; column += 1) {
      const at = 2 * (row * columns + column);
      const [x, y] = [nodes[at] ?? NaN, nodes[at + 1] ?? NaN];
      const [rightX, rightY] = [(nodes[at + 2] ?? NaN) - x, (nodes[at + 3] ?? NaN) - y];
      const [downX, downY] = [(nodes[at + 2 * columns] ?? NaN) - x, (nodes[at + 2 * columns + 1] ?? NaN) - y];
      const area = Math.abs(rightX * downY - rightY * downX);
      if (!Number.isFinite(area)) continue;
      xs.push(Math.hypot(rightX, downX) / side);
      ys.push(Math.hypot(rightY, downY) / side);
      areas.push(Math.sqrt(area) / side);
    }
  }
  if (areas.length === 0) return null;
  return { sizeX: middle(xs), sizeY: middle(ys), resolution: middle(areas) };
}

function middle(numbers: number[]): number {
  return numbers.sort((one, other) => one - other)[Math.trunc(numbers.length / 2)] ?? NaN;
}

/** The largest distance, at the middle of cells, between the true place and the interpolated one. */
function errorOf({ side, columns, rows, nodes, exact }: PlaceGrid): number {
  let largest = 0;
  for (let row = 0; row + 1 < rows; row += 1) {
    for (let column = 0; column + 1 < columns; column += 1) {
      const at = 2 * (row * columns + column);
      const mean = (offset: number) =>
        ((nodes[at + offset] ?? NaN) +
          (nodes[at + 2 + offset] ?? NaN) +
          (nodes[at + 2 * columns + offset] ?? NaN) +
          (nodes[at + 2 * columns + 2 + offset] ?? NaN)) /
        4;
      const truth = exact((column + 0.5) * side, (row + 0.5) * side);
      const error = truth === null ? NaN : Math.hypot(mean(0) - truth[0], mean(1) - truth[1]);
      if (error > largest) largest = error;
    }
  }
  return largest;
}

/** A rectangle of pixels of the other system. */
export interface Frame {
  /** Its upper left corner, in units of the system. */
  readonly x: number;
  readonly y: number;
  readonly cellSize: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** Where the pixels of some rows are in a frame, nowhere when out of it. Cells that lack a node are told exactly. */
export function placesOf(grid: PlaceGrid, width: number, rows: { first: number; count: number }, frame: Frame): Places {
  const { side, columns, nodes, exact } = grid;
  const places = new Float32Array(2 * width * rows.count).fill(NaN);
  const put = (at: number, x: number, y: number) => {
    if (!(x >= 0 && y >= 0 && x < frame.width && y < frame.height)) return;
    places[at] = x;
    places[at + 1] = y;
  };
  const toX = (x: number) => (x - frame.x) / frame.cellSize;
  const toY = (y: number) => (frame.y - y) / frame.cellSize;
  for (let line = 0; line < rows.count; line += 1) {
    const y = rows.first + line + 0.5;
    const gridRow = Math.trunc(y / side);
    const part = y / side - gridRow;
    const node = (column: number, offset: 0 | 1) => {
      const at = 2 * (gridRow * columns + column) + offset;
      return (nodes[at] ?? NaN) * (1 - part) + (nodes[at + 2 * columns] ?? NaN) * part;
    };
    for (let column = 0; column < columns - 1; column += 1) {
      const [left, right] = [node(column, 0), node(column + 1, 0)];
      const [leftX, leftY] = [toX(left), toY(node(column, 1))];
      const [slopeX, slopeY] = [(toX(right) - leftX) / side, (toY(node(column + 1, 1)) - leftY) / side];
      const start = column * side;
      const end = Math.min(width, start + side);
      if (Number.isFinite(slopeX + slopeY)) {
        for (let x = start; x < end; x += 1) {
          put(2 * (line * width + x), leftX + slopeX * (x + 0.5 - start), leftY + slopeY * (x + 0.5 - start));
        }
      } else if (Number.isFinite(left) || Number.isFinite(right)) {
        for (let x = start; x < end; x += 1) {
          const position = exact(x + 0.5, y);
          if (position !== null) put(2 * (line * width + x), toX(position[0]), toY(position[1]));
        }
      }
    }
  }
  return places;
}

/** How far a column may lean, across for one down, to be taken as a curve. */
const MAX_LEAN = 0.25;

/** The columns of some rows as curves in a frame; `null` when a node is missing or the image is too much turned. */
export function curvesOf(
  grid: PlaceGrid,
  width: number,
  rows: { first: number; count: number },
  frame: Frame,
): Curves | null {
  const { side, columns, nodes } = grid;
  const firstKnot = Math.trunc(rows.first / side);
  const knots = Math.ceil((rows.first + rows.count) / side) - firstKnot + 1;
  if (!isLittleTurned(grid, firstKnot, knots)) return null;
  const x = new Float64Array(width * knots);
  const y = new Float64Array(width * knots);
  for (let knot = 0; knot < knots; knot += 1) {
    for (let column = 0; column < width; column += 1) {
      const cell = Math.trunc((column + 0.5) / side);
      const part = (column + 0.5) / side - cell;
      const at = 2 * ((firstKnot + knot) * columns + cell);
      const mix = (offset: 0 | 1) => (nodes[at + offset] ?? NaN) * (1 - part) + (nodes[at + 2 + offset] ?? NaN) * part;
      x[knot * width + column] = (mix(0) - frame.x) / frame.cellSize;
      y[knot * width + column] = (frame.y - mix(1)) / frame.cellSize;
    }
  }
  return { width, side, first: firstKnot * side, x, y };
}

function isLittleTurned({ columns, nodes }: PlaceGrid, firstKnot: number, knots: number): boolean {
  for (let row = firstKnot; row < firstKnot + knots; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const at = 2 * (row * columns + column);
      const [x, y] = [nodes[at] ?? NaN, nodes[at + 1] ?? NaN];
      if (Number.isNaN(x)) return false;
      if (column + 1 < columns && !((nodes[at + 2] ?? NaN) > x)) return false;
      if (row + 1 === firstKnot + knots) continue;
      const below = at + 2 * columns;
      const [over, down] = [(nodes[below] ?? NaN) - x, y - (nodes[below + 1] ?? NaN)];
      if (!(down > 0 && Math.abs(over) <= MAX_LEAN * down)) return false;
    }
  }
  return true;
}

/** The rectangle of the nodes around some rows, in units of the other system; `null` when there is none. */
export function reachOf({ side, columns, nodes }: PlaceGrid, rows: { first: number; count: number }): Bbox | null {
  const first = Math.trunc(rows.first / side) * columns;
  const end = (Math.ceil((rows.first + rows.count) / side) + 1) * columns;
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 2 * first; at < Math.min(2 * end, nodes.length); at += 2) {
    const [x, y] = [nodes[at] ?? NaN, nodes[at + 1] ?? NaN];
    if (Number.isNaN(x)) continue;
    [minX, minY, maxX, maxY] = [Math.min(minX, x), Math.min(minY, y), Math.max(maxX, x), Math.max(maxY, y)];
  }
  return minX <= maxX ? { minX, minY, maxX, maxY } : null;
}
