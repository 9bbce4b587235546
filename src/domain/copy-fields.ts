import { COPY_HEADER_LENGTH, COPY_SIGNATURE, COPY_TRAILER, CopyFormatError } from './copy-rows.js';

/** The fields of a row, in PostgreSQL's binary formats; `null` for NULL. Valid until the next chunk is pushed. */
export type CopyFields = readonly (Buffer | null)[];

/** Reads the stream of `COPY (…) TO STDOUT (FORMAT binary)` field by field. */
export class CopyFieldDecoder {
  private carry: Buffer = Buffer.alloc(0);
  private headerRead = false;
  private ended = false;

  /** The rows that this chunk completes. @throws CopyFormatError */
  *push(chunk: Buffer): Generator<CopyFields> {
    const bytes = this.carry.length === 0 ? chunk : Buffer.concat([this.carry, chunk]);
    let at = this.skipHeader(bytes);
    while (this.headerRead && !this.ended) {
      const row = readRow(bytes, at);
      if (row === null) break;
      at = row.end;
      if (row.fields === null) this.ended = true;
      else yield row.fields;
    }
    this.carry = bytes.subarray(at);
  }

  /** Checks that nothing is missing. @throws CopyFormatError */
  finish(): void {
    if (!this.ended) throw new CopyFormatError('it ends too early');
  }

  private skipHeader(bytes: Buffer): number {
    if (this.headerRead || bytes.length < COPY_HEADER_LENGTH) return 0;
    if (!bytes.subarray(0, COPY_SIGNATURE.length).equals(COPY_SIGNATURE)) throw new CopyFormatError('no signature');
    this.headerRead = true;
    return COPY_HEADER_LENGTH + bytes.readUInt32BE(COPY_HEADER_LENGTH - 4);
  }
}

/** The row at this place, `fields: null` for the trailer; `null` when it is cut. */
function readRow(bytes: Buffer, start: number): { fields: CopyFields | null; end: number } | null {
  if (start + 2 > bytes.length) return null;
  const count = bytes.readInt16BE(start);
  let at = start + 2;
  if (count === COPY_TRAILER) return { fields: null, end: at };
  const fields: (Buffer | null)[] = [];
  for (let field = 0; field < count; field += 1) {
    if (at + 4 > bytes.length) return null;
    const size = bytes.readInt32BE(at);
    at += 4;
    if (at + Math.max(0, size) > bytes.length) return null;
    fields.push(size < 0 ? null : bytes.subarray(at, at + size));
    at += Math.max(0, size);
  }
  return { fields, end: at };
}
