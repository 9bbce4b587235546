import type { FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';
import { badRequest } from '../errors.js';
import { isStorableText } from '../plugins/text.js';
import { validationSentences } from '../plugins/validation-sentences.js';
import { mediaTypeOf } from './files.js';

/** Multipart bodies with one small file, read whole, and text parts, in any order. */

/** The part `file`. */
export interface FormFile {
  readonly content: Buffer;
  readonly fileName: string;
  readonly mimeType: string;
}

/**
 * Reads the part `file` and the text parts.
 * @param maxBytes of the file
 * @throws ApiError bad_request without a multipart body or a file; 413 for a larger file
 */
export async function readFileForm(
  request: FastifyRequest,
  maxBytes: number,
): Promise<{ file: FormFile; fields: Record<string, string> }> {
  if (!request.isMultipart()) throw badRequest('Le corps de la requête doit être de type multipart/form-data.');
  const fields: Record<string, string> = {};
  let file: FormFile | undefined;
  for await (const part of request.parts({ limits: { fileSize: maxBytes } })) {
    if (part.type === 'field') {
      const value = String(part.value);
      if (!isStorableText(value)) throw badRequest(`La partie "${part.fieldname}" contient un caractère U+0000.`);
      fields[part.fieldname] = value;
    } else if (part.fieldname === 'file') {
      const fileName = part.filename.replaceAll('\0', '');
      file = { content: await part.toBuffer(), fileName, mimeType: mediaTypeOf(fileName) };
    } else {
      throw badRequest(`La partie "${part.fieldname}" n'est pas attendue.`);
    }
  }
  if (file === undefined) throw badRequest('La partie "file" est obligatoire.');
  return { file, fields };
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
  const given: unknown = { ...query, ...fields };
  if (Value.Check(schema, given)) return given as Static<Schema>;
  const faults = Value.Errors(schema, given) as unknown as Parameters<typeof validationSentences>[0];
  throw badRequest(...validationSentences(faults, 'body'));
}
