import type { GroundResolution, PixelWindow } from './window.js';

/**
 * Gradients of an elevation model by the method of Horn, row after row: the eight neighbours of a pixel count, the four
 * nearest twice. The outer pixels of the window have no gradient: they are the margin.
 */
export class Gradients {
  /** Metres that the ground rises for one eastwards, of the pixels of the row read last; NaN without data. */
  readonly east: Float64Array;
  /** For one northwards. */
  readonly north: Float64Array;
  readonly width: number;
  readonly height: number;
  private readonly xScale: number;
  private readonly yScale: number;

  /** @param none elevations that are none, beside the window's own */
  constructor(
    private readonly window: PixelWindow,
    { x, y }: GroundResolution,
    none: number,
  ) {
    this.width = Math.max(0, window.width - 2);
    this.height = Math.max(0, window.height - 2);
    this.east = new Float64Array(this.width);
    this.north = new Float64Array(this.width);
    this.xScale = 8 * x;
    this.yScale = 8 * y;
    // Compared with pixels, which are rounded to 32 bits.
    this.none = Math.fround(none);
    this.nodata = Math.fround(window.nodata[0] ?? none);
  }

  private readonly none: number;
  private readonly nodata: number;

  /** Computes a row, counted without the margin. */
  read(row: number): void {
    const { data, width: stride } = this.window;
    const { east, north, xScale, yScale, width, none, nodata } = this;
    const above = row * stride;
    const middle = above + stride;
    const below = middle + stride;
    let [a, d, g] = [data[above] ?? 0, data[middle] ?? 0, data[below] ?? 0];
    let [b, e, h] = [data[above + 1] ?? 0, data[middle + 1] ?? 0, data[below + 1] ?? 0];
    let left = isColumn(a, d, g, none, nodata);
    let centre = isColumn(b, e, h, none, nodata);
    for (let column = 0; column < width; column += 1) {
      const c = data[above + column + 2] ?? 0;
      const f = data[middle + column + 2] ?? 0;
      const i = data[below + column + 2] ?? 0;
      const right = isColumn(c, f, i, none, nodata);
      const known = left && centre && right;
      east[column] = known ? (c + 2 * f + i - (a + 2 * d + g)) / xScale : Number.NaN;
      north[column] = known ? (a + 2 * b + c - (g + 2 * h + i)) / yScale : Number.NaN;
      a = b;
      d = e;
      g = h;
      b = c;
      e = f;
      h = i;
      left = centre;
      centre = right;
    }
  }
}

/** Whether three elevations are all there. The sum tells what is not finite: it costs less than three questions. */
function isColumn(one: number, two: number, three: number, none: number, nodata: number): boolean {
  return (
    one !== nodata &&
    two !== nodata &&
    three !== nodata &&
    one !== none &&
    two !== none &&
    three !== none &&
    Number.isFinite(one + two + three)
  );
}
