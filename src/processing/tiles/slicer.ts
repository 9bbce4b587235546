import type { Kind } from './shape.js';
import { LINE, POLYGON } from './shape.js';

/**
 * Cuts the lines and rings of a feature into tiles, each with a margin. Coordinates are whole numbers, units of the
 * grid of a level: a tile is `extent` units wide.
 */

/** A line or ring on the grid: x, y of each vertex; the last vertex of a ring is the first one again. */
export interface GridPart {
  readonly xy: number[];
  readonly outer: boolean;
}

/** Columns and rows of tiles, bounds included. */
export interface TileRange {
  readonly minCol: number;
  readonly maxCol: number;
  readonly minRow: number;
  readonly maxRow: number;
}

export interface Grid {
  readonly extent: number;
  /** Margin of a tile, in units. */
  readonly buffer: number;
}

/** The tiles, margins included, that the parts touch, within those wanted; `null` for none. */
export function touchedTiles(parts: readonly GridPart[], grid: Grid, wanted: TileRange): TileRange | null {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { xy } of parts) {
    for (let at = 0; at < xy.length; at += 2) {
      const x = xy[at] ?? 0;
      const y = xy[at + 1] ?? 0;
      if (x < minX) minX = x;
      if (x > maxX) maxX = x;
      if (y < minY) minY = y;
      if (y > maxY) maxY = y;
    }
  }
  return tilesOfBox({ minX, minY, maxX, maxY }, grid, wanted);
}

/** The tiles, margins included, that a box of the grid touches, within those wanted; `null` for none. */
export function tilesOfBox(
  { minX, minY, maxX, maxY }: { minX: number; minY: number; maxX: number; maxY: number },
  { extent, buffer }: Grid,
  wanted: TileRange,
): TileRange | null {
  const minCol = Math.max(wanted.minCol, Math.ceil((minX - buffer) / extent) - 1);
  const maxCol = Math.min(wanted.maxCol, Math.floor((maxX + buffer) / extent));
  const minRow = Math.max(wanted.minRow, Math.ceil((minY - buffer) / extent) - 1);
  const maxRow = Math.min(wanted.maxRow, Math.floor((maxY + buffer) / extent));
  return minCol > maxCol || minRow > maxRow ? null : { minCol, maxCol, minRow, maxRow };
}

/**
 * Calls `emit` for each tile that has something of the parts, column by column in halves.
 * @param range tiles that the parts touch, see {@link touchedTiles}
 */
export function sliceIntoTiles(
  kind: Kind,
  parts: readonly GridPart[],
  range: TileRange,
  grid: Grid,
  emit: (col: number, row: number, parts: readonly GridPart[]) => void,
): void {
  if (range.minCol === range.maxCol && range.minRow === range.maxRow && liesWithin(parts, range, grid)) {
    emit(range.minCol, range.minRow, parts);
    return;
  }
  const { extent, buffer } = grid;
  const clipTo = (tiles: TileRange): readonly GridPart[] => {
    const columns = clip(kind, parts, 0, tiles.minCol * extent - buffer, (tiles.maxCol + 1) * extent + buffer);
    return clip(kind, columns, 1, tiles.minRow * extent - buffer, (tiles.maxRow + 1) * extent + buffer);
  };
  for (const half of halves(range)) {
    const clipped = clipTo(half);
    if (clipped.length === 0) continue;
    if (half.minCol === half.maxCol && half.minRow === half.maxRow) emit(half.minCol, half.minRow, clipped);
    else sliceIntoTiles(kind, clipped, half, grid, emit);
  }
}

function liesWithin(parts: readonly GridPart[], { minCol, minRow }: TileRange, { extent, buffer }: Grid): boolean {
  const [left, top] = [minCol * extent - buffer, minRow * extent - buffer];
  const [right, bottom] = [(minCol + 1) * extent + buffer, (minRow + 1) * extent + buffer];
  return parts.every(({ xy }) => {
    for (let at = 0; at < xy.length; at += 2) {
      const x = xy[at] ?? 0;
      const y = xy[at + 1] ?? 0;
      if (x < left || x > right || y < top || y > bottom) return false;
    }
    return true;
  });
}

function halves(range: TileRange): TileRange[] {
  const { minCol, maxCol, minRow, maxRow } = range;
  if (minCol === maxCol && minRow === maxRow) return [range];
  if (maxCol - minCol >= maxRow - minRow) {
    const middle = (minCol + maxCol) >> 1;
    return [
      { ...range, maxCol: middle },
      { ...range, minCol: middle + 1 },
    ];
  }
  const middle = (minRow + maxRow) >> 1;
  return [
    { ...range, maxRow: middle },
    { ...range, minRow: middle + 1 },
  ];
}

