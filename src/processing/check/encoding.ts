import type { ForeignEncoding } from '../csv/prepare.js';
import type { TaskLog } from '../task-log.js';
import { fileName } from '../upload-tree.js';
import { coreLog } from './report.js';

/** Warns that a CSV was read in another encoding than UTF-8. */
export function tellEncoding(path: string, foreign: ForeignEncoding | null, log: TaskLog): void {
  if (foreign === null) return;
  const { name, line } = foreign;
  coreLog(log).warning(`Le fichier ${fileName(path)} n'est pas encodé en UTF-8 (ligne ${line}) : il est lu en ${name}`);
}
