import { pyramidName } from '../../pyramid/descriptor.js';
import type { PyramidsToPyramidInput } from '../tasks/task.js';
import { cannotRun, parametersOf, type ProcessingEnd, type ProcessingRun } from './processing-run.js';
import { pyramidOutput } from './pyramid-output.js';

/** "Fusion de pyramides raster", spec lifecycle §4.7. */
export async function runPyramidsToPyramid(run: ProcessingRun): Promise<ProcessingEnd> {
  const { children, options } = run;
  const input = await taskInput(run);
  if (typeof input === 'string') return cannotRun(run, input);
  return { outcome: await children.run('pyramids-to-pyramid', input, options), files: input.files };
}

/** What the task is given, or why it cannot run, in French: what was true when it was created may have changed. */
async function taskInput(run: ProcessingRun): Promise<PyramidsToPyramidInput | string> {
  const { deps, execution } = run;
  const parameters = parametersOf(execution);
  const pyramids: PyramidsToPyramidInput['pyramids'][number][] = [];
  for (const { storedData } of execution.inputStoredData) {
    const { id, filesKey, extent } = storedData;
    if (filesKey === null) return `La donnée stockée ${id} n'a pas de fichiers`;
    pyramids.push({ id, root: deps.storage.localPath(filesKey), name: pyramidName(id), extent });
  }
  return {
    pyramids,
    parameters,
    parallelization: Number(parameters.parallelization),
    ...(await pyramidOutput(run)),
  };
}
