import { prepareCsv } from '../csv/prepare.js';
import { RecordSet } from '../csv/record-set.js';
import type { Dataset } from '../formats.js';
import { type OpenedDataset, openDataset, takeLastMessage, UnreadableDatasetError } from '../gdal.js';
import { databaseName } from '../names.js';
import { shapefileFaults } from '../shapefile.js';
import { fileName } from '../upload-tree.js';
import { utf8Fault } from '../utf8.js';
import { checkCsvRecords, checkCsvt } from './csv.js';
import { tellEncoding } from './encoding.js';
import { checkLayer, type LayerReport } from './layer.js';
import { geojsonCrs } from './reference.js';
import { type CheckRun, coreLog, type FileReport, ogrLog } from './report.js';
import { sqliteFaults } from './sqlite.js';

/** Layers of one file that are read: as many as GDAL lists in a GeoPackage. */
const MAX_LAYERS = 10_000;

/** Checks a dataset: its bytes, then what GDAL reads in it, layer by layer. */
export async function checkDataset(dataset: Dataset, path: string, run: CheckRun): Promise<FileReport> {
  const core = coreLog(run.log);
  const faults = await bytesFaults(dataset, path, run);
  for (const fault of faults) core.error(fault);
  let opened: OpenedDataset;
  takeLastMessage();
  try {
    opened = await openDataset(dataset, path);
  } catch (error) {
    if (!(error instanceof UnreadableDatasetError)) throw error;
    return unreadable(dataset, path, run);
  }
  try {
    const isSound = tellOpening(path, run) && faults.length === 0;
    // GDAL opens some files of which it could not read the header, as datasets without layer.
    if (opened.layers.length === 0 && !isSound) return unreadable(dataset, path, run);
    const report = await checkLayers(dataset, path, opened, run);
    return { ...report, passed: report.passed && isSound };
  } finally {
    opened.handle.close();
  }
}

function unreadable({ format }: Dataset, path: string, { log }: CheckRun): FileReport {
  const core = coreLog(log);
  core.error(`Le fichier ${fileName(path)} n'est pas un fichier ${format} lisible`);
  core.warning("Fichier vecteur invalide. Les noms de tables et de colonnes n'ont pas pu être vérifiés.");
  return { passed: false, boxes: [], tables: [] };
}

/** Tells what GDAL had to say when it opened a file. @returns whether that was no error */
function tellOpening(path: string, { log }: CheckRun): boolean {
  const last = takeLastMessage();
  if (last === null) return true;
  const core = coreLog(log);
  const tell = last.isError ? core.error : core.warning;
  tell(`Lecture du fichier ${fileName(path)} : ${last.message}`);
  return !last.isError;
}

/** Faults that show without GDAL, which passes over them. */
async function bytesFaults({ format }: Dataset, path: string, { log }: CheckRun): Promise<string[]> {
  switch (format) {
    case 'Shapefile':
      return shapefileFaults(path);
    case 'GeoPackage':
      return sqliteFaults(path);
    case 'GeoJSON':
      return geojsonFaults(path);
    case 'CSV':
      tellEncoding(path, await prepareCsv(path), log);
      return [];
    case 'FlatGeobuf':
      return [];
  }
}

async function geojsonFaults(path: string): Promise<string[]> {
  const faults: string[] = [];
  const name = fileName(path);
  const line = await utf8Fault(path);
  if (line !== null) faults.push(`Le fichier ${name} n'est pas encodé en UTF-8 (ligne ${line})`);
  const crs = await geojsonCrs(path);
  if (crs.kind === 'unknown') faults.push(`Le SRS du fichier ${name} est inconnu : ${crs.name}`);
  if (crs.kind === 'link') faults.push(`Le SRS du fichier ${name} est un lien, qui n'est pas suivi : ${crs.name}`);
  return faults;
}

async function checkLayers(
  dataset: Dataset,
  path: string,
  { layers }: OpenedDataset,
  run: CheckRun,
): Promise<FileReport> {
  const log = ogrLog(run.log);
  log.info(`Nombre de layers : ${layers.length}`);
  if (layers.length === 0) log.error('Le fichier ne contient aucune couche vecteur');
  if (layers.length >= MAX_LAYERS) log.error(`Le fichier contient trop de layers (${MAX_LAYERS} au moins)`);
  const doubles = doubleTables(layers.map(({ tableName }) => tableName));
  for (const name of doubles) log.error(`Plusieurs layers donnent la table ${name}`);
  const reports: LayerReport[] = [];
  let passed = layers.length > 0 && layers.length < MAX_LAYERS && doubles.length === 0;
  for (const opened of layers) {
    const withoutGeometry = dataset.format === 'CSV' ? new RecordSet() : null;
    const report = await checkLayer(opened, dataset, run, withoutGeometry);
    reports.push(report);
    passed &&= report.passed;
    if (withoutGeometry !== null) {
      const reading = { features: report.read, withoutGeometry };
      passed = (await checkCsvRecords(path, reading, run.log)) && passed;
      passed = (await checkCsvt(path, run.log)) && passed;
    }
  }
  return {
    passed,
    boxes: reports.flatMap(({ boxes }) => boxes),
    tables: reports.flatMap(({ tables }) => tables),
  };
}

/** Two layers of one file must not end in one table. */
function doubleTables(names: readonly string[]): string[] {
  const seen = new Set<string>();
  const doubles = new Set<string>();
  for (const name of names.map(databaseName)) (seen.has(name) ? doubles : seen).add(name);
  return [...doubles];
}
