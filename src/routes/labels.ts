import { Type } from 'typebox';
import Value from 'typebox/value';
import { badRequest } from '../errors.js';
import { words } from './lists.js';

/** Labels of annexes and documents (contract §12). A comma separates them in forms and queries: none holds one. */
export const Labels = Type.Array(Type.String({ minLength: 1, maxLength: 255, pattern: '^[^,]+$' }), { maxItems: 100 });

/** Bodies: a list of labels, or the words that clients send instead: `"a,b"`. */
export const LooseLabels = Type.Union([Labels, Type.String({ maxLength: 25_000 })]);

/**
 * The distinct labels meant by {@link LooseLabels}.
 * @throws ApiError bad_request when they are too many or too long
 */
export function readLabels(value: readonly string[] | string | undefined): string[] | undefined {
  if (value === undefined) return undefined;
  const labels = [...new Set(typeof value === 'string' ? words(value) : value)];
  if (!Value.Check(Labels, labels)) {
    throw badRequest('Le champ "labels" compte au plus 100 labels, de 255 caractères au plus.');
  }
  return labels;
}
