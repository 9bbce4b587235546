import { inflateSync } from 'node:zlib';

/** The bytes of a zlib stream that holds exactly that many; `null` for another one, which is never made whole. */
export function inflateExactly(bytes: Buffer, length: number): Buffer | null {
  try {
    const found = inflateSync(bytes, { maxOutputLength: length + 1 });
    return found.length === length ? found : null;
  } catch {
    return null;
  }
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** The check sum of a chunk of a PNG. */
export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
