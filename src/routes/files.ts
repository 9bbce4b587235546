import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../errors.js';
import type { OpenFile } from '../storage/open-file.js';
import type { FileStorage } from '../storage/storage.js';
import { FileBody } from './file-body.js';
import { evaluateConditions, isRangeWanted, type Validators } from './preconditions.js';
import { type ByteRange, readRanges } from './ranges.js';

/** Serving stored files over HTTP, to members and to the public: validators, conditions, ranges. */

/** A stored file, as an answer shows it. */
export interface ServedFile {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly mediaType: string;
  /** Proposed to those who download it; without it the file may be shown in place. */
  readonly downloadName?: string;
  /** Digest of the bytes. Keys name their bytes for ever: the key stands for it when there is none. */
  readonly digest?: string;
  readonly lastModified?: Date;
}

/** A file of the registry that knows its digest. */
export function servedFile(row: {
  key: string;
  size: bigint;
  mimeType: string;
  digest: string;
  creation: Date;
  update: Date | null;
}): ServedFile {
  const { key, size, mimeType: mediaType, digest, creation, update } = row;
  return { key, size: Number(size), mediaType, digest, lastModified: update ?? creation };
}

/** Rows may move to other bytes, and the old ones go, between the reading of the row and that of the bytes. */
const ATTEMPTS = 3;

/** What a page served from our own origin may do: paint itself, and nothing else. */
const PAGE_POLICY = "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; sandbox";

/** Bytes that are sent in one piece, without a stream. */
const SMALL = 64 * 1024;

