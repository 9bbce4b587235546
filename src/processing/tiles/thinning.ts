import { ByteWriter } from './byte-writer.js';
import { writeGeometry } from './geometry-commands.js';
import { LINE, POINT, POLYGON } from './shape.js';
import { SPARSE, type TileRecord, TINY } from './tile-record.js';

/**
 * What becomes of the features that are too small for a tile, or too many: those of a cell join in one figure that
 * keeps their area (a square) or their length (a dash), with the attributes of the largest; of points, one stays.
 */

/** A record of a tile; `geometry` when it is not the record's own. */
export interface TileItem {
  readonly bytes: Buffer;
  readonly record: TileRecord;
  readonly geometry?: Buffer;
}

/** Cells on a side of a tile: a cell is two pixels of a tile drawn 256 pixels wide. */
const CELLS = 128;
/** Least side of a cell, of a square and of a dash, in units. */
const MIN_CELL = 4;
const MIN_FIGURE = 2;

/** Side of the cells in which tiny features join. */
export function cellSize(extent: number): number {
  return Math.max(MIN_CELL, extent / CELLS);
}

/** The records of a tile, those that are tiny joined by cell. */
export function drawTiny(items: readonly TileItem[], extent: number): TileItem[] {
  const side = cellSize(extent);
  const cells = new Cells(side, extent);
  return joined(items, cells, ({ record }) => (record.flags & (TINY | SPARSE)) !== 0);
}

/**
 * The records of a tile, those smaller than a share of the tile joined in cells as large.
 * @param share of the area of a tile
 */
export function thinItems(items: readonly TileItem[], extent: number, share: number): TileItem[] {
  const side = extent * Math.sqrt(share);
  const cells = new Cells(Math.max(cellSize(extent), 2 * side), extent);
  return joined(
    items,
    cells,
    ({ record }) =>
      (record.flags & TINY) !== 0 ||
      record.kind === POINT ||
      (record.kind === POLYGON ? record.weight < side * side : record.weight < 2 * side),
  );
}

function joined(items: readonly TileItem[], cells: Cells, isSmall: (item: TileItem) => boolean): TileItem[] {
  const kept: TileItem[] = [];
  for (const item of items) {
    if (isSmall(item)) cells.take(item);
    else kept.push(item);
  }
  return [...kept, ...cells.figures()];
}

interface CellContent {
  item: TileItem;
  /** Area or length of all it stands for. */
  sum: number;
  /** Their centre, weighted. */
  x: number;
  y: number;
}

class Cells {
  private readonly contents = new Map<number, CellContent>();
  private readonly perSide: number;

  constructor(
    private readonly side: number,
    private readonly extent: number,
  ) {
    this.perSide = Math.ceil(extent / side);
  }

  /** Takes a record in; what lies in the margin is left to the neighbour. */
  take(item: TileItem): void {
    const { record } = item;
    const { weight } = record;
    const { extent, side, perSide } = this;
    if (record.x < 0 || record.y < 0 || record.x >= extent || record.y >= extent) return;
    const cell = Math.floor(record.y / side) * perSide + Math.floor(record.x / side);
    const key = (cell * 256 + record.layer) * 4 + record.kind;
    const found = this.contents.get(key);
    if (found === undefined) {
      this.contents.set(key, { item, sum: weight, x: record.x * weight, y: record.y * weight });
      return;
    }
    found.sum += weight;
    found.x += record.x * weight;
    found.y += record.y * weight;
    if (record.largest > found.item.record.largest) found.item = item;
  }

  /** A figure for each cell that has something, cell by cell. */
  *figures(): Generator<TileItem> {
    for (const key of [...this.contents.keys()].sort((a, b) => a - b)) {
      const content = this.contents.get(key);
      if (content === undefined) continue;
      const { item } = content;
      if (item.record.kind === POINT) yield item;
      else yield { ...item, geometry: this.draw(content) };
    }
  }

  private draw({ item: { record }, sum, x, y }: CellContent): Buffer {
    const writer = new ByteWriter(32);
    const centreX = this.within(sum > 0 ? x / sum : record.x, record.x, record.kind === LINE ? sum : Math.sqrt(sum));
    const centreY = this.within(sum > 0 ? y / sum : record.y, record.y, record.kind === LINE ? sum : Math.sqrt(sum));
    if (record.kind === LINE) {
      const half = Math.min(this.side, Math.max(MIN_FIGURE, sum)) / 2;
      const [dx, dy] = [Math.cos(record.angle) * half, Math.sin(record.angle) * half];
      const xy = [centreX - dx, centreY - dy, centreX + dx, centreY + dy].map(Math.round);
      writeGeometry(writer, LINE, [{ xy, outer: true }], 0, 0);
    } else {
      const side = Math.round(Math.min(this.side, Math.max(MIN_FIGURE, Math.sqrt(sum))));
      const [left, top] = [Math.round(centreX - side / 2), Math.round(centreY - side / 2)];
      const [right, bottom] = [left + side, top + side];
      const xy = [left, top, right, top, right, bottom, left, bottom, left, top];
      writeGeometry(writer, POLYGON, [{ xy, outer: true }], 0, 0);
    }
    return writer.take();
  }

  /** The middle of a figure of that size, moved so that it stays in the cell. */
  private within(middle: number, of: number, size: number): number {
    const low = Math.floor(of / this.side) * this.side;
    const half = Math.min(size, this.side) / 2;
    return Math.min(low + this.side - half, Math.max(low + half, middle));
  }
}
