import type { ByteWriter } from './byte-writer.js';
import type { Kind } from './shape.js';

/** What a feature leaves in one tile, in the bytes that the tile store sorts: a head, its attributes, its geometry. */
export interface TileRecord {
  /** Number of its layer. */
  readonly layer: number;
  readonly kind: Kind;
  /** {@link TINY}, {@link SPARSE}. */
  readonly flags: number;
  /** Negative for none. */
  readonly id: number;
  /** Area or length in units of the grid; of all that a tiny record stands for. */
  readonly weight: number;
  /** The same of its largest feature, whose attributes it has. */
  readonly largest: number;
  /** Centre of its box in the tile. */
  readonly x: number;
  readonly y: number;
  /** Direction of a tiny line, radians. */
  readonly angle: number;
}

/** Too small to be drawn as it is: it has no geometry, and joins its neighbours. */
export const TINY = 1;
/** A point that may give way to a neighbour. */
export const SPARSE = 2;

export const RECORD_HEAD = 40;
const MAX_INT16 = 32_767;

/** Starts a record; attributes and geometry follow, then {@link endRecord}. */
export function beginRecord(writer: ByteWriter, record: TileRecord, attributes: Buffer): void {
  writer.clear();
  writer.reserve(RECORD_HEAD);
  const { bytes } = writer;
  bytes[4] = record.layer;
  bytes[5] = record.kind;
  bytes[6] = record.flags;
  bytes[7] = 0;
  bytes.writeDoubleLE(record.id, 8);
  bytes.writeFloatLE(record.weight, 16);
  bytes.writeFloatLE(record.largest, 20);
  bytes.writeInt16LE(clamp(record.x), 24);
  bytes.writeInt16LE(clamp(record.y), 26);
  bytes.writeFloatLE(record.angle, 28);
  bytes.writeUInt32LE(attributes.length, 32);
  bytes.writeUInt32LE(0, 36);
  writer.length = RECORD_HEAD;
  writer.append(attributes);
}

/** Writes its length at the head of a record. */
export function endRecord(writer: ByteWriter): void {
  writer.bytes.writeUInt32LE(writer.length, 0);
}

function clamp(value: number): number {
  return Math.round(Math.min(MAX_INT16, Math.max(-MAX_INT16, value)));
}

/** The head of a record. */
export function readRecord(bytes: Buffer): TileRecord {
  return {
    layer: bytes[4] ?? 0,
    kind: (bytes[5] ?? 0) as Kind,
    flags: bytes[6] ?? 0,
    id: bytes.readDoubleLE(8),
    weight: bytes.readFloatLE(16),
    largest: bytes.readFloatLE(20),
    x: bytes.readInt16LE(24),
    y: bytes.readInt16LE(26),
    angle: bytes.readFloatLE(28),
  };
}

/** Where the geometry of a record starts; its attributes lie before, from {@link RECORD_HEAD} on. */
export function geometryStart(bytes: Buffer): number {
  return RECORD_HEAD + bytes.readUInt32LE(32);
}
