import type { Static } from 'typebox';
import Value from 'typebox/value';
import { badRequest } from '../../errors.js';
import { validationSentences } from '../../plugins/validation-sentences.js';
import type { FormFields } from '../forms.js';
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
  if (Value.Check(AnnexForm, given)) return given;
  const faults = Value.Errors(AnnexForm, given) as unknown as Parameters<typeof validationSentences>[0];
  throw badRequest(...validationSentences(faults, 'body'));
}

function published(given: boolean | string | undefined) {
  return given === undefined ? {} : { published: given };
}
