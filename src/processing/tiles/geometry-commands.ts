import type { ByteWriter } from './byte-writer.js';
import { doubleArea, type Kind, LINE, POINT } from './shape.js';
import type { GridPart } from './slicer.js';

/** Geometries of vector tiles (Mapbox Vector Tile 2.1, §4.3): commands and moves of the cursor. */

const MOVE = 1;
const DRAW = 2;
const CLOSE = 15;

/**
 * Writes the geometry of a feature in one tile.
 * @param left x of the tile's corner on the grid of the level
 * @param top y of it
 * @returns whether anything is left to draw: lines without length and rings without area are not written
 */
export function writeGeometry(
  writer: ByteWriter,
  kind: Kind,
  parts: readonly GridPart[],
  left: number,
  top: number,
): boolean {
  const cursor = new Cursor(writer, left, top);
  if (kind === POINT) return cursor.points(parts);
  let written = false;
  let hasOuter = false;
  for (const { xy, outer } of parts) {
    if (kind === LINE) written = cursor.line(withoutRepeats(xy)) || written;
    else if (outer || hasOuter) {
      const drawn = cursor.ring(withoutRepeats(xy), outer);
      if (outer) hasOuter = drawn;
      written ||= drawn;
    }
  }
  return written;
}

class Cursor {
  private x: number;
  private y: number;

  constructor(
    private readonly writer: ByteWriter,
    left: number,
    top: number,
  ) {
    this.x = left;
    this.y = top;
  }

  points(parts: readonly GridPart[]): boolean {
    const count = parts.reduce((sum, { xy }) => sum + xy.length / 2, 0);
    if (count === 0) return false;
    this.writer.varint((count << 3) | MOVE);
    for (const { xy } of parts) this.moves(xy, 0, xy.length);
    return true;
  }

  line(xy: readonly number[]): boolean {
    if (xy.length < 4) return false;
    this.writer.varint((1 << 3) | MOVE);
    this.moves(xy, 0, 2);
    this.writer.varint(((xy.length / 2 - 1) << 3) | DRAW);
    this.moves(xy, 2, xy.length);
    return true;
  }

  /** Outer rings run clockwise on the screen, inner ones the other way round. */
  ring(xy: readonly number[], outer: boolean): boolean {
    const area = doubleArea(xy);
    if (area === 0 || xy.length < 8) return false;
    const count = xy.length / 2 - 1;
    this.writer.varint((1 << 3) | MOVE);
    this.moves(xy, 0, 2);
    this.writer.varint(((count - 1) << 3) | DRAW);
    if (area > 0 === outer) this.moves(xy, 2, 2 * count);
    else for (let at = 2 * count - 2; at >= 2; at -= 2) this.moves(xy, at, at + 2);
    this.writer.varint(CLOSE);
    return true;
  }

  private moves(xy: readonly number[], from: number, to: number): void {
    const { writer } = this;
    for (let at = from; at < to; at += 2) {
      const x = xy[at] ?? 0;
      const y = xy[at + 1] ?? 0;
      writer.zigzag(x - this.x);
      writer.zigzag(y - this.y);
      this.x = x;
      this.y = y;
    }
  }
}

/** The same line without vertices that repeat the one before. */
function withoutRepeats(xy: readonly number[]): readonly number[] {
  let repeats = false;
  for (let at = 2; at < xy.length && !repeats; at += 2) repeats = xy[at] === xy[at - 2] && xy[at + 1] === xy[at - 1];
  if (!repeats) return xy;
  const kept = xy.slice(0, 2);
  for (let at = 2; at < xy.length; at += 2) {
    if (xy[at] !== xy[at - 2] || xy[at + 1] !== xy[at - 1]) kept.push(xy[at] ?? 0, xy[at + 1] ?? 0);
  }
  return kept;
}
