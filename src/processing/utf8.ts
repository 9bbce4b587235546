import { createReadStream } from 'node:fs';

/**
 * Looks for bytes that are not UTF-8, with constant memory.
 * @returns about where the first one is (offset of the end of the block that holds it, bytes), or `null`
 */
export async function utf8Fault(path: string): Promise<number | null> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let offset = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 64 * 1024 })) {
      offset += (chunk as Buffer).length;
      decoder.decode(chunk as Buffer, { stream: true });
    }
    decoder.decode();
    return null;
  } catch (error) {
    if (error instanceof TypeError) return offset;
    throw error;
  }
}
