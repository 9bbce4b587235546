import { createHash, type Hash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FileStorage } from '../storage/storage.js';

/** Files that arrive whole in one request (annexes, personal documents): streamed, digested, kept under keys of ours. */

/** Longest file name that is kept, characters. */
const MAX_FILE_NAME = 255;

/** A file on its way in. */
export interface IncomingFile {
  readonly content: Readable;
  /** As it was sent. */
  readonly fileName: string;
  readonly mimeType: string;
}

/** A received file that no entity has yet: its bytes are in storage under `key`. */
export interface ReceivedFile {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the bytes, hexadecimal. */
  readonly digest: string;
  readonly fileName: string;
  readonly mimeType: string;
}

/**
 * Streams a file to storage with constant memory, under a new key of the tree.
 * @throws FileTooLargeError beyond `maxBytes`; the stream's own error when the transfer breaks. Nothing is kept then.
 */
export async function receiveFile(
  storage: FileStorage,
  tree: 'annexes' | 'documents',
  { content, fileName, mimeType }: IncomingFile,
  maxBytes: number,
): Promise<ReceivedFile> {
  const key = `${tree}/${randomBytes(16).toString('hex')}`;
  const hash = createHash('sha256');
  const digested = Readable.from(digesting(content, hash), { objectMode: false });
  const { size } = await storage.write(key, digested, { maxBytes });
  return { key, size, digest: hash.digest('hex'), fileName: cleanFileName(fileName), mimeType };
}

/** The name of a file without what cannot be shown, its end when it is too long. */
export function cleanFileName(name: string): string {
  const printable = name.replaceAll(/\p{Control}|\p{Surrogate}/gu, '');
  return [...printable].slice(-MAX_FILE_NAME).join('') || 'fichier';
}

async function* digesting(content: Readable, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of content as AsyncIterable<Buffer>) {
    hash.update(chunk);
    yield chunk;
  }
}
