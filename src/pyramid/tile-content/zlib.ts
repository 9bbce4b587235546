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
