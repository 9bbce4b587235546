import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { filesKeyOf } from '../../domain/execution-output.js';
import { pyramidName } from '../../pyramid/descriptor.js';
import { deliveredFiles } from '../delivered-files.js';
import { outputOf, type ProcessingEnd, type ProcessingRun } from './processing-run.js';

/** "Recopie d'une pyramide livrée", which is ours: raster and vector pyramids alike. */
export async function runRok4ToPyramid(run: ProcessingRun): Promise<ProcessingEnd> {
  const { deps, execution, children, folder, options } = run;
  const [delivered] = execution.inputUploads;
  if (delivered === undefined) throw new Error(`execution ${execution.id} has no upload`);
  const { upload } = delivered;
  const output = outputOf(execution);
  const files = join(folder, 'pyramide');
  await mkdir(files);
  const input = {
    upload: { id: upload.id, files: deliveredFiles(deps.storage, upload.files) },
    name: pyramidName(output.id),
    finalRoot: deps.storage.localPath(filesKeyOf(output.id, execution.id)),
    files,
  };
  return { outcome: await children.run('rok4-to-pyramid', input, options), files };
}
