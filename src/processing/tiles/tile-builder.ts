import { VALUE_HEAD } from './attributes.js';
import { ByteWriter } from './byte-writer.js';
import { drawTiny, type TileItem, thinItems } from './thinning.js';
import { geometryStart, readRecord, RECORD_HEAD } from './tile-record.js';

/** Makes vector tiles (Mapbox Vector Tile 2.1) of the records that features left in them. */

/** A layer of the tiles; records name it by its place. */
export interface TileLayer {
  readonly name: string;
  /** Names of the attributes; records name them by their place. */
  readonly keys: readonly string[];
}

export interface TileLimitsOfSize {
  readonly maxBytes: number;
  readonly maxFeatures: number;
}

/** A tile, and how it came to its size. */
export interface BuiltTile {
  readonly bytes: Buffer;
  readonly features: number;
  /** It was generalised further to keep to the limits. */
  readonly thinned: boolean;
  /** It is over the limits all the same. */
  readonly tooLarge: boolean;
}

/** Areas above which features are drawn as they are when a tile is too large, tried in turn, in shares of a tile. */
const THINNINGS = Array.from({ length: 16 }, (_, step) => 2 ** (step - 17));
const MOST_THINNED = 0.25;

function sizeOf(items: readonly TileItem[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

export class TileBuilder {
  private readonly values: ValueTable;
  private readonly tile = new ByteWriter(64 * 1024);
  private readonly layer = new ByteWriter(64 * 1024);
  private readonly feature = new ByteWriter();
  private readonly tags = new ByteWriter();

  constructor(
    private readonly layers: readonly TileLayer[],
    private readonly limits: TileLimitsOfSize,
  ) {
    this.values = new ValueTable();
  }

  /**
   * Makes the tile of these records, all of one level; when it passes the limits, again with the smallest features
   * joined to fewer, until it does not.
   * @param extent units of its grid
   */
  build(records: readonly Buffer[], extent: number): BuiltTile {
    const items = records.map((bytes) => ({ bytes, record: readRecord(bytes) }));
    let built = this.encode(drawTiny(items, extent), extent);
    if (this.fits(built)) return { ...built, thinned: false, tooLarge: false };
    const ratio = built.bytes.length / sizeOf(items);
    for (const share of THINNINGS) {
      const thinned = thinItems(items, extent, share);
      // Not worth the writing: what is left would take far more than there is room for.
      if (0.7 * ratio * sizeOf(thinned) > this.limits.maxBytes && share < MOST_THINNED) continue;
      built = this.encode(thinned, extent);
      if (this.fits(built)) return { ...built, thinned: true, tooLarge: false };
    }
    return { ...built, thinned: true, tooLarge: true };
  }

  private fits({ bytes, features }: { bytes: Buffer; features: number }): boolean {
    return bytes.length <= this.limits.maxBytes && features <= this.limits.maxFeatures;
  }

  private encode(items: readonly TileItem[], extent: number): { bytes: Buffer; features: number } {
    this.tile.clear();
    const byLayer = new Map<number, TileItem[]>();
    for (const item of items) {
      const list = byLayer.get(item.record.layer);
      if (list === undefined) byLayer.set(item.record.layer, [item]);
      else list.push(item);
    }
    this.layers.forEach((layer, at) => {
      const list = byLayer.get(at);
      if (list !== undefined) this.encodeLayer(layer, list, extent);
    });
    return { bytes: this.tile.take(), features: items.length };
  }

  private encodeLayer({ name, keys }: TileLayer, items: readonly TileItem[], extent: number): void {
    const { layer, tile, values } = this;
    layer.clear();
    values.clear();
    layer.byte(0x0a);
    layer.varint(Buffer.byteLength(name));
    layer.text(name);
    const used: string[] = [];
    const places = new Int32Array(keys.length).fill(-1);
    for (const item of items) {
      this.encodeFeature(item, (key) => {
        const known = places[key] ?? -1;
        if (known >= 0) return known;
        places[key] = used.length;
        return used.push(keys[key] ?? '') - 1;
      });
    }
    for (const key of used) {
      layer.byte(0x1a);
      layer.varint(Buffer.byteLength(key));
      layer.text(key);
    }
    values.write(layer);
    layer.byte(0x28);
    layer.varint(extent);
    layer.byte(0x78);
    layer.byte(2);
    tile.byte(0x1a);
    tile.varint(layer.length);
    tile.append(layer.bytes, 0, layer.length);
  }

  private encodeFeature({ bytes, record, geometry }: TileItem, placeOf: (key: number) => number): void {
    const { feature, tags, layer, values } = this;
    const end = geometryStart(bytes);
    tags.clear();
    for (let at = RECORD_HEAD; at < end;) {
      const start = at + VALUE_HEAD;
      const stop = start + bytes.readUInt32LE(at + 6);
      tags.varint(placeOf(bytes.readUInt16LE(at)));
      tags.varint(values.placeOf(bytes, start, stop, bytes.readUInt32LE(at + 2)));
      at = stop;
    }
    feature.clear();
    if (record.id >= 0) {
      feature.byte(0x08);
      feature.varint(record.id);
    }
    if (tags.length > 0) {
      feature.byte(0x12);
      feature.varint(tags.length);
      feature.append(tags.bytes, 0, tags.length);
    }
    feature.byte(0x18);
    feature.byte(record.kind);
    feature.byte(0x22);
    const [source, from] = geometry === undefined ? [bytes, end] : [geometry, 0];
    feature.varint(source.length - from);
    feature.append(source, from, source.length);
    layer.byte(0x12);
    layer.varint(feature.length);
    layer.append(feature.bytes, 0, feature.length);
  }
}

/** The distinct values of a layer: a hash table over the bytes of their messages. */
class ValueTable {
  private readonly messages = new ByteWriter(16 * 1024);
  private starts: number[] = [];
  private hashes: number[] = [];
  private slots = new Int32Array(1024).fill(-1);

  clear(): void {
    this.messages.clear();
    this.starts = [];
    this.hashes = [];
    this.slots.fill(-1);
  }

  /** The place of a value, which is added when it is new. */
  placeOf(bytes: Buffer, from: number, to: number, hash: number): number {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const place = this.slots[slot] ?? -1;
      if (place < 0) break;
      if (this.hashes[place] === hash && this.isSame(place, bytes, from, to)) return place;
      slot = (slot + 1) & mask;
    }
    const place = this.starts.push(this.messages.length) - 1;
    this.hashes.push(hash);
    this.messages.append(bytes, from, to);
    this.slots[slot] = place;
    if (2 * this.starts.length > this.slots.length) this.grow();
    return place;
  }

  write(layer: ByteWriter): void {
    this.starts.forEach((start, place) => {
      const end = this.endOf(place);
      layer.byte(0x22);
      layer.varint(end - start);
      layer.append(this.messages.bytes, start, end);
    });
  }

  private endOf(place: number): number {
    return this.starts[place + 1] ?? this.messages.length;
  }

  private isSame(place: number, bytes: Buffer, from: number, to: number): boolean {
    const start = this.starts[place] ?? 0;
    if (this.endOf(place) - start !== to - from) return false;
    const known = this.messages.bytes;
    for (let at = 0; at < to - from; at += 1) if (known[start + at] !== bytes[from + at]) return false;
    return true;
  }

  private grow(): void {
    this.slots = new Int32Array(2 * this.slots.length).fill(-1);
    const mask = this.slots.length - 1;
    for (const [place, hash] of this.hashes.entries()) {
      let slot = hash & mask;
      while ((this.slots[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
      this.slots[slot] = place;
    }
  }
}
