import Value from 'typebox/value';
import { PROCESSINGS, type ProcessingDefinition, type ProcessingParameter } from '../../catalogue/processings.js';
import { badRequest } from '../../errors.js';

/** What the job of that name does: the definition of the platform's own processing that it runs. */
export function definitionOfJob(jobName: string): ProcessingDefinition {
  const found = PROCESSINGS.find((processing) => processing.jobName === jobName);
  if (found === undefined) throw new Error(`the catalogue has no processing of job ${jobName}`);
  return found.definition;
}

/**
 * Refuses a processing that says it takes, makes or understands what its job does not.
 * @throws ApiError bad_request, a sentence per problem
 */
export function assertDoable(jobName: string, definition: ProcessingDefinition): void {
  const job = definitionOfJob(jobName);
  const faults = [
    ...foreign('input_types.upload', definition.input_types.upload, job.input_types.upload, jobName),
    ...foreign('input_types.stored_data', definition.input_types.stored_data, job.input_types.stored_data, jobName),
    ...foreign('parameters', namesOf(definition.parameters), namesOf(job.parameters), jobName),
    ...definition.parameters.flatMap(parameterFaults),
  ];
  if (definition.input_types.upload.length + definition.input_types.stored_data.length === 0) {
    faults.push('Le champ "input_types" doit contenir au moins un type.');
  }
  if (!sameOutput(definition.output_type, job.output_type)) {
    faults.push(`Le champ "output_type" doit être celui de la tâche ${jobName} : ${JSON.stringify(job.output_type)}.`);
  }
  if (faults.length > 0) throw badRequest(...faults);
}

function foreign(field: string, given: readonly string[], known: readonly string[], jobName: string): string[] {
  const wrong = given.filter((one) => !known.includes(one));
  const choices = known.length === 0 ? 'aucune' : known.join(', ');
  return wrong.length === 0
    ? []
    : [
        `Le champ "${field}" contient ce que la tâche ${jobName} ne connaît pas : ${wrong.join(', ')} (valeurs possibles : ${choices}).`,
      ];
}

function namesOf(parameters: readonly ProcessingParameter[]): string[] {
  return parameters.map(({ name }) => name);
}

function sameOutput(one: ProcessingDefinition['output_type'], other: ProcessingDefinition['output_type']): boolean {
  if ('upload' in one || 'upload' in other) return 'upload' in one && 'upload' in other && one.upload === other.upload;
  return one.stored_data === other.stored_data && one.storage.every((type) => other.storage.includes(type));
}

/** Constraints are a JSON Schema that executions will be read by: one that no validator can use is refused now. */
function parameterFaults({ name, constraints, default_value }: ProcessingParameter, index: number): string[] {
  if (constraints === undefined) return [];
  try {
    const isDefaultWrong = default_value !== undefined && !Value.Check(constraints, default_value);
    for (const sample of ['', 0, true, null, [], {}]) Value.Check(constraints, sample);
    return isDefaultWrong
      ? [`Le champ "parameters[${index}].default_value" ne respecte pas les contraintes du paramètre "${name}".`]
      : [];
  } catch {
    return [`Le champ "parameters[${index}].constraints" n'est pas un schéma JSON utilisable.`];
  }
}
