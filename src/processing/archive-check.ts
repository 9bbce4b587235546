import { logFrom, type TaskLog } from './task-log.js';
import { type DeliveredFile, fileName, isSubject } from './upload-tree.js';

/** Names in conflict that are told one by one, and paths of one of them. */
const TOLD_NAMES = 100;
const TOLD_PATHS = 5;

/**
 * "Vérification archive" (lifecycle §3): an archive is flat, so that no two files of the delivery may have the same
 * name, wherever they are. Nothing is read in them: any format will do.
 * @returns whether the delivery passed
 */
export function archiveCheck(
  upload: { readonly id: string; readonly files: readonly DeliveredFile[] },
  log: TaskLog,
): boolean {
  const cli = logFrom(log, 'cli', 255);
  const core = logFrom(log, 'core', 134);
  const files = upload.files.filter((file) => file.kind === 'DATA' && isSubject(file));
  logFrom(log, 'gpf-archive-checker', 7).info('Récupération des fichiers de la livraison');
  cli.info(`Vérification ArchiveChecker (2.14.0) pour la livraison     ${upload.id}`);
  core.info(`${files.length} fichiers à analyser dans la livraison`);
  const byName = new Map<string, string[]>();
  for (const { path } of files) {
    const name = fileName(path);
    const paths = byName.get(name) ?? [];
    paths.push(path);
    byName.set(name, paths);
  }
  const conflicts = [...byName].filter(([, paths]) => paths.length > 1);
  for (const [name, paths] of conflicts.slice(0, TOLD_NAMES)) {
    const more = paths.length > TOLD_PATHS ? `, et ${paths.length - TOLD_PATHS} autres` : '';
    core.error(`Plusieurs fichiers portent le nom ${name} : ${paths.slice(0, TOLD_PATHS).join(', ')}${more}`);
  }
  if (conflicts.length > TOLD_NAMES) core.error(`${conflicts.length - TOLD_NAMES} autres noms sont en conflit`);
  if (files.length === 0) core.error('La livraison ne contient aucun fichier à diffuser');
  const passed = files.length > 0 && conflicts.length === 0;
  cli.info(`Résultat de la vérification de la livraison : ${passed ? 'SUCCESS' : 'FAILURE'}`);
  return passed;
}
