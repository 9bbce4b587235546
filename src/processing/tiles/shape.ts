/** Geometries as tiles are made of: of one kind, two-dimensional, in world units (0 to 1, x eastwards, y southwards). */

/** As the vector tile specification numbers them. */
export const POINT = 1;
export const LINE = 2;
export const POLYGON = 3;
export type Kind = typeof POINT | typeof LINE | typeof POLYGON;

/** The points, lines or rings of a feature. */
export interface Shape {
  readonly kind: Kind;
  /** One for each line or ring; all the points together. */
  readonly parts: readonly Part[];
}

export interface Part {
  /** x, y of each vertex; the last vertex of a ring is the first one again. */
  readonly xy: Float64Array;
  /** An outer ring; the inner rings of a polygon follow it. */
  readonly outer: boolean;
}

/** Side of the world in EPSG:3857 metres, as the tile matrix set PM has it. */
export const WORLD_SIDE = 2 * 20_037_508.3427892;

/** ISO codes of WKB. */
const WKB = {
  point: 1,
  line: 2,
  polygon: 3,
  multiPoint: 4,
  multiLine: 5,
  multiPolygon: 6,
  collection: 7,
  surface: 15,
  tin: 16,
  triangle: 17,
};

/** Raised for bytes that are not the WKB asked for: a fault of ours. */
export class WkbError extends Error {
  constructor(message: string) {
    super(`WKB: ${message}`);
    this.name = 'WkbError';
  }
}

/**
 * Reads little-endian two-dimensional WKB in EPSG:3857 metres. A collection gives a shape for each kind of its members;
 * empty members and parts that have a coordinate that is no number are left out.
 * @throws WkbError
 */
export function readShapes(wkb: Buffer): Shape[] {
  const reader = new WkbReader(wkb);
  reader.geometry();
  const shapes: Shape[] = [];
  if (reader.points.length > 0) {
    shapes.push({ kind: POINT, parts: [{ xy: Float64Array.from(reader.points), outer: true }] });
  }
  if (reader.lines.length > 0) shapes.push({ kind: LINE, parts: reader.lines });
  if (reader.rings.length > 0) shapes.push({ kind: POLYGON, parts: reader.rings });
  return shapes;
}

class WkbReader {
  readonly points: number[] = [];
  readonly lines: Part[] = [];
  readonly rings: Part[] = [];
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  geometry(): void {
    if (this.bytes[this.at] !== 1) throw new WkbError('it is not little-endian');
    const type = this.bytes.readUInt32LE(this.at + 1);
    this.at += 5;
    if (type === WKB.point) this.point();
    else if (type === WKB.line) this.line();
    else if (type === WKB.polygon || type === WKB.triangle) this.polygon();
    else if ((type >= WKB.multiPoint && type <= WKB.collection) || type === WKB.surface || type === WKB.tin) {
      for (let left = this.count(); left > 0; left -= 1) this.geometry();
    } else throw new WkbError(`geometries of type ${type} are not read`);
  }

  private count(): number {
    const count = this.bytes.readUInt32LE(this.at);
    this.at += 4;
    return count;
  }

  private point(): void {
    const xy = this.vertices(1);
    // An empty point has no number for coordinates.
    if (xy !== null) this.points.push(...xy);
  }

  private line(): void {
    const xy = this.vertices(this.count());
    if (xy !== null && xy.length >= 4) this.lines.push({ xy, outer: true });
  }

  private polygon(): void {
    const rings = this.count();
    let hasOuter = false;
    for (let ring = 0; ring < rings; ring += 1) {
      const xy = this.vertices(this.count());
      if (ring === 0) hasOuter = xy !== null && xy.length >= 8;
      if (hasOuter && xy !== null && xy.length >= 8) this.rings.push({ xy, outer: ring === 0 });
    }
  }

  private vertices(count: number): Float64Array | null {
    const { bytes } = this;
    const xy = new Float64Array(2 * count);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let sum = 0;
    for (let vertex = 0, at = this.at; vertex < count; vertex += 1, at += 16) {
      const x = view.getFloat64(at, true) / WORLD_SIDE + 0.5;
      const y = 0.5 - view.getFloat64(at + 8, true) / WORLD_SIDE;
      sum += x + y;
      xy[2 * vertex] = x;
      xy[2 * vertex + 1] = y;
    }
    this.at += 16 * count;
    return Number.isFinite(sum) ? xy : null;
  }
}

/** Twice the area of a ring, positive when it runs clockwise on the screen (y southwards). */
export function doubleArea(xy: ArrayLike<number>): number {
  const length = xy.length;
  if (length < 6) return 0;
  // Relative to the first vertex: the products of far coordinates would eat the digits of a small ring.
  const [x0, y0] = [xy[0] ?? 0, xy[1] ?? 0];
  let sum = 0;
  let [px, py] = [0, 0];
  for (let at = 2; at < length; at += 2) {
    const x = (xy[at] ?? 0) - x0;
    const y = (xy[at + 1] ?? 0) - y0;
    sum += px * y - x * py;
    px = x;
    py = y;
  }
  return sum;
}

/** Length of a line. */
export function lengthOf(xy: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 2; at < xy.length; at += 2) {
    sum += Math.hypot((xy[at] ?? 0) - (xy[at - 2] ?? 0), (xy[at + 1] ?? 0) - (xy[at - 1] ?? 0));
  }
  return sum;
}
