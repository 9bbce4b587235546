import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { filesKeyOf } from '../../domain/execution-output.js';
import { pyramidName } from '../../pyramid/descriptor.js';
import type { PyramidOutput } from '../tasks/task.js';
import { outputOf, type ProcessingRun } from './processing-run.js';

/** Makes the folder of the files of the pyramid that an execution writes, and tells the name they go under. */
export async function pyramidOutput({ deps, execution, folder }: ProcessingRun): Promise<PyramidOutput> {
  const files = join(folder, 'pyramide');
  await mkdir(files);
  return { ...placeOf({ deps, execution }), files };
}

/** The name of the pyramid that an execution writes, and where it will be. */
export function placeOf({ deps, execution }: Pick<ProcessingRun, 'deps' | 'execution'>): Omit<PyramidOutput, 'files'> {
  const { id } = outputOf(execution);
  return { name: pyramidName(id), finalRoot: deps.storage.localPath(filesKeyOf(id, execution.id)) };
}

/** Makes an empty folder of the job, for what a task does not keep. */
export async function workFolder({ folder }: ProcessingRun): Promise<string> {
  const path = join(folder, 'travail');
  await mkdir(path);
  return path;
}
