import { join } from 'node:path';
import { domainOf } from './area-of-use.js';
import { checkChanges } from './check/changes.js';
import { checkDataset } from './check/dataset.js';
import { checkParquet } from './check/parquet.js';
import { type CheckRun, coreLog, type DeliveredTable, type FileReport, type LayerBox } from './check/report.js';
import { checkSql } from './check/sql.js';
import { checkTables } from './check/tables.js';
import { type DeliveryContents, readContents } from './formats.js';
import { layOutTree } from './lay-out-tree.js';
import { referenceOf } from './spatial-reference.js';
import { logFrom, type TaskLog } from './task-log.js';
import { type DeliveredFile, fileName } from './upload-tree.js';

/** What "Vérification vecteur" found. */
export interface VectorCheckResult {
  readonly passed: boolean;
  /** Boxes of the layers that hold geometries, in the declared reference system. */
  readonly boxes: readonly LayerBox[];
}

/**
 * "Vérification vecteur" (lifecycle §3): every file is opened and every feature read, the reference system is the
 * declared one, names of tables and columns are acceptable. The whole delivery is looked at, whatever fails first.
 * @param folder an existing empty folder to lay the delivery out in
 */
export async function vectorCheck(
  upload: { id: string; srs: string; files: readonly DeliveredFile[] },
  folder: string,
  log: TaskLog,
): Promise<VectorCheckResult> {
  const cli = logFrom(log, 'cli', 255);
  logFrom(log, 'gpf-vector-checker', 7).info('Récupération des fichiers de la livraison');
  cli.info(`Vérification VectorChecker (2.14.0) pour la livraison     ${upload.id}`);
  const contents = readContents(upload.files);
  const run = startRun(upload.srs, log);
  let passed = tellContents(contents, log) && run.declared !== null;
  await layOutTree(folder, upload.files);
  const boxes: LayerBox[] = [];
  const tables: DeliveredTable[] = [];
  for (const { file, check } of fileChecks(contents, folder, run)) {
    coreLog(log).info(`Analyse du fichier : ${fileName(file.path)}`);
    const report = file.size === 0 ? emptyFile(file, log) : await check();
    cli.info(
      `Résultat de la vérification du fichier : ${fileName(file.path)} : ${report.passed ? 'SUCCESS' : 'FAILURE'}`,
    );
    passed &&= report.passed;
    boxes.push(...report.boxes);
    tables.push(...report.tables);
  }
  passed = checkTables(tables, log) && passed;
  return { passed, boxes: passed ? boxes : [] };
}

function startRun(srs: string, log: TaskLog): CheckRun {
  const declared = referenceOf(srs);
  if (declared === null) logFrom(log, 'core', 134).error(`Le SRS déclaré est inconnu : ${srs}`);
  return { log, declared, declaredName: srs, domain: declared === null ? null : domainOf(declared) };
}

/** @returns whether there is anything to check */
function tellContents({ datasets, sql, parquet, changes, orphans, others }: DeliveryContents, log: TaskLog): boolean {
  const core = logFrom(log, 'core', 134);
  const total = datasets.length + sql.length + parquet.length + changes.length;
  core.info(`${total} fichiers à analyser dans la livraison`);
  if (total === 0) core.error('Aucun fichier vecteur dans la livraison');
  for (const { path } of others) core.info(`Fichier ignoré : ${path}`);
  for (const { path } of orphans) core.warning(`Fichier ignoré, car le fichier qu'il accompagne est absent : ${path}`);
  return total > 0;
}

interface FileCheck {
  readonly file: DeliveredFile;
  readonly check: () => Promise<FileReport>;
}

/** What is to be done with each file, in the order of an integration. */
function fileChecks({ datasets, sql, parquet, changes }: DeliveryContents, folder: string, run: CheckRun): FileCheck[] {
  const at = ({ path }: DeliveredFile) => join(folder, ...path.split('/'));
  return [
    ...sql.map((file) => ({ file, check: async () => noTable(await checkSql(file, at(file), run.log)) })),
    ...datasets.map((dataset) => ({
      file: dataset.file,
      check: () => checkDataset(dataset, at(dataset.file), run),
    })),
    ...parquet.map((file) => ({ file, check: () => checkParquet(file, at(file), run) })),
    ...changes.map((file) => ({ file, check: async () => noTable(await checkChanges(at(file), run.log)) })),
  ];
}

const noTable = (passed: boolean): FileReport => ({ passed, boxes: [], tables: [] });

function emptyFile({ path }: DeliveredFile, log: TaskLog): FileReport {
  coreLog(log).error(`Le fichier ${fileName(path)} est vide (0 octet)`);
  return noTable(false);
}
