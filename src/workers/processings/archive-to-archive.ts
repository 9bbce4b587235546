import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { archiveKeyOf } from '../../domain/archive-files.js';
import { deliveredFiles } from '../delivered-files.js';
import type { ArchiveToArchiveInput } from '../tasks/task.js';
import { outputOf, type ProcessingEnd, type ProcessingRun } from './processing-run.js';

/** "Recopie d'une archive livrée", spec lifecycle §4.5. */
export async function runArchiveToArchive(run: ProcessingRun): Promise<ProcessingEnd> {
  const { deps, execution, children, folder, options } = run;
  const output = outputOf(execution);
  const uploads = execution.inputUploads.map(({ upload }) => upload);
  const srs = output.srs ?? uploads[0]?.srs;
  if (srs === undefined) throw new Error(`execution ${execution.id} has no upload`);
  const files = join(folder, 'archive');
  await mkdir(files);
  const input: ArchiveToArchiveInput = {
    uploads: uploads.map((upload) => ({
      id: upload.id,
      srs: upload.srs,
      files: deliveredFiles(deps.storage, upload.files),
    })),
    srs,
    former: await formerFiles(run),
    files,
  };
  return { outcome: await children.run('archive-to-archive', input, options), files };
}

/** What the archive holds before this run. */
async function formerFiles({ deps, execution }: ProcessingRun): Promise<ArchiveToArchiveInput['former']> {
  const { id, filesKey } = outputOf(execution);
  if (filesKey === null) return [];
  const rows = await deps.prisma.storedDataFile.findMany({ where: { storedDataId: id }, orderBy: { name: 'asc' } });
  return rows.map(({ name, size, md5 }) => ({
    name,
    size: Number(size),
    md5,
    localPath: deps.storage.localPath(`${filesKey}/${archiveKeyOf(name)}`),
  }));
}
