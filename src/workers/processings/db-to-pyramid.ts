import { readComposition } from '../../domain/tile-composition.js';
import type { DbToPyramidInput } from '../tasks/task.js';
import { formerPyramid } from './former-pyramid.js';
import { cannotRun, parametersOf, type ProcessingEnd, type ProcessingRun } from './processing-run.js';
import { placeOf } from './pyramid-output.js';
import { inputOfType, tileTaskInput, wantedArea } from './tile-inputs.js';

/** "Calcul de pyramide vecteur", spec lifecycle §4.9. */
export async function runDbToPyramid(run: ProcessingRun): Promise<ProcessingEnd> {
  const { children, options } = run;
  const input = await taskInput(run);
  if (typeof input === 'string') return cannotRun(run, input);
  return { outcome: await children.run('db-to-pyramid', input, options), files: input.files };
}

/** What the task is given, or why it cannot run: what was true at the creation of the execution may have changed. */
async function taskInput(run: ProcessingRun): Promise<DbToPyramidInput | string> {
  const { deps, execution } = run;
  const parameters = parametersOf(execution);
  const composition = readComposition(parameters);
  if ('faults' in composition) return composition.faults.join(' ');
  const database = inputOfType(execution, 'VECTOR-DB');
  const area = database === undefined ? null : wantedArea(database, parameters.area);
  if (area === null) return "La base de données n'a pas d'emprise : le paramètre area est obligatoire";
  const tippecanoe = parameters.tippecanoe_options;
  return {
    ...(await tileTaskInput(run, area)),
    composition: composition.items,
    tippecanoe: typeof tippecanoe === 'string' ? tippecanoe : '',
    ...placeOf(run),
    tilesPerWidth: Number(parameters.width),
    tilesPerHeight: Number(parameters.height),
    ...(await formerPyramid(deps, execution, 'ROK4-PYRAMID-VECTOR')),
  };
}
