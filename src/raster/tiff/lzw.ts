/** LZW of TIFF (TIFF 6.0 §13): most significant bit first, codes grow one code early. */

const CLEAR = 256;
const END = 257;
const FIRST = 258;
const LAST = 4094;

/** Slots of the table of strings: a power of two well above the number of codes. */
const SLOTS = 1 << 14;

export function encodeLzw(bytes: Uint8Array): Buffer {
  const bits = new BitWriter(bytes.length);
  // A string is a known one and one more byte: where it is looked for, by both, and the code it has.
  const keys = new Int32Array(SLOTS).fill(-1);
  const codes = new Uint16Array(SLOTS);
  let [next, width] = [FIRST, 9];
  bits.write(CLEAR, width);
  let former = -1;
  for (const byte of bytes) {
    if (former === -1) {
      former = byte;
      continue;
    }
    const key = (former << 8) | byte;
    let slot = (key * 0x9e5) & (SLOTS - 1);
    while (keys[slot] !== -1 && keys[slot] !== key) slot = (slot + 1) & (SLOTS - 1);
    if (keys[slot] === key) {
      former = codes[slot] ?? 0;
      continue;
    }
    bits.write(former, width);
    keys[slot] = key;
    codes[slot] = next;
    next += 1;
    former = byte;
    if (next > LAST) {
      bits.write(CLEAR, width);
      keys.fill(-1);
      [next, width] = [FIRST, 9];
    } else if (next >= 1 << width) width += 1;
  }
  if (former !== -1) {
    bits.write(former, width);
    if (next + 1 >= 1 << width && width < 12) width += 1;
  }
  bits.write(END, width);
  return bits.end();
}

class BitWriter {
  private bytes: Buffer;
  private length = 0;
  private held = 0;
  private count = 0;

  constructor(expected: number) {
    this.bytes = Buffer.alloc(expected + 64);
  }

  write(code: number, width: number): void {
    this.held = (this.held << width) | code;
    this.count += width;
    while (this.count >= 8) {
      this.count -= 8;
      this.push((this.held >> this.count) & 0xff);
    }
    this.held &= (1 << this.count) - 1;
  }

  end(): Buffer {
    if (this.count > 0) this.push((this.held << (8 - this.count)) & 0xff);
    return this.bytes.subarray(0, this.length);
  }

  private push(byte: number): void {
    if (this.length === this.bytes.length) this.bytes = Buffer.concat([this.bytes], 2 * this.bytes.length);
    this.bytes[this.length] = byte;
    this.length += 1;
  }
}
