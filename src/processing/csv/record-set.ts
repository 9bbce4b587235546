/** A set of record numbers, one bit each. */
export class RecordSet {
  private bits = new Uint8Array(1024);

  add(record: number): void {
    const at = Math.floor(record / 8);
    if (at >= this.bits.length) {
      const larger = new Uint8Array(Math.max(at + 1, this.bits.length * 2));
      larger.set(this.bits);
      this.bits = larger;
    }
    this.bits[at] = (this.bits[at] ?? 0) | (1 << (record % 8));
  }

  has(record: number): boolean {
    return ((this.bits[Math.floor(record / 8)] ?? 0) & (1 << (record % 8))) !== 0;
  }
}
