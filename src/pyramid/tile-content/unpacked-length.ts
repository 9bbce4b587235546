/** How many bytes compressed ones give, without making them: what there is to check of a tile. */

const CLEAR = 256;
const END = 257;
const FIRST_CODE = 258;
const MAX_CODES = 4096;
const MAX_CODE_BITS = 12;

/**
 * TIFF LZW: codes of 9 to 12 bits, first bit first, that grow one code early.
 * @param limit bytes beyond which nothing more is read
 * @returns `null` for bytes that are not LZW
 */
export function lzwLength(bytes: Uint8Array, limit: number): number | null {
  // Length of the text of each code; the texts themselves do not matter.
  const lengths = new Uint32Array(MAX_CODES);
  lengths.fill(1, 0, CLEAR);
  let next = FIRST_CODE;
  let width = 9;
  let previous: number | null = null;
  let total = 0;
  for (let position = 0; position + width <= bytes.length * 8;) {
    const code = bitsAt(bytes, position, width);
    position += width;
    if (code === END) return total;
    if (code === CLEAR) {
      [next, width, previous] = [FIRST_CODE, 9, null];
      continue;
    }
    if (code > next || (code >= next && previous === null)) return null;
    if (previous !== null && next < MAX_CODES) {
      lengths[next] = (lengths[previous] ?? 0) + 1;
      next += 1;
      if (next + 1 >= 2 ** width && width < MAX_CODE_BITS) width += 1;
    }
    total += lengths[code] ?? 0;
    if (total > limit) return total;
    previous = code;
  }
  return null;
}

function bitsAt(bytes: Uint8Array, position: number, width: number): number {
  const at = position >> 3;
  const three = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
  return (three >> (24 - (position & 7) - width)) & (2 ** width - 1);
}

/**
 * PackBits.
 * @param rowBytes bytes of a row of pixels: no packet goes over its end
 * @returns `null` for bytes that are not PackBits
 */
export function packBitsLength(bytes: Uint8Array, rowBytes: number): number | null {
  let total = 0;
  for (let at = 0; at < bytes.length;) {
    const head = bytes[at] ?? 0;
    const [taken, given] = head < 128 ? [head + 2, head + 1] : [2, 257 - head];
    if (at + taken > bytes.length || (total % rowBytes) + given > rowBytes) return null;
    at += taken;
    total += given;
  }
  return total;
}
