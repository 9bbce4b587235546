import type { Static } from 'typebox';
import { checkedForm, type FormFields } from '../forms.js';
import { readWords, words } from '../lists.js';
import { AnnexForm, type CreateQuery } from './schema.js';

/**
 * What describes a new annex; a form part wins over the query.
 * @throws ApiError bad_request with a sentence per missing or wrong field
 */
export function readAnnexForm(fields: FormFields, query: Static<typeof CreateQuery>): AnnexForm {
  const paths = fields.paths === undefined ? readWords(query, 'paths') : words(fields.paths);
  const given = {
    ...(paths.length > 0 && { paths }),
    labels: fields.labels === undefined ? readWords(query, 'labels') : [...new Set(words(fields.labels))],
    ...published(fields.published?.at(-1) ?? query.published),
  };
  return checkedForm(AnnexForm, given);
}

function published(given: boolean | string | undefined) {
  return given === undefined ? {} : { published: given };
}
