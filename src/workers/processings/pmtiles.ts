import { readArchiveParameters } from '../../domain/archive-parameters.js';
import type { PmtilesInput } from '../tasks/task.js';
import { cannotRun, parametersOf, type ProcessingEnd, type ProcessingRun } from './processing-run.js';
import { inputOfType, tileTaskInput, wantedArea } from './tile-inputs.js';

/** "gpf-processing-vector-db-to-archive-pmtiles", spec lifecycle §4.9. */
export async function runPmtiles(run: ProcessingRun): Promise<ProcessingEnd> {
  const { children, options } = run;
  const input = await taskInput(run);
  if (typeof input === 'string') return cannotRun(run, input);
  return { outcome: await children.run('pmtiles', input, options), files: input.files };
}

/** What the task is given, or why it cannot run. */
async function taskInput(run: ProcessingRun): Promise<PmtilesInput | string> {
  const read = readArchiveParameters(parametersOf(run.execution));
  if ('faults' in read) return read.faults.join(' ');
  const database = inputOfType(run.execution, 'VECTOR-DB');
  const area = database === undefined ? null : wantedArea(database, undefined);
  if (area === null) return "La base de données n'a pas d'emprise";
  const { composition, guessBottom, options, fileName } = read.parameters;
  return { ...(await tileTaskInput(run, area)), composition, guessBottom, tippecanoe: options, fileName };
}
