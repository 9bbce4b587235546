import { checkedForm, type FormFields } from '../forms.js';
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
  return checkedForm(DocumentForm, given);
}

function lastOf(name: string, values: readonly string[] | undefined): Record<string, unknown> {
  const last = values?.at(-1);
  return last === undefined ? {} : { [name]: last };
}
