import { filesKeyOf } from '../../domain/execution-output.js';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pyramidName } from '../../pyramid/descriptor.js';
import { deliveredFiles } from '../delivered-files.js';
import type { RasterToPyramidInput } from '../tasks/task.js';
import { outputOf, parametersOf, type ProcessingEnd, type ProcessingRun } from './processing-run.js';

/** "Calcul de pyramide raster", spec lifecycle §4.6. */
export async function runRasterToPyramid(run: ProcessingRun): Promise<ProcessingEnd> {
  const { children, options } = run;
  const input = taskInput(run);
  if (typeof input === 'string') {
    options.onLog({ level: 'ERROR', module: 'gpf-processing', line: 42, message: input }, new Date());
    return { outcome: { status: 'FAILURE' } };
  }
  await Promise.all([mkdir(input.folder), mkdir(input.files)]);
  return { outcome: await children.run('raster-to-pyramid', input, options), files: input.files };
}

/** What the task is given, or why it cannot run, in French. */
function taskInput({ deps, execution, folder }: ProcessingRun): RasterToPyramidInput | string {
  const output = outputOf(execution);
  const { tms, compression, interpolation, bottom, top, mask, width, height, parallelization } =
    parametersOf(execution);
  if (!execution.outputIsNew || execution.inputStoredData.length > 0) {
    return "La mise à jour d'une pyramide raster n'est pas encore prise en charge par l'émulateur";
  }
  if (execution.inputUploads.length === 0) return 'Une livraison RASTER est attendue en entrée';
  const missing = [
    ['tms', tms],
    ['compression', compression],
  ].flatMap(([name, value]) => (typeof value === 'string' ? [] : [name]));
  if (missing.length > 0) return `Paramètre obligatoire pour une première génération : ${missing.join(', ')}`;
  return {
    uploads: execution.inputUploads.map(({ upload }) => ({
      id: upload.id,
      srs: upload.srs,
      files: deliveredFiles(deps.storage, upload.files),
    })),
    tms: String(tms),
    compression: String(compression),
    interpolation: typeof interpolation === 'string' ? interpolation : 'bicubic',
    bottom: levelOf(bottom),
    top: levelOf(top),
    // The official client sends a text.
    mask: mask === true || mask === 'true',
    tilesPerWidth: Number(width),
    tilesPerHeight: Number(height),
    parallelization: Number(parallelization),
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
