import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { filesKeyOf } from '../../domain/execution-output.js';
import { isTrue } from '../../domain/raster-generation-checks.js';
import { pyramidName } from '../../pyramid/descriptor.js';
import { deliveredFiles } from '../delivered-files.js';
import type { RasterToPyramidInput } from '../tasks/task.js';
import { formerPyramid } from './former-pyramid.js';
import { outputOf, parametersOf, type ProcessingEnd, type ProcessingRun } from './processing-run.js';

/** "Calcul de pyramide raster", spec lifecycle §4.6. */
export async function runRasterToPyramid(run: ProcessingRun): Promise<ProcessingEnd> {
  const { children, options } = run;
  const input = await taskInput(run);
  if (typeof input === 'string') {
    options.onLog({ level: 'ERROR', module: 'gpf-processing', line: 42, message: input }, new Date());
    return { outcome: { status: 'FAILURE' } };
  }
  await Promise.all([mkdir(input.folder), mkdir(input.files)]);
  return { outcome: await children.run('raster-to-pyramid', input, options), files: input.files };
}

/** What the task is given, or why it cannot run, in French: what was true when it was created may have changed. */
async function taskInput({ deps, execution, folder }: ProcessingRun): Promise<RasterToPyramidInput | string> {
  const output = outputOf(execution);
  const { tms, compression, interpolation, bottom, top, mask, width, height, parallelization } =
    parametersOf(execution);
  const { former, uses } = await formerPyramid(deps, execution, 'ROK4-PYRAMID-RASTER');
  const isUpdate = !execution.outputIsNew || execution.inputStoredData.length > 0;
  if (isUpdate && former === null) return "La pyramide à mettre à jour n'a pas de fichiers";
  if (execution.inputUploads.length === 0) return 'Une livraison RASTER est attendue en entrée';
  return {
    uploads: execution.inputUploads.map(({ upload }) => ({
      id: upload.id,
      srs: upload.srs,
      files: deliveredFiles(deps.storage, upload.files),
    })),
    tms: typeof tms === 'string' ? tms : '',
    compression: typeof compression === 'string' ? compression : '',
    interpolation: typeof interpolation === 'string' ? interpolation : null,
    bottom: levelOf(bottom),
    top: levelOf(top),
    mask: isTrue(mask),
    tilesPerWidth: Number(width),
    tilesPerHeight: Number(height),
    parallelization: Number(parallelization),
    former,
    uses,
    name: pyramidName(output.id),
    finalRoot: deps.storage.localPath(filesKeyOf(output.id, execution.id)),
    folder: join(folder, 'travail'),
    files: join(folder, 'pyramide'),
  };
}

/** Some clients send numbers. */
function levelOf(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
