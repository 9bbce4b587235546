import { ByteWriter } from './byte-writer.js';
import { writeGeometry } from './geometry-commands.js';
import { doubleArea, lengthOf, LINE, type Part, POINT, POLYGON, type Shape } from './shape.js';
import { vertexImportance } from './simplify.js';
import { type Grid, type GridPart, sliceIntoTiles, type TileRange, tilesOfBox, touchedTiles } from './slicer.js';
import { cellSize } from './thinning.js';
import type { TileOptions } from './tile-options.js';
import { beginRecord, endRecord, SPARSE } from './tile-record.js';
import { TinyCells } from './tiny-cells.js';

/** Cuts features into the tiles of every level of their layer. */

/** A level to make tiles of. */
export interface CutLevel {
  readonly zoom: number;
  /** The tiles wanted. */
  readonly range: TileRange;
}

/** Where the records go: one tile of one level each. */
export type RecordSink = (zoom: number, col: number, row: number, record: ByteWriter) => void;

export interface CutFeature {
  /** Rank in its layer: what chance decides is decided by it. */
  readonly rank: number;
  /** Negative for none. */
  readonly id: number;
  readonly attributes: Buffer;
  readonly shapes: readonly Shape[];
}

/** Side, in units, of the squares and length of the lines that are too small to be drawn: a pixel of a 512 pixels tile. */
const TINY_SHARE = 512;
/** The same at the bottom level, where only what would vanish is. */
const TINY_AT_BOTTOM = 2;
/** Inner rings of fewer square units are filled. */
const SMALLEST_HOLE = 4;

interface Level extends CutLevel, Grid {
  /** Units of the whole world. */
  readonly scale: number;
  /** Square of the tolerance, in world units. */
  readonly tolerance: number;
  readonly tiny: number;
  readonly isBottom: boolean;
  /** Share of the points kept. */
  readonly pointShare: number;
  /** Last point seen in a cell, by a hash of it: a sieve that lets some through, which the tile then joins. */
  readonly sieve: Float64Array;
}

const SIEVE = 65_536;

export class TileCutter {
  private readonly levels: readonly Level[];
  private readonly record = new ByteWriter(64 * 1024);
  private readonly tiny: TinyCells;
  private readonly least: number;

  /**
   * @param layer number of the layer
   * @param levels top first
   * @param extentOf units of a tile of a level, see {@link extentAt}
   */
  constructor(
    private readonly layer: number,
    levels: readonly CutLevel[],
    private readonly options: TileOptions,
    private readonly extentOf: (zoom: number) => number,
    private readonly sink: RecordSink,
  ) {
    const bottom = levels.at(-1)?.zoom ?? 0;
    this.levels = levels.map((level) => this.prepare(level, bottom));
    this.least = Math.min(...this.levels.map(({ tolerance }) => tolerance));
    this.tiny = new TinyCells(layer, sink);
  }

  /** Cuts one feature. */
  add(feature: CutFeature): void {
    for (const shape of feature.shapes) {
      if (shape.kind === POINT) this.addPoints(feature, shape);
      else if (shape.kind === LINE) this.addLines(feature, shape);
      else this.addPolygons(feature, shape);
    }
  }

  /** Gives out what waits for neighbours. */
  finish(): void {
    this.tiny.flush();
  }

  private prepare(level: CutLevel, bottom: number): Level {
    const { simplification, simplifyBottom, joinTiny, pointDrop, buffer } = this.options;
    const isBottom = level.zoom === bottom;
    const extent = this.extentOf(level.zoom);
    const scale = extent * 2 ** level.zoom;
    const base = pointDrop?.baseLevel ?? bottom;
    const tinySide = isBottom ? TINY_AT_BOTTOM : Math.max(TINY_AT_BOTTOM, extent / TINY_SHARE);
    return {
      ...level,
      extent,
      buffer: Math.round((buffer * extent) / 256),
      scale,
      isBottom,
      tolerance: isBottom && !simplifyBottom ? 0 : (simplification / scale) ** 2,
      tiny: joinTiny ? tinySide : 0,
      pointShare: pointDrop === null ? 1 : pointDrop.rate ** Math.min(0, level.zoom - base),
      sieve: pointDrop === null && !isBottom ? new Float64Array(SIEVE).fill(-1) : new Float64Array(0),
    };
  }

