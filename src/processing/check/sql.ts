import { readFile } from 'node:fs/promises';
import { checkDeliveredSql } from '../sql/delivered.js';
import type { TaskLog } from '../task-log.js';
import { type DeliveredFile, fileName } from '../upload-tree.js';
import { utf8Fault } from '../utf8.js';
import { coreLog, tellAll } from './report.js';

/** Longest file that is read, bytes: more than the parser takes. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Checks the statements of a `.sql` file (lifecycle §3). @returns whether it may be integrated */
export async function checkSql({ path, size }: DeliveredFile, localPath: string, log: TaskLog): Promise<boolean> {
  const { error } = coreLog(log);
  const name = fileName(path);
  if (size > MAX_BYTES) {
    error(`Le fichier ${name} est trop grand pour un fichier SQL (${size} octets)`);
    return false;
  }
  const line = await utf8Fault(localPath);
  if (line !== null) {
    error(`Le fichier ${name} n'est pas encodé en UTF-8 (ligne ${line})`);
    return false;
  }
  const faults = checkDeliveredSql(new TextDecoder().decode(await readFile(localPath)));
  const messages = faults.map((fault) => `Ligne ${fault.line} de ${name} : ${fault.what}`);
  tellAll(error, messages, `instructions refusées dans ${name}`);
  return faults.length === 0;
}
