import { UnreadableFileError } from '../ogc/unreadable.js';
import { type FileContents, type FileKind, isXml, parseFile } from './file-kinds.js';
import { runInThread } from './in-thread.js';

/** Reading of small files away from the event loop: the largest allowed takes a second, and others are being served. */

/**
 * Characters from which a file is read in a thread. SQL always is: what its parser
 * cannot hold leaves it in an unknown state.
 */
const THREAD_FROM = 50_000;

/** The largest files that are allowed take a few seconds. */
const THREAD_LIMIT_MS = 30_000;

/** What the thread answers. */
export type FileRead = { readonly content: FileContents[FileKind] } | { readonly sentences: readonly string[] };

const TOO_LONG: FileRead = { sentences: ['Le fichier est trop long à analyser.'] };

/**
 * Reads what the platform shows and uses of a file, and leaves the process free meanwhile.
 * @throws UnreadableFileError with a French sentence per fault
 */
export async function readFile<Kind extends FileKind>(
  kind: Kind,
  bytes: Buffer,
  options: { readonly strict: boolean },
): Promise<FileContents[Kind]> {
  const reading = { kind, text: isXml(kind) ? decodeXml(bytes) : decode('utf-8', bytes), strict: options.strict };
  if (reading.text.length < THREAD_FROM && kind !== 'DERIVATION-SQL') return parseFile(reading);
  const entry = new URL('./file-thread.js', import.meta.url);
  const read = (await runInThread<FileRead>(entry, reading, THREAD_LIMIT_MS)) ?? TOO_LONG;
  if ('sentences' in read) throw new UnreadableFileError(read.sentences);
  return read.content as FileContents[Kind];
}

/**
 * Text of an XML file in the encoding its declaration names, UTF-8 without one.
 * @param charset of the message that brought it, which counts more than the declaration (RFC 7303)
 * @throws UnreadableFileError
 */
export function decodeXml(bytes: Buffer, charset?: string): string {
  if (charset !== undefined) return decode(charset, bytes);
  const declaration = bytes.subarray(0, 200).toString('latin1');
  return decode(/^[^<]*<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(declaration)?.[1] ?? 'utf-8', bytes);
}

function decode(encoding: string, bytes: Buffer): string {
  const text = tryDecode(encoding, bytes);
  if (text === null) {
    throw new UnreadableFileError([`Le fichier n'est pas un texte lisible dans l'encodage ${encoding}.`]);
  }
  if (text.includes('\0')) throw new UnreadableFileError(['Le fichier contient un caractère U+0000.']);
  return text;
}

function tryDecode(encoding: string, bytes: Buffer): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
