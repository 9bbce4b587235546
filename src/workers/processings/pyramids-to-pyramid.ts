import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { filesKeyOf } from '../../domain/execution-output.js';
import { pyramidName } from '../../pyramid/descriptor.js';
import type { PyramidsToPyramidInput } from '../tasks/task.js';
import { outputOf, parametersOf, type ProcessingEnd, type ProcessingRun } from './processing-run.js';

/** "Fusion de pyramides raster", spec lifecycle §4.7. */
export async function runPyramidsToPyramid(run: ProcessingRun): Promise<ProcessingEnd> {
  const { children, options } = run;
  const input = taskInput(run);
  if (typeof input === 'string') {
    options.onLog({ level: 'ERROR', module: 'gpf-processing', line: 42, message: input }, new Date());
    return { outcome: { status: 'FAILURE' } };
  }
  await mkdir(input.files);
  return { outcome: await children.run('pyramids-to-pyramid', input, options), files: input.files };
}

/** What the task is given, or why it cannot run, in French: what was true when it was created may have changed. */
function taskInput({ deps, execution, folder }: ProcessingRun): PyramidsToPyramidInput | string {
  const output = outputOf(execution);
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
    name: pyramidName(output.id),
    finalRoot: deps.storage.localPath(filesKeyOf(output.id, execution.id)),
    files: join(folder, 'pyramide'),
  };
}
