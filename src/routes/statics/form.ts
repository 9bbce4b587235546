import type { FastifyRequest } from 'fastify';
import Value from 'typebox/value';
import type { Static } from 'typebox';
import { MAX_STATIC_BYTES, type StaticFile } from '../../domain/statics.js';
import { badRequest } from '../../errors.js';
import { isStorableText } from '../../plugins/text.js';
import { validationSentences } from '../../plugins/validation-sentences.js';
import { mediaTypeOf } from '../media-types.js';
import { StaticForm } from './schema.js';

/** The multipart bodies of static files: one small file, read whole. */

/**
 * Reads the part `file` and the text parts, in any order.
 * @throws ApiError bad_request without a multipart body or a file; 413 beyond {@link MAX_STATIC_BYTES}
 */
export async function readStaticForm(
  request: FastifyRequest,
): Promise<{ file: StaticFile; fields: Record<string, string> }> {
  if (!request.isMultipart()) throw badRequest('Le corps de la requête doit être de type multipart/form-data.');
  const fields: Record<string, string> = {};
  let file: StaticFile | undefined;
  for await (const part of request.parts({ limits: { fileSize: MAX_STATIC_BYTES } })) {
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
 * What describes a new static file; a form part wins over the query.
 * @throws ApiError bad_request with a sentence per missing or wrong field
 */
export function readStaticAttributes(
  fields: Readonly<Record<string, string>>,
  query: Partial<Static<typeof StaticForm>>,
): Static<typeof StaticForm> {
  const given = { ...query, ...fields };
  if (Value.Check(StaticForm, given)) return given;
  const faults = Value.Errors(StaticForm, given) as unknown as Parameters<typeof validationSentences>[0];
  throw badRequest(...validationSentences(faults, 'body'));
}
