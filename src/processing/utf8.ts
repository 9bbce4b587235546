import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';

/** Longest character of UTF-8, bytes. */
const LONGEST = 4;

/**
 * Looks for bytes that are not UTF-8, with constant memory.
 * @returns the line of the first one, from 1; `null` when there is none
 */
export async function utf8Fault(path: string): Promise<number | null> {
  let line = 1;
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const block = Buffer.concat([held, chunk as Buffer]);
    const end = wholeCharacters(block);
    const whole = block.subarray(0, end);
    if (!isUtf8(whole)) return line + linesBefore(whole, firstFault(whole));
    line += linesBefore(whole, whole.length);
    held = block.subarray(end);
  }
  return held.length === 0 ? null : line;
}

/** Length of a block without the character that its end cuts. */
function wholeCharacters(block: Buffer): number {
  for (let back = 1; back < LONGEST && back <= block.length; back += 1) {
    const byte = block[block.length - back] ?? 0;
    if (byte >= 0xc0) return block.length - back;
    if (byte < 0x80) break;
  }
  return block.length;
}

/** Offset of about the first byte that is not UTF-8: within its line. */
function firstFault(block: Buffer): number {
  let start = 0;
  for (;;) {
    const end = block.indexOf(LINE_END, start);
    if (end < 0 || !isUtf8(block.subarray(start, end))) return start;
    start = end + 1;
  }
}

const LINE_END = 0x0a;

function linesBefore(block: Buffer, offset: number): number {
  let count = 0;
  for (let at = block.indexOf(LINE_END); at >= 0 && at < offset; at = block.indexOf(LINE_END, at + 1)) count += 1;
  return count;
}
