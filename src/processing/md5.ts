import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** The MD5 of a file on the disk, in hexadecimal; it is read with constant memory. */
export async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