/**
 * Answers a stored file (RFC 9110): strong `ETag`, `If-Match`, `If-None-Match` and their dates, `Range` with `If-Range`.
 * Several ranges make a `multipart/byteranges`.
 * @param find the file, read again when its bytes have just been replaced
 * @param guess where the file probably is, when it was served a short while ago: a small one is read there while `find`
 *   makes sure
 * @throws ApiError precondition_failed; range_not_satisfiable when the range lies outside of the file; those of `find`
 */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  storage: FileStorage,
  find: () => Promise<ServedFile>,
  guess: () => Promise<Pick<ServedFile, 'key' | 'size'> | null> = async () => null,
): Promise<FastifyReply> {
  let early: Promise<EarlyFile | null> | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const finding = find();
    early ??= readEarly(request, storage, guess);
    const file = await finding;
    const validators = { etag: `"${file.digest ?? lastSegment(file.key)}"`, lastModified: file.lastModified };
    const condition = evaluateConditions(request.headers, validators);
    if (condition === 'failed')
      throw new ApiError(
        'precondition_failed',
        'Le fichier a changé : les conditions de la requête ne sont pas remplies.',
      );
    describeValidators(reply, validators);
    if (condition === 'unchanged') return reply.code(304).send();
    const ranges =
      request.method === 'GET' && isRangeWanted(request.headers, validators)
        ? readRanges(request.headers.range, file.size)
        : null;
    if (ranges === 'outside') {
      reply.header('content-range', `bytes */${file.size}`);
      throw new ApiError('range_not_satisfiable', `L'intervalle demandé est hors du fichier (${file.size} octets).`);
    }
    const content = contentOf(file, ranges);
    try {
      // HEAD reads nothing; it needs a stream for the length to stay.
      const body =
        request.method === 'HEAD'
          ? Readable.from([])
          : await ((await early)?.bytesOf(file) ?? storage.open(file.key).then((opened) => bodyOf(opened, content)));
      describeContent(reply, file, content);
      return reply.send(body);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Headers by which an answer may hold something else than the whole file. */
const CONDITIONS = ['range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'] as const;

/** The whole of a small file, read on a guess. */
interface EarlyFile {
  /** `null` when the guess was wrong. */
  bytesOf(file: ServedFile): Buffer | null;
}

/** Reads a small file that is asked for whole, once what was asked of others has left; `null` when nothing came of it. */
async function readEarly(
  { method, headers }: FastifyRequest,
  storage: FileStorage,
  guess: () => Promise<Pick<ServedFile, 'key' | 'size'> | null>,
): Promise<EarlyFile | null> {
  if (method !== 'GET' || CONDITIONS.some((name) => headers[name] !== undefined)) return null;
  try {
    await new Promise<void>((resolve) => process.nextTick(resolve));
    const guessed = await guess();
    if (guessed === null || guessed.size === 0 || guessed.size > SMALL) return null;
    const bytes = storage.readAgain(guessed.key, guessed.size);
    return { bytesOf: ({ key, size }) => (key === guessed.key && size === guessed.size ? bytes : null) };
  } catch {
    return null;
  }
}

async function readAndClose(file: OpenFile, range: ByteRange): Promise<Buffer> {
  try {
    return await file.read(range);
  } finally {
    file.close();
  }
}

/** What an answer holds of a file. */
interface Content {
  readonly mediaType: string;
  /** Of the only range. */
  readonly contentRange?: string;
  readonly isPartial: boolean;
  /** Bytes of the file, and what stands between them. */
  readonly parts: readonly (ByteRange | Buffer)[];
}

function contentOf({ size, mediaType }: ServedFile, ranges: readonly ByteRange[] | null): Content {
  if (ranges === null) {
    return { mediaType, isPartial: false, parts: size === 0 ? [] : [{ start: 0, end: size - 1 }] };
  }
  const contentRange = ({ start, end }: ByteRange) => `bytes ${start}-${end}/${size}`;
  const [first, ...others] = ranges;
  if (first !== undefined && others.length === 0) {
    return { mediaType, contentRange: contentRange(first), isPartial: true, parts: ranges };
  }
  const boundary = randomUUID();
  const head = (range: ByteRange) =>
    Buffer.from(`\r\n--${boundary}\r\nContent-Type: ${mediaType}\r\nContent-Range: ${contentRange(range)}\r\n\r\n`);
  return {
    mediaType: `multipart/byteranges; boundary=${boundary}`,
    isPartial: true,
    parts: [...ranges.flatMap((range) => [head(range), range]), Buffer.from(`\r\n--${boundary}--\r\n`)],
  };
}

function lengthOfParts(parts: Content['parts']): number {
  return parts.reduce((sum, part) => sum + (Buffer.isBuffer(part) ? part.length : part.end - part.start + 1), 0);
}

/** The bytes of an answer: the file is closed with them. */
async function bodyOf(file: OpenFile, { parts }: Content): Promise<Readable | Buffer> {
  const [only, ...others] = parts;
  if (only === undefined || Buffer.isBuffer(only) || others.length > 0 || only.end - only.start >= SMALL) {
    return new FileBody(file, parts);
  }
  return readAndClose(file, only);
}

function describeValidators(reply: FastifyReply, { etag, lastModified }: Validators): void {
  reply.header('etag', etag).header('cache-control', 'no-cache');
  if (lastModified !== undefined) reply.header('last-modified', lastModified.toUTCString());
}

function describeContent(reply: FastifyReply, file: ServedFile, content: Content): void {
  reply
    .code(content.isPartial ? 206 : 200)
    .header('content-type', content.mediaType)
    .header('content-length', lengthOfParts(content.parts))
    .header('accept-ranges', 'bytes')
    .header('x-content-type-options', 'nosniff');
  if (content.contentRange !== undefined) reply.header('content-range', content.contentRange);
  if (file.downloadName !== undefined) {
    reply.header('content-disposition', `attachment; filename*=UTF-8''${encodedName(file.downloadName)}`);
  } else if (file.mediaType !== 'application/pdf') {
    // Browsers show a PDF in a viewer of their own, which a sandbox would break.
    reply.header('content-security-policy', PAGE_POLICY);
  }
}

/** A name as the value of a parameter of a header (RFC 8187 §3.2.1), which allows fewer characters than addresses do. */
function encodedName(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function lastSegment(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}
