import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FileStorage } from '../storage/storage.js';

/** Sending stored files to members: content type by extension, one range at most. */

const TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  geojson: 'application/geo+json',
  gpkg: 'application/geopackage+sqlite3',
  jp2: 'image/jp2',
  jpg: 'image/jpeg',
  json: 'application/json',
  md5: 'text/plain',
  pdf: 'application/pdf',
  png: 'image/png',
  sld: 'application/vnd.ogc.sld+xml',
  sql: 'application/sql',
  tif: 'image/tiff',
  txt: 'text/plain',
  xml: 'application/xml',
  zip: 'application/zip',
};

/** The media type of a file by its extension; unknown ones are `application/octet-stream`. */
export function mediaTypeOf(fileName: string): string {
  const extension = fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase();
  return TYPES[extension] ?? 'application/octet-stream';
}

/**
 * Streams a stored file as an attachment; honours `Range: bytes=a-b` (RFC 9110 §14), with 416 when
 * the range lies outside of the file. Several ranges get the whole file, as the RFC allows.
 * @param file.size bytes
 */
export function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  storage: FileStorage,
  file: { key: string; size: number; name: string; mediaType?: string },
): FastifyReply {
  reply
    .type(file.mediaType ?? mediaTypeOf(file.name))
    .header('accept-ranges', 'bytes')
    .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`);
  const range = readRange(request.headers.range, file.size);
  if (range === 'outside') return reply.code(416).header('content-range', `bytes */${file.size}`).send();
  if (range === null) return reply.header('content-length', file.size).send(storage.read(file.key));
  return reply
    .code(206)
    .header('content-range', `bytes ${range.start}-${range.end}/${file.size}`)
    .header('content-length', range.end - range.start + 1)
    .send(storage.read(file.key, range));
}

function readRange(header: string | undefined, size: number): { start: number; end: number } | 'outside' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return null;
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start > end ? 'outside' : { start, end };
}
