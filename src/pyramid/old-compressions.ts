/** PackBits and TIFF's LZW, the two old compressions that pyramids made elsewhere may have. */

/**
 * Unpacks PackBits.
 * @param rowBytes bytes of a row of pixels: no packet goes over its end
 * @throws Error when the bytes do not make `size` ones, row by row
 */
export function unpackBits(bytes: Buffer, size: number, rowBytes: number): Buffer {
  const pixels = Buffer.alloc(size);
  let at = 0;
  let done = 0;
  while (done < size) {
    const head = bytes[at];
    if (head === undefined) throw endsEarly(size, done);
    at += 1;
    const length = head < 128 ? head + 1 : 257 - head;
    if ((done % rowBytes) + length > rowBytes) throw new Error('a packet goes over the end of a row');
    if (head < 128) {
      if (at + length > bytes.length) throw endsEarly(size, done);
      bytes.copy(pixels, done, at, at + length);
      at += length;
      done += length;
    } else {
      // 128 is a run too, as the tools of the platform read it.
      const value = bytes[at];
      if (value === undefined) throw endsEarly(size, done);
      pixels.fill(value, done, done + length);
      at += 1;
      done += length;
    }
  }
  if (at !== bytes.length) throw new Error(`the packed tile makes more than ${size} bytes`);
  return pixels;
}

const CLEAR = 256;
const END = 257;
const FIRST = 258;
const LONGEST = 12;

/**
 * Decodes TIFF's LZW: most significant bit first, codes grow one code early.
 * @throws Error when the bytes do not make `size` ones
 */
export function decodeLzw(bytes: Buffer, size: number): Buffer {
  const pixels = Buffer.alloc(size);
  // A string of the table is a piece of what was decoded: where it starts, and how long it is.
  const starts = new Int32Array(1 << LONGEST);
  const lengths = new Int32Array(1 << LONGEST);
  let [bits, held, width, next, done, at] = [0, 0, 9, FIRST, 0, 0];
  let former: { start: number; length: number } | null = null;
  for (;;) {
    while (held < width) {
      const byte = bytes[at];
      if (byte === undefined) throw endsEarly(size, done);
      bits = ((bits & 0xffff) << 8) | byte;
      held += 8;
      at += 1;
    }
    const code = (bits >> (held - width)) & ((1 << width) - 1);
    held -= width;
    if (code === END) break;
    if (code === CLEAR) {
      [width, next, former] = [9, FIRST, null];
      continue;
    }
    const start = done;
    if (code < CLEAR) {
      if (done >= size) throw endsEarly(size, done);
      pixels[done] = code;
      done += 1;
    } else {
      if (code > next || (code === next && former === null)) throw new Error('the LZW codes are broken');
      // The string that is not in the table yet is the former one and its own first byte.
      const isNew = code === next;
      const [from, length] =
        isNew && former !== null ? [former.start, former.length + 1] : [starts[code] ?? 0, lengths[code] ?? 0];
      if (done + length > size) throw endsEarly(size, done);
      // Byte by byte: the piece may reach into what it makes.
      for (let byte = 0; byte < length; byte += 1) pixels[done + byte] = pixels[from + byte] ?? 0;
      done += length;
    }
    if (former !== null && next < 1 << LONGEST) {
      starts[next] = former.start;
      lengths[next] = former.length + 1;
      next += 1;
      if (next >= (1 << width) - 1 && width < LONGEST) width += 1;
    }
    former = { start, length: done - start };
  }
  if (done !== size) throw endsEarly(size, done);
  return pixels;
}

function endsEarly(size: number, done: number): Error {
  return new Error(`the compressed tile does not make ${size} bytes (stopped at ${done})`);
}
