import { writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ARCHIVE_DESCRIPTOR, archiveKeyOf } from '../../domain/archive-files.js';
import type { ArchiveFile, ExecutionOutcome, StoredDataResult } from '../../domain/outcomes.js';
import { DataFault } from '../../processing/data-fault.js';
import { md5Of } from '../../processing/md5.js';
import { logFrom, type TaskLog } from '../../processing/task-log.js';
import { fileName, isSubject } from '../../processing/upload-tree.js';
import { keepSlab } from '../../pyramid/keep-slab.js';
import { syncFolders } from '../../pyramid/pyramid-files.js';
import type { ArchiveToArchiveInput } from './task.js';
import { toldWork } from './told-work.js';

type Lines = ReturnType<typeof logFrom>;

/** Bytes that the archive takes, and where they are now. */
interface Kept extends Omit<ArchiveFile, 'md5'> {
  readonly localPath: string;
  /** Known of what the archive had before. */
  readonly md5: string | null;
}

/**
 * "Recopie d'une archive livrée" (lifecycle §4.5): the delivered files, flat, beside those that the archive had before,
 * which they replace when they have their name. The bytes are shared with the upload and the former version: hard links,
 * copies across disks.
 */
export async function archiveToArchive(input: ArchiveToArchiveInput, log: TaskLog): Promise<ExecutionOutcome> {
  const lines = logFrom(log, 'gpf-processing-archive-to-archive', 47);
  return toldWork(lines, "Démarrage de la recopie de l'archive", async () => {
    const kept = gather(input, lines);
    return store(kept, input, lines);
  });
}

/** What the archive will hold, by name. @throws DataFault when that is nothing */
function gather({ uploads, srs, former }: ArchiveToArchiveInput, lines: Lines): Map<string, Kept> {
  const kept = new Map<string, Kept>(former.map((file) => [file.name, file]));
  for (const upload of uploads) {
    lines.info(`Récupération des fichiers de la livraison ${upload.id}`);
    if (upload.srs !== srs)
      lines.warning(`Le SRS de la livraison (${upload.srs}) n'est pas celui de l'archive (${srs})`);
    for (const file of upload.files) {
      if (file.kind !== 'DATA' || !isSubject(file)) continue;
      const name = fileName(file.path);
      if (kept.has(name)) lines.info(`Le fichier ${name} remplace celui qui portait ce nom`);
      kept.set(name, { name, size: file.size, localPath: file.localPath, md5: null });
    }
  }
  if (kept.size === 0) throw new DataFault("Aucun fichier à recopier dans l'archive");
  return kept;
}

async function store(
  kept: ReadonlyMap<string, Kept>,
  { files: folder, srs }: ArchiveToArchiveInput,
  lines: Lines,
): Promise<StoredDataResult> {
  const files: ArchiveFile[] = [];
  for (const { name, localPath, md5 } of kept.values()) {
    if (md5 === null) lines.info(`Recopie du fichier : ${name}`);
    const target = join(folder, archiveKeyOf(name));
    keepSlab(localPath, target);
    files.push({ name, size: (await stat(target)).size, md5: md5 ?? (await md5Of(target)) });
  }
  const descriptor = `${JSON.stringify({ files: files.map((file) => ({ ...file, key: archiveKeyOf(file.name) })) }, null, 2)}\n`;
  writeFileSync(join(folder, ARCHIVE_DESCRIPTOR), descriptor, { flush: true, mode: 0o640 });
  syncFolders(folder);
  lines.info(`${files.length} fichiers dans l'archive`);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return {
    srs,
    size: bytes + Buffer.byteLength(descriptor),
    typeInfos: { files_number: files.length },
    files,
  };
}
