import { deliveredFiles } from '../delivered-files.js';
import type { ProcessingEnd, ProcessingRun } from './processing-run.js';
import { pyramidOutput } from './pyramid-output.js';

/** "Recopie d'une pyramide livrée", which is ours: raster and vector pyramids alike. */
export async function runRok4ToPyramid(run: ProcessingRun): Promise<ProcessingEnd> {
  const { deps, execution, children, options } = run;
  const [delivered] = execution.inputUploads;
  if (delivered === undefined) throw new Error(`execution ${execution.id} has no upload`);
  const { upload } = delivered;
  const input = {
    upload: { id: upload.id, files: deliveredFiles(deps.storage, upload.files) },
    ...(await pyramidOutput(run)),
  };
  return { outcome: await children.run('rok4-to-pyramid', input, options), files: input.files };
}
