/** Byte ranges of RFC 9110 §14. */

/** Offsets, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** More ranges than that, or ranges that overlap so much that they are longer than the file, get the whole file. */
const MAX_RANGES = 50;

/**
 * The ranges that a header asks for, those outside of the file left out.
 * @param size of the file, bytes
 * @returns `null` for the whole file: no header, another unit, a malformed or unreasonable one; `outside` when no range
 *   is in the file
 */
export function readRanges(header: string | undefined, size: number): readonly ByteRange[] | 'outside' | null {
  const list = /^\s*bytes\s*=(.*)$/is.exec(header ?? '')?.[1];
  if (list === undefined) return null;
  // Empty elements of lists mean nothing (RFC 9110 §5.6.1).
  const texts = list
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  if (texts.length === 0 || texts.length > MAX_RANGES) return null;
  const ranges: ByteRange[] = [];
  for (const text of texts) {
    const range = readRange(text, size);
    if (range === null) return null;
    if (range !== 'outside') ranges.push(range);
  }
  if (ranges.length === 0) return 'outside';
  const wanted = ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
  return ranges.length > 1 && wanted > size ? null : ranges;
}

function readRange(text: string, size: number): ByteRange | 'outside' | null {
  const match = /^(\d*)-(\d*)$/.exec(text);
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') return null;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? 'outside' : { start, end };
}
