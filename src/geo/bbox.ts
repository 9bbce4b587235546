/**
 * Bounding boxes. Inside the emulator x is always the easting or longitude; axis order is dealt with where a
 * request is read and where a document is written, never in between.
 */

/** A rectangle in some CRS, `x` eastwards, `y` northwards, in the units of that CRS. */
export interface Bbox {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

/** A rectangle in WGS 84 degrees. */
export interface GeographicBox {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** Raised for text that is not a bounding box; the message names the fault. */
export class BboxError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BboxError';
  }
}

// Number() also takes '', ' 1', '0x10' and 'Infinity', which no OGC request means. One way to read a text only: digits
// that either of two repetitions may take are tried in every combination, minutes for a long text that is no number.
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

/** Reads one finite decimal number, or `null` for anything else (NaN, Infinity, hexadecimal, empty). */
export function parseFiniteNumber(text: string): number | null {
  const trimmed = text.trim();
  if (!DECIMAL.test(trimmed)) return null;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : null;
}

/**
 * Reads `a,b,c,d` as lower corner then upper corner, first ordinate as x: the caller swaps the axes
 * ({@link swapAxes}) when the CRS spelling puts northing first. A box without area is accepted.
 * @throws BboxError unless there are four finite numbers with minimum ≤ maximum on both axes
 */
export function parseBboxNumbers(text: string): Bbox {
  const parts = text.split(',');
  if (parts.length !== 4) throw new BboxError(`expected 4 numbers, found ${parts.length}`);
  const [minX, minY, maxX, maxY] = parts.map((part) => {
    const value = parseFiniteNumber(part);
    if (value === null) throw new BboxError(`'${part.trim()}' is not a finite number`);
    return value;
  }) as [number, number, number, number];
  if (minX > maxX || minY > maxY) throw new BboxError('the lower corner is beyond the upper corner');
  return { minX, minY, maxX, maxY };
}

/** The same rectangle with its axes exchanged. */
export function swapAxes(box: Bbox): Bbox {
  return { minX: box.minY, minY: box.minX, maxX: box.maxY, maxY: box.maxX };
}