/** What lies between two values of an axis (0: x, 1: y). An inner ring goes with the outer ring it follows. */
function clip(kind: Kind, parts: readonly GridPart[], axis: 0 | 1, low: number, high: number): readonly GridPart[] {
  const kept: GridPart[] = [];
  let hasOuter = true;
  let changed = false;
  for (const part of parts) {
    if (part.outer) hasOuter = true;
    else if (!hasOuter) continue;
    const side = sideOf(part.xy, axis, low, high);
    if (side === 'inside') {
      kept.push(part);
      continue;
    }
    changed = true;
    if (side === 'across' && kind === LINE) {
      for (const xy of clipLine(part.xy, axis, low, high)) kept.push({ xy, outer: true });
    } else if (side === 'across' && kind === POLYGON) {
      const xy = clipRing(part.xy, axis, low, high);
      if (xy.length >= 8) kept.push({ xy, outer: part.outer });
      else if (part.outer) hasOuter = false;
    } else if (part.outer) hasOuter = false;
  }
  return changed ? kept : parts;
}

function sideOf(xy: readonly number[], axis: 0 | 1, low: number, high: number): 'inside' | 'outside' | 'across' {
  let [min, max] = [Infinity, -Infinity];
  for (let at = axis; at < xy.length; at += 2) {
    const value = xy[at] ?? 0;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min >= low && max <= high) return 'inside';
  return max < low || min > high ? 'outside' : 'across';
}

/** The ring cut at both values (Sutherland-Hodgman), closed. */
function clipRing(xy: readonly number[], axis: 0 | 1, low: number, high: number): number[] {
  const once = cutRing(xy, axis, low, 1);
  return cutRing(once, axis, high, -1);
}

/** The part of a ring on one side of a value: `direction` 1 for what is above it. */
function cutRing(xy: readonly number[], axis: 0 | 1, at: number, direction: 1 | -1): number[] {
  const result: number[] = [];
  for (let next = 2; next < xy.length; next += 2) {
    const from = ((xy[next - 2 + axis] ?? 0) - at) * direction;
    const to = ((xy[next + axis] ?? 0) - at) * direction;
    if (from >= 0) result.push(xy[next - 2] ?? 0, xy[next - 1] ?? 0);
    if ((from > 0 && to < 0) || (from < 0 && to > 0)) pushCrossing(result, xy, next, axis, at);
  }
  if (result.length > 0 && (result[0] !== result.at(-2) || result[1] !== result.at(-1))) {
    result.push(result[0] ?? 0, result[1] ?? 0);
  }
  return result;
}

/** Adds the point where the segment that ends at `next` has this value, rounded to the grid. */
function pushCrossing(result: number[], xy: readonly number[], next: number, axis: 0 | 1, at: number): void {
  const other = 1 - axis;
  const [from, to] = [xy[next - 2 + axis] ?? 0, xy[next + axis] ?? 0];
  const [start, end] = [xy[next - 2 + other] ?? 0, xy[next + other] ?? 0];
  const crossing = Math.round(start + ((end - start) * (at - from)) / (to - from));
  if (axis === 0) result.push(at, crossing);
  else result.push(crossing, at);
}

/** The pieces of a line between two values. */
function clipLine(xy: readonly number[], axis: 0 | 1, low: number, high: number): number[][] {
  const pieces: number[][] = [];
  let piece: number[] = [];
  const endPiece = () => {
    if (piece.length >= 4) pieces.push(piece);
    piece = [];
  };
  for (let next = 2; next < xy.length; next += 2) {
    const from = xy[next - 2 + axis] ?? 0;
    const to = xy[next + axis] ?? 0;
    if ((from < low && to < low) || (from > high && to > high)) {
      endPiece();
      continue;
    }
    if (from < low) pushCrossing(piece, xy, next, axis, low);
    else if (from > high) pushCrossing(piece, xy, next, axis, high);
    else if (piece.length === 0) piece.push(xy[next - 2] ?? 0, xy[next - 1] ?? 0);
    if (to < low) pushCrossing(piece, xy, next, axis, low);
    else if (to > high) pushCrossing(piece, xy, next, axis, high);
    else piece.push(xy[next] ?? 0, xy[next + 1] ?? 0);
    if (to < low || to > high) endPiece();
  }
  endPiece();
  return pieces;
}
