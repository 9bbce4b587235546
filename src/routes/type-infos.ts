import type { TSchema } from 'typebox';
import Value from 'typebox/value';
import { badRequest } from '../errors.js';
import { type ValidationFault, validationSentences } from '../plugins/validation-sentences.js';

/**
 * Checks the `type_infos` of a body, whose shape depends on its `type`.
 * @throws ApiError bad_request naming the faulty fields
 */
export function assertTypeInfos(schema: TSchema, typeInfos: Record<string, unknown>): void {
  if (Value.Check(schema, typeInfos)) return;
  const faults = Value.Errors(schema, typeInfos) as unknown as ValidationFault[];
  const located = faults.map((fault) => ({ ...fault, instancePath: `/type_infos${fault.instancePath}` }));
  throw badRequest(...validationSentences(located, 'body'));
}
