/** A buffer that grows, with the encodings of protocol buffers. */
export class ByteWriter {
  bytes: Buffer;
  length = 0;

  constructor(capacity = 4096) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  /** Makes room for `more` bytes behind those written. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** A whole number from 0 to 2^53. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest > 0x7fffffff) {
      this.bytes[this.length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  /** A signed number of 32 bits, zigzag encoded. */
  zigzag(value: number): void {
    this.varint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  double(value: number): void {
    this.reserve(8);
    this.length = this.bytes.writeDoubleLE(value, this.length);
  }

  float(value: number): void {
    this.reserve(4);
    this.length = this.bytes.writeFloatLE(value, this.length);
  }

  /** The bytes `from` to `to` of a buffer. */
  append(source: Buffer, from = 0, to = source.length): void {
    const size = to - from;
    this.reserve(size);
    // A call costs more than the bytes of a small copy.
    if (size > 48) source.copy(this.bytes, this.length, from, to);
    else for (let at = 0; at < size; at += 1) this.bytes[this.length + at] = source[from + at] ?? 0;
    this.length += size;
  }

  text(value: string): void {
    const size = Buffer.byteLength(value);
    this.reserve(size);
    this.length += this.bytes.write(value, this.length);
  }

  /** A copy of what was written. */
  take(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.length));
  }

  clear(): void {
    this.length = 0;
  }
}