  private addPolygons(feature: CutFeature, { parts }: Shape): void {
    const areas = parts.map(({ xy }) => Math.abs(doubleArea(xy)) / 2);
    const vertices = parts.map(({ xy }) => vertexImportance(xy, this.least));
    for (const level of this.levels) {
      const kept: GridPart[] = [];
      let weight = 0;
      let hasOuter = false;
      for (const [at, part] of parts.entries()) {
        const area = (areas[at] ?? 0) * level.scale ** 2;
        if (!part.outer) {
          if (!hasOuter || area < SMALLEST_HOLE) continue;
        } else {
          hasOuter = area > 0 && area >= level.tiny ** 2;
          if (!hasOuter && level.tiny > 0) this.addTiny(feature, POLYGON, part, area, level);
          if (!hasOuter) continue;
          weight += area;
        }
        const xy = onGrid(part.xy, vertices[at], level);
        if (xy.length >= 8) kept.push({ xy, outer: part.outer });
        else if (part.outer) {
          hasOuter = false;
          weight -= area;
          if (level.tiny > 0) this.addTiny(feature, POLYGON, part, area, level);
        }
      }
      if (kept.length > 0) this.slice(feature, POLYGON, kept, weight, level);
    }
  }

  private addLines(feature: CutFeature, { parts }: Shape): void {
    const lengths = parts.map(({ xy }) => lengthOf(xy));
    const vertices = parts.map(({ xy }) => vertexImportance(xy, this.least));
    for (const level of this.levels) {
      const kept: GridPart[] = [];
      let weight = 0;
      for (const [at, part] of parts.entries()) {
        const length = (lengths[at] ?? 0) * level.scale;
        if (length < level.tiny) {
          this.addTiny(feature, LINE, part, length, level);
          continue;
        }
        weight += length;
        kept.push({ xy: onGrid(part.xy, vertices[at], level), outer: true });
      }
      if (kept.length > 0) this.slice(feature, LINE, kept, weight, level);
    }
  }

  private addTiny(
    { id, attributes }: CutFeature,
    kind: typeof LINE | typeof POLYGON,
    { xy }: Part,
    weight: number,
    level: Level,
  ): void {
    const { x, y, angle } = middleOf(xy);
    const [col, row] = [Math.floor((x * level.scale) / level.extent), Math.floor((y * level.scale) / level.extent)];
    const { minCol, maxCol, minRow, maxRow } = level.range;
    if (col < minCol || col > maxCol || row < minRow || row > maxRow) return;
    const [left, top] = [x * level.scale - col * level.extent, y * level.scale - row * level.extent];
    const at = { zoom: level.zoom, col, row, side: cellSize(level.extent) };
    this.tiny.add(at, { kind, id, weight, x: left, y: top, angle }, attributes);
  }

  private slice(
    { id, attributes }: CutFeature,
    kind: typeof LINE | typeof POLYGON,
    parts: readonly GridPart[],
    weight: number,
    level: Level,
  ): void {
    const range = touchedTiles(parts, level, level.range);
    if (range === null) return;
    const [centreX, centreY] = centreOf(parts);
    sliceIntoTiles(kind, parts, range, level, (col, row, clipped) => {
      const [left, top] = [col * level.extent, row * level.extent];
      const place = { x: centreX - left, y: centreY - top };
      const { record, layer } = this;
      beginRecord(record, { layer, kind, flags: 0, id, weight, largest: weight, angle: 0, ...place }, attributes);
      if (!writeGeometry(record, kind, clipped, left, top)) return;
      endRecord(record);
      this.sink(level.zoom, col, row, record);
    });
  }

