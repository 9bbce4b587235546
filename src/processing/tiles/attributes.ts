import type { ByteWriter } from './byte-writer.js';

/**
 * Attributes of a feature as values of a vector tile, encoded once for all the tiles the feature is in. For each value:
 * number of the attribute (16 bits), hash of the value (32 bits), its length (16 or 32 bits), the value's message.
 */

/** How the value of a column comes: the binary formats of PostgreSQL's `bigint`, `double precision`, `boolean`, `text`. */
export type ValueKind = 'integer' | 'real' | 'boolean' | 'text';

/** Where an attribute goes: number of its key in the layer, and how its value comes. */
export interface AttributeColumn {
  readonly key: number;
  readonly kind: ValueKind;
}

export const VALUE_HEAD = 10;

/** Writes the values of a row; those that are missing are left out. */
export function writeAttributes(
  writer: ByteWriter,
  columns: readonly AttributeColumn[],
  fields: readonly (Buffer | null)[],
): void {
  for (const [at, { key, kind }] of columns.entries()) {
    const field = fields[at] ?? null;
    if (field === null) continue;
    const head = writer.length;
    writer.reserve(VALUE_HEAD);
    writer.length += VALUE_HEAD;
    writeValue(writer, kind, field);
    const { bytes } = writer;
    bytes.writeUInt16LE(key, head);
    bytes.writeUInt32LE(hashOf(bytes, head + VALUE_HEAD, writer.length), head + 2);
    bytes.writeUInt32LE(writer.length - head - VALUE_HEAD, head + 6);
  }
}

function writeValue(writer: ByteWriter, kind: ValueKind, field: Buffer): void {
  switch (kind) {
    case 'text':
      writer.byte(0x0a);
      writer.varint(field.length);
      writer.append(field);
      return;
    case 'real':
      writer.byte(0x19);
      writer.double(field.readDoubleBE(0));
      return;
    case 'boolean':
      writer.byte(0x38);
      writer.byte(field[0] === 0 ? 0 : 1);
      return;
    case 'integer':
      writeInteger(writer, field.readBigInt64BE(0));
  }
}

/** Positive numbers as unsigned ones, negative ones zigzag encoded, as PostGIS does. */
function writeInteger(writer: ByteWriter, value: bigint): void {
  const isNegative = value < 0n;
  let rest = isNegative ? -value * 2n - 1n : value;
  writer.byte(isNegative ? 0x30 : 0x28);
  while (rest > Number.MAX_SAFE_INTEGER) {
    writer.byte(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  writer.varint(Number(rest));
}

/** FNV-1a. */
function hashOf(bytes: Buffer, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return hash >>> 0;
}
