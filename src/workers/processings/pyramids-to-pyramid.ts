import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { filesKeyOf } from '../../domain/execution-output.js';
import { pyramidName } from '../../pyramid/descriptor.js';
import type { PyramidsToPyramidInput } from '../tasks/task.js';
import { outputOf, parametersOf, type ProcessingEnd, type ProcessingRun } from './processing-run.js';

/** "Fusion de pyramides raster", spec lifecycle §4.7. */
export async function runPyramidsToPyramid(run: ProcessingRun): Promise<ProcessingEnd> {
  const input = taskInput(run);
  await mkdir(input.files);
  return { outcome: await run.children.run('pyramids-to-pyramid', input, run.options), files: input.files };
}

function taskInput({ deps, execution, folder }: ProcessingRun): PyramidsToPyramidInput {
  const output = outputOf(execution);
  const parameters = parametersOf(execution);
  return {
    pyramids: execution.inputStoredData.flatMap(({ storedData: { id, filesKey, extent } }) =>
      filesKey === null ? [] : [{ id, root: deps.storage.localPath(filesKey), name: pyramidName(id), extent }],
    ),
    parameters,
    parallelization: Number(parameters.parallelization),
    name: pyramidName(output.id),
    finalRoot: deps.storage.localPath(filesKeyOf(output.id, execution.id)),
    files: join(folder, 'pyramide'),
  };
}
