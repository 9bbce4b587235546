/** PackBits (TIFF 6.0 §9): no run goes from one row to the next. */
export function packBits(bytes: Uint8Array, rowBytes: number): Buffer {
  const packed = Buffer.alloc(bytes.length + Math.ceil(rowBytes / LONGEST) * Math.ceil(bytes.length / rowBytes));
  let target = 0;
  for (let start = 0; start < bytes.length; start += rowBytes) {
    const end = Math.min(bytes.length, start + rowBytes);
    for (let at = start; at < end;) {
      const run = runAt(bytes, at, end);
      if (run > 2) {
        packed[target] = 257 - run;
        packed[target + 1] = bytes[at] ?? 0;
        target += 2;
        at += run;
        continue;
      }
      const length = literalAt(bytes, at, end);
      packed[target] = length - 1;
      packed.set(bytes.subarray(at, at + length), target + 1);
      target += length + 1;
      at += length;
    }
  }
  return packed.subarray(0, target);
}

const LONGEST = 128;

/** Bytes alike from here. */
function runAt(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  while (at < end && at - start < LONGEST && bytes[at] === bytes[start]) at += 1;
  return at - start;
}

/** Bytes from here to the next three that are alike. */
function literalAt(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  while (at < end && at - start < LONGEST) {
    if (at + 2 < end && bytes[at] === bytes[at + 1] && bytes[at] === bytes[at + 2]) break;
    at += 1;
  }
  return at - start;
}
