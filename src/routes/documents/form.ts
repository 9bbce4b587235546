import Value from 'typebox/value';
import { badRequest } from '../../errors.js';
import { validationSentences } from '../../plugins/validation-sentences.js';
import type { FormFields } from '../forms.js';
import { words } from '../lists.js';
import { DocumentForm } from './schema.js';

/**
 * What describes a new document.
 * @throws ApiError bad_request with a sentence per missing or wrong field
 */
export function readDocumentForm(fields: FormFields): DocumentForm {
  const { name, description, public_url: publicUrl } = fields;
  const given = {
    ...lastOf('name', name),
    ...lastOf('description', description),
    ...lastOf('public_url', publicUrl),
    labels: [...new Set(words(fields.labels))],
  };
  if (Value.Check(DocumentForm, given)) return given;
  const faults = Value.Errors(DocumentForm, given) as unknown as Parameters<typeof validationSentences>[0];
  throw badRequest(...validationSentences(faults, 'body'));
}

function lastOf(name: string, values: readonly string[] | undefined): Record<string, unknown> {
  const last = values?.at(-1);
  return last === undefined ? {} : { [name]: last };
}
