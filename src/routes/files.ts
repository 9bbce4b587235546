import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../errors.js';
import type { FileStorage } from '../storage/storage.js';
import { evaluateConditions, isRangeWanted, type Validators } from './preconditions.js';

/** Serving stored files over HTTP, to members and to the public: validators, conditions, one range at most. */

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

/**
 * Answers a stored file (RFC 9110): strong `ETag`, `If-Match`, `If-None-Match` and their dates, `Range` with `If-Range`.
 * Several ranges get the whole file, as the RFC allows.
 * @param find the file, read again when its bytes have just been replaced
 * @throws ApiError precondition_failed; range_not_satisfiable when the range lies outside of the file; those of `find`
 */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  storage: FileStorage,
  find: () => Promise<ServedFile>,
): Promise<FastifyReply> {
  for (let attempt = 1; ; attempt += 1) {
    const file = await find();
    const validators = { etag: `"${file.digest ?? lastSegment(file.key)}"`, lastModified: file.lastModified };
    const condition = evaluateConditions(request.headers, validators);
    if (condition === 'failed')
      throw new ApiError(
        'precondition_failed',
        'Le fichier a changé : les conditions de la requête ne sont pas remplies.',
      );
    describeValidators(reply, validators);
    if (condition === 'unchanged') return reply.code(304).send();
    const range =
      request.method === 'GET' && isRangeWanted(request.headers, validators)
        ? readRange(request.headers.range, file.size)
        : null;
    if (range === 'outside') {
      reply.header('content-range', `bytes */${file.size}`);
      throw new ApiError('range_not_satisfiable', `L'intervalle demandé est hors du fichier (${file.size} octets).`);
    }
    try {
      // HEAD reads nothing; it needs a stream for the length to stay.
      const body =
        request.method === 'HEAD' ? Readable.from([]) : await opened(storage.read(file.key, range ?? undefined));
      describeContent(reply, file, range);
      return reply.send(body);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === ATTEMPTS) throw error;
    }
  }
}

function describeValidators(reply: FastifyReply, { etag, lastModified }: Validators): void {
  reply.header('etag', etag).header('cache-control', 'no-cache');
  if (lastModified !== undefined) reply.header('last-modified', lastModified.toUTCString());
}

function describeContent(reply: FastifyReply, file: ServedFile, range: Range | null): void {
  reply
    .code(range === null ? 200 : 206)
    .header('content-type', file.mediaType)
    .header('content-length', range === null ? file.size : range.end - range.start + 1)
    .header('accept-ranges', 'bytes')
    .header('x-content-type-options', 'nosniff');
  if (range !== null) reply.header('content-range', `bytes ${range.start}-${range.end}/${file.size}`);
  if (file.downloadName !== undefined) {
    reply.header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.downloadName)}`);
  } else if (file.mediaType !== 'application/pdf') {
    // Browsers show a PDF in a viewer of their own, which a sandbox would break.
    reply.header('content-security-policy', PAGE_POLICY);
  }
}

/** The stream once its first bytes are there. @throws the error of a stream that cannot be opened */
async function opened(stream: Readable): Promise<Readable> {
  await once(stream, 'readable');
  return stream;
}

/** Offsets, both included. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** The one range that a header asks for (RFC 9110 §14.1.2); `null` when it asks for none or several, or is malformed. */
function readRange(header: string | undefined, size: number): Range | 'outside' | null {
  const match = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header ?? '');
  if (match === null) return null;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return null;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? 'outside' : { start, end };
}

function lastSegment(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}
