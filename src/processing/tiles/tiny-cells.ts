import { ByteWriter } from './byte-writer.js';
import type { Kind } from './shape.js';
import type { RecordSink } from './tile-cutter.js';
import { beginRecord, endRecord, TINY } from './tile-record.js';

/** What is left of a feature too small to be drawn. */
export interface TinyFeature {
  readonly kind: Kind;
  readonly id: number;
  /** Area or length, in units. */
  readonly weight: number;
  /** Its middle, in the tile. */
  readonly x: number;
  readonly y: number;
  readonly angle: number;
}

/** A tile, and the side of its cells. */
export interface TinyPlace {
  readonly zoom: number;
  readonly col: number;
  readonly row: number;
  readonly side: number;
}

interface Waiting {
  readonly place: TinyPlace;
  /** The largest feature of the cell, whose attributes it has. */
  feature: TinyFeature;
  attributes: Buffer;
  sum: number;
  x: number;
  y: number;
}

/** Cells held at once. */
const MOST_CELLS = 100_000;

/**
 * Joins tiny features by cell before they are sorted: millions of them become as many as there are cells. It holds a
 * bounded number of cells; the rest of the joining is done where the tile is built.
 */
export class TinyCells {
  private waiting = new Map<string, Waiting>();
  private readonly record = new ByteWriter();

  constructor(
    private readonly layer: number,
    private readonly sink: RecordSink,
  ) {}

  add(place: TinyPlace, feature: TinyFeature, attributes: Buffer): void {
    const { zoom, col, row, side } = place;
    const { kind, weight } = feature;
    const key = `${zoom}/${col}/${row}/${Math.floor(feature.x / side)}/${Math.floor(feature.y / side)}/${kind}`;
    const found = this.waiting.get(key);
    if (found === undefined) {
      this.waiting.set(key, { place, feature, attributes, sum: weight, x: feature.x * weight, y: feature.y * weight });
      if (this.waiting.size > MOST_CELLS) this.flush();
      return;
    }
    found.sum += weight;
    found.x += feature.x * weight;
    found.y += feature.y * weight;
    if (weight <= found.feature.weight) return;
    found.feature = feature;
    found.attributes = attributes;
  }

  flush(): void {
    for (const { place, feature, attributes, sum, x, y } of this.waiting.values()) {
      const { kind, id, angle, weight: largest } = feature;
      const middle = sum > 0 ? { x: x / sum, y: y / sum } : feature;
      beginRecord(
        this.record,
        { layer: this.layer, kind, flags: TINY, id, weight: sum, largest, angle, x: middle.x, y: middle.y },
        attributes,
      );
      endRecord(this.record);
      this.sink(place.zoom, place.col, place.row, this.record);
    }
    this.waiting = new Map();
  }
}
