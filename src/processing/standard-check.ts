import { readFile } from 'node:fs/promises';
import { md5Of } from './md5.js';
import { parseMd5List } from './md5-list.js';
import { logFrom, type TaskLog } from './task-log.js';
import { type DeliveredFile, isSubject } from './upload-tree.js';

/** Largest list of digests that is read, bytes. */
const MAX_LIST = 256 * 1024 * 1024;

/**
 * "Vérification standard" (lifecycle §3): every line of every MD5 list matches its file. Files that no list names are
 * accepted. Everything is looked at, whatever fails first.
 * @returns whether the delivery passed
 */
export async function standardCheck(
  upload: { id: string; files: readonly DeliveredFile[] },
  log: TaskLog,
): Promise<boolean> {
  const cli = logFrom(log, 'cli', 255);
  const core = logFrom(log, 'core', 134);
  const data = new Map(upload.files.filter((file) => file.kind === 'DATA').map((file) => [file.path, file]));
  const lists = upload.files.filter((file) => file.kind === 'MD5' && isSubject(file));
  logFrom(log, 'gpf-standard-checker', 7).info('Récupération des fichiers de la livraison');
  cli.info(`Vérification StandardChecker (2.14.0) pour la livraison     ${upload.id}`);
  core.info(`${data.size} fichiers dans la livraison, ${lists.length} fichiers de sommes MD5`);
  let passed = true;
  if (data.size === 0) {
    core.error('La livraison ne contient aucun fichier de données');
    passed = false;
  }
  for (const list of lists) passed = (await checkList(list, data, log)) && passed;
  cli.info(`Résultat de la vérification de la livraison : ${passed ? 'SUCCESS' : 'FAILURE'}`);
  return passed;
}

async function checkList(
  list: DeliveredFile,
  data: ReadonlyMap<string, DeliveredFile>,
  log: TaskLog,
): Promise<boolean> {
  const core = logFrom(log, 'core', 179);
  core.info(`Analyse du fichier : ${list.path}`);
  if (list.size > MAX_LIST) {
    core.error(`Le fichier ${list.path} est trop grand pour une liste de sommes MD5`);
    return false;
  }
  const { lines, faults } = parseMd5List(await readFile(list.localPath, 'utf8'));
  for (const { number, reason } of faults) core.error(`Ligne ${number} de ${list.path} : ${reason}`);
  let passed = faults.length === 0;
  for (const { digest, path, number } of lines) {
    const file = data.get(path);
    if (file === undefined) {
      core.error(`Ligne ${number} de ${list.path} : le fichier ${path} est absent de la livraison`);
      passed = false;
    } else if (isSubject(file)) {
      const actual = await md5Of(file.localPath);
      if (actual === digest) continue;
      core.error(`La somme MD5 du fichier ${path} (${actual}) ne correspond pas à celle déclarée (${digest})`);
      passed = false;
    }
  }
  return passed;
}
