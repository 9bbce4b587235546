import { readHarvest } from '../../domain/harvest-parameters.js';
import { ownOrigins } from '../../domain/own-origins.js';
import { readDescriptor } from '../../pyramid/descriptor.js';
import type { WmsToPyramidInput } from '../tasks/task.js';
import { formerPyramid } from './former-pyramid.js';
import { cannotRun, parametersOf, type ProcessingEnd, type ProcessingRun } from './processing-run.js';
import { pyramidOutput, workFolder } from './pyramid-output.js';

/** "Calcul ou mise à jour de pyramide raster par moissonnage WMS", spec lifecycle §4.8. */
export async function runWmsToPyramid(run: ProcessingRun): Promise<ProcessingEnd> {
  const { children, options } = run;
  const input = await taskInput(run);
  if (typeof input === 'string') return cannotRun(run, input);
  return { outcome: await children.run('wms-to-pyramid', input, options), files: input.files };
}

/** What the task is given, or why it cannot run, in French: what was true when it was created may have changed. */
async function taskInput(run: ProcessingRun): Promise<WmsToPyramidInput | string> {
  const { deps, execution } = run;
  const parameters = parametersOf(execution);
  const { former, uses } = await formerPyramid(deps, execution, 'ROK4-PYRAMID-RASTER');
  const isUpdate = !execution.outputIsNew || execution.inputStoredData.length > 0;
  if (isUpdate && former === null) return "La pyramide à mettre à jour n'a pas de fichiers";
  const read = readHarvest(parameters, former && (await readDescriptor(former.root, former.name)));
  if ('faults' in read) return read.faults.join(' ');
  const { width, height, parallelization } = parameters;
  const { allowedHosts, timeoutMs, retryDelayMs } = deps.config.harvest;
  return {
    harvest: read.harvest,
    limits: {
      ...{ allowedHosts, timeoutMs, retryDelayMs, ownOrigins: ownOrigins(deps.config) },
      requests: 2 * Number(parallelization),
      threshold: read.harvest.threshold,
    },
    tilesPerWidth: Number(width),
    tilesPerHeight: Number(height),
    parallelization: Number(parallelization),
    former,
    uses,
    folder: await workFolder(run),
    ...(await pyramidOutput(run)),
  };
}
