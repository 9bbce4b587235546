/**
 * Reads the stream of `COPY (…) TO STDOUT (FORMAT binary)` for queries of one text column, without decoding the text:
 * bytes go from PostgreSQL to the client as they are (PostgreSQL, "COPY", section Binary Format).
 */

export const COPY_SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
export const COPY_HEADER_LENGTH = COPY_SIGNATURE.length + 8;
export const COPY_TRAILER = -1;

/** Raised when the bytes are no such stream: a fault of ours, never of a client. */
export class CopyFormatError extends Error {
  constructor(message: string) {
    super(`COPY stream: ${message}`);
    this.name = 'CopyFormatError';
  }
}

/** Takes the stream chunk by chunk, whatever the cuts, and gives back the texts with a separator between them. */
export class CopyRowDecoder {
  /** Rows begun so far. */
  rows = 0;
  private ended = false;
  private headerRead = false;
  /** Bytes left of the text being read. */
  private textLeft = 0;
  /** Start of a header that the end of a chunk has cut. */
  private carry: Buffer = Buffer.alloc(0);
  private readonly separator: Buffer;

  constructor(separator: string) {
    this.separator = Buffer.from(separator);
  }

  /** The text that this chunk completes or continues; empty when it holds none. @throws CopyFormatError */
  push(chunk: Buffer): Buffer {
    const bytes = this.carry.length === 0 ? chunk : Buffer.concat([this.carry, chunk]);
    const pieces: Buffer[] = [];
    let at = 0;
    while (at < bytes.length && !this.ended) {
      if (this.textLeft > 0) {
        const piece = bytes.subarray(at, at + this.textLeft);
        pieces.push(piece);
        this.textLeft -= piece.length;
        at += piece.length;
        continue;
      }
      const used = this.readHeader(bytes, at, pieces);
      if (used === 0) break;
      at += used;
    }
    this.carry = bytes.subarray(at);
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  }

  /** Checks that nothing is missing. @throws CopyFormatError */
  finish(): void {
    if (!this.ended) throw new CopyFormatError('it ends too early');
  }

  /** Reads the file header or a row header; 0 when it is cut. */
  private readHeader(bytes: Buffer, at: number, pieces: Buffer[]): number {
    if (!this.headerRead) return this.readFileHeader(bytes, at);
    if (bytes.length - at < 2) return 0;
    const fields = bytes.readInt16BE(at);
    if (fields === COPY_TRAILER) {
      this.ended = true;
      return 2;
    }
    if (fields !== 1) throw new CopyFormatError(`a row has ${fields} columns`);
    if (bytes.length - at < 6) return 0;
    const length = bytes.readInt32BE(at + 2);
    if (length < 0) throw new CopyFormatError('a row is NULL');
    if (this.rows > 0) pieces.push(this.separator);
    this.rows += 1;
    this.textLeft = length;
    return 6;
  }

  private readFileHeader(bytes: Buffer, at: number): number {
    if (bytes.length - at < COPY_HEADER_LENGTH) return 0;
    if (!bytes.subarray(at, at + COPY_SIGNATURE.length).equals(COPY_SIGNATURE))
      throw new CopyFormatError('wrong signature');
    const extension = bytes.readInt32BE(at + COPY_SIGNATURE.length + 4);
    if (bytes.length - at < COPY_HEADER_LENGTH + extension) return 0;
    this.headerRead = true;
    return COPY_HEADER_LENGTH + extension;
  }
}
