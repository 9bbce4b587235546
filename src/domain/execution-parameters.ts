import Value from 'typebox/value';
import type { ProcessingParameter } from '../catalogue/processings.js';
import { badRequest } from '../errors.js';

/**
 * The parameters an execution is created with: those sent plus the defaults of the others. Names the processing does
 * not declare are kept and echoed, as clients send some that the catalogue does not list (spec lifecycle §4.2).
 * @throws ApiError bad_request, a sentence per faulty parameter
 */
export function completeParameters(
  definitions: readonly ProcessingParameter[],
  sent: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const faults: string[] = [];
  const parameters: Record<string, unknown> = { ...sent };
  for (const definition of definitions) {
    const { name } = definition;
    if (parameters[name] === undefined && definition.default_value !== undefined) {
      parameters[name] = definition.default_value;
    }
    const value = parameters[name];
    if (value === undefined) {
      if (definition.mandatory) faults.push(`Le paramètre "${name}" est obligatoire.`);
    } else if (definition.constraints !== undefined && !Value.Check(definition.constraints, value)) {
      faults.push(
        `Le paramètre "${name}" ne respecte pas les contraintes du traitement : ${JSON.stringify(definition.constraints)}.`,
      );
    }
  }
  if (faults.length > 0) throw badRequest(...faults);
  return parameters;
}
