import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';
import { cleanFileName, type IncomingFile } from '../domain/received-files.js';
import { badRequest } from '../errors.js';
import { isStorableText } from '../plugins/text.js';
import { validationSentences } from '../plugins/validation-sentences.js';
import { FileTooLargeError } from '../storage/storage.js';
import { mediaTypeOf } from './media-types.js';

/** Multipart bodies with one part `file`, streamed where the domain wants it, and text parts in any order. */

/** The text parts by name, each in the order of the body; `labels[]` and `labels[0]` are `labels`. */
export type FormFields = Readonly<Record<string, readonly string[]>>;

/**
 * Receives the file, then reads what the text parts say; a received file is discarded when the rest is refused.
 * @param use.receive stores the file
 * @param use.read attributes in the text parts
 * @throws ApiError bad_request without a multipart body or a file; the errors of `receive` and `read`
 */
export async function receiveForm<File, Attributes>(
  request: FastifyRequest,
  use: {
    receive: (file: IncomingFile) => Promise<File>;
    discard: (file: File) => Promise<void>;
    read: (fields: FormFields) => Attributes;
  },
): Promise<{ file: File; attributes: Attributes }> {
  if (!request.isMultipart()) throw badRequest('Le corps de la requête doit être de type multipart/form-data.');
  const fields = new Map<string, string[]>();
  let received: { file: File } | undefined;
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') {
        const name = part.fieldname.replace(/\[\d*\]$/, '');
        fields.set(name, [...(fields.get(name) ?? []), textOf(name, part.value)]);
      } else if (part.fieldname === 'file') {
        const mimeType = mediaTypeOf(part.filename, part.mimetype);
        received = { file: await use.receive({ content: part.file, fileName: part.filename, mimeType }) };
      } else {
        throw badRequest(`La partie "${part.fieldname}" n'est pas attendue.`);
      }
    }
    if (received === undefined) throw badRequest('La partie "file" est obligatoire.');
    return { file: received.file, attributes: use.read(Object.fromEntries(fields)) };
  } catch (error) {
    if (received !== undefined) await use.discard(received.file);
    throw error;
  }
}

/** A small file, read whole. */
export interface FormFile {
  readonly content: Buffer;
  readonly fileName: string;
  readonly mimeType: string;
}

/**
 * Reads a small file whole, and the text parts; of a repeated part, the last one counts.
 * @param maxBytes of the file
 * @throws ApiError as {@link receiveForm}; FileTooLargeError
 */
export async function readFileForm(
  request: FastifyRequest,
  maxBytes: number,
): Promise<{ file: FormFile; fields: Record<string, string> }> {
  const { file, attributes } = await receiveForm(request, {
    receive: async ({ content, fileName, mimeType }) => ({
      content: await readWhole(content, maxBytes),
      fileName: cleanFileName(fileName),
      mimeType,
    }),
    discard: async () => undefined,
    read: (fields) => Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, values.at(-1) ?? ''])),
  });
  return { file, fields: attributes };
}

async function readWhole(content: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new FileTooLargeError(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * What describes a new file, in form parts or in the query; a part wins over the query.
 * @throws ApiError bad_request with a sentence per missing or wrong field
 */
export function readAttributes<Schema extends TSchema>(
  schema: Schema,
  fields: Readonly<Record<string, string>>,
  query: object,
): Static<Schema> {
  return checkedForm(schema, { ...query, ...fields });
}

/**
 * What a form says, once it is known to be of its schema.
 * @throws ApiError bad_request with a sentence per missing or wrong field
 */
export function checkedForm<Schema extends TSchema>(schema: Schema, given: unknown): Static<Schema> {
  if (Value.Check(schema, given)) return given as Static<Schema>;
  const faults = Value.Errors(schema, given) as unknown as Parameters<typeof validationSentences>[0];
  throw badRequest(...validationSentences(faults, 'body'));
}

function textOf(name: string, value: unknown): string {
  const text = String(value);
  if (!isStorableText(text)) throw badRequest(`La partie "${name}" contient un caractère U+0000.`);
  return text;
}