  private addPoints(feature: CutFeature, { parts }: Shape): void {
    const points = parts.flatMap(({ xy }) => [...xy]);
    for (const level of this.levels) {
      const cells = new Map<string, { col: number; row: number; xy: number[] }>();
      for (let at = 0; at < points.length; at += 2) {
        const x = Math.round((points[at] ?? 0) * level.scale);
        const y = Math.round((points[at + 1] ?? 0) * level.scale);
        if (!isKept(x, y, feature.rank + at / 2, level)) continue;
        const range = tilesOfBox({ minX: x, minY: y, maxX: x, maxY: y }, level, level.range);
        if (range === null) continue;
        for (let { minCol: col } = range; col <= range.maxCol; col += 1) {
          for (let { minRow: row } = range; row <= range.maxRow; row += 1) {
            const cell = cells.get(`${col}/${row}`);
            if (cell === undefined) cells.set(`${col}/${row}`, { col, row, xy: [x, y] });
            else cell.xy.push(x, y);
          }
        }
      }
      const flags = level.sieve.length > 0 && points.length === 2 ? SPARSE : 0;
      for (const cell of cells.values()) this.emitPoints(feature, cell, flags, level);
    }
  }

  private emitPoints(
    { id, attributes }: CutFeature,
    { col, row, xy }: { col: number; row: number; xy: number[] },
    flags: number,
    level: Level,
  ): void {
    const { record, layer } = this;
    const [left, top] = [col * level.extent, row * level.extent];
    const place = { x: (xy[0] ?? 0) - left, y: (xy[1] ?? 0) - top };
    beginRecord(record, { layer, kind: POINT, flags, id, weight: 1, largest: 0, angle: 0, ...place }, attributes);
    writeGeometry(record, POINT, [{ xy, outer: true }], left, top);
    endRecord(record);
    this.sink(level.zoom, col, row, record);
  }
}

/** The vertices that outlive the tolerance of a level, on its grid. */
function onGrid(xy: Float64Array, importance: Float64Array | undefined, { scale, tolerance }: Level): number[] {
  const kept: number[] = [];
  for (let at = 0; at < xy.length; at += 2) {
    if ((importance?.[at >> 1] ?? 0) < tolerance) continue;
    kept.push(Math.round((xy[at] ?? 0) * scale), Math.round((xy[at + 1] ?? 0) * scale));
  }
  return kept;
}

/** Whether a point is kept at a level: by chance, the same each time, or because its cell is free. */
function isKept(x: number, y: number, rank: number, { pointShare, sieve, extent }: Level): boolean {
  if (pointShare < 1) return chance(rank) < pointShare;
  if (sieve.length === 0) return true;
  const side = cellSize(extent);
  const cell = Math.floor(y / side) * 2 ** 26 + Math.floor(x / side);
  const slot = Math.floor(chance(cell) * sieve.length);
  if (sieve[slot] === cell) return false;
  sieve[slot] = cell;
  return true;
}

/** A number from 0 to 1 that looks drawn by lot. */
function chance(value: number): number {
  let bits = Math.imul(Math.floor(value / 2 ** 26) ^ 0x9e3779b9, 0x85ebca6b) ^ (value % 2 ** 26);
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}

/** Middle of the box of a part, and the direction from its first to its last vertex. */
function middleOf(xy: Float64Array): { x: number; y: number; angle: number } {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < xy.length; at += 2) {
    const x = xy[at] ?? 0;
    const y = xy[at + 1] ?? 0;
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  const angle = Math.atan2((xy.at(-1) ?? 0) - (xy[1] ?? 0), (xy.at(-2) ?? 0) - (xy[0] ?? 0));
  return { x: (minX + maxX) / 2, y: (minY + maxY) / 2, angle };
}

function centreOf(parts: readonly GridPart[]): [number, number] {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { xy } of parts) {
    for (let at = 0; at < xy.length; at += 2) {
      minX = Math.min(minX, xy[at] ?? 0);
      maxX = Math.max(maxX, xy[at] ?? 0);
      minY = Math.min(minY, xy[at + 1] ?? 0);
      maxY = Math.max(maxY, xy[at + 1] ?? 0);
    }
  }
  return [(minX + maxX) / 2, (minY + maxY) / 2];
}
