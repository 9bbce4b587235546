import { isTrue } from '../../domain/raster-generation-checks.js';
import { deliveredFiles } from '../delivered-files.js';
import type { RasterToPyramidInput } from '../tasks/task.js';
import { formerPyramid } from './former-pyramid.js';
import { cannotRun, parametersOf, type ProcessingEnd, type ProcessingRun } from './processing-run.js';
import { pyramidOutput, workFolder } from './pyramid-output.js';

/** "Calcul de pyramide raster", spec lifecycle §4.6. */
export async function runRasterToPyramid(run: ProcessingRun): Promise<ProcessingEnd> {
  const { children, options } = run;
  const input = await taskInput(run);
  if (typeof input === 'string') return cannotRun(run, input);
  return { outcome: await children.run('raster-to-pyramid', input, options), files: input.files };
}

/** What the task is given, or why it cannot run, in French: what was true when it was created may have changed. */
async function taskInput(run: ProcessingRun): Promise<RasterToPyramidInput | string> {
  const { deps, execution } = run;
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
    folder: await workFolder(run),
    ...(await pyramidOutput(run)),
  };
}

/** Some clients send numbers. */
function levelOf(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
