import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import type Gdal from 'gdal-async';
import { prepareCsv } from './csv/prepare.js';
import { type Dataset, readContents } from './formats.js';
import { gdal, openDataset, type OpenedLayer, takeLastError, UnreadableDatasetError } from './gdal.js';
import { databaseName, nameFault } from './names.js';
import { shapefileFaults } from './shapefile.js';
import { referenceName, referenceOf, sameReference } from './spatial-reference.js';
import { logFrom, type TaskLog } from './task-log.js';
import { type DeliveredFile, fileName, layOutTree } from './upload-tree.js';
import { utf8Fault } from './utf8.js';

/** A rectangle in the reference system of the layer, x (east or longitude) first. */
export type LayerBox = readonly [minX: number, minY: number, maxX: number, maxY: number];

/** What "Vérification vecteur" found. */
export interface VectorCheckResult {
  readonly passed: boolean;
  /** Boxes of the layers that hold geometries, in the declared reference system. */
  readonly boxes: readonly LayerBox[];
}

interface FileCheck {
  readonly dataset: Dataset;
  readonly path: string;
  readonly declared: Gdal.SpatialReference;
  readonly declaredName: string;
  readonly log: TaskLog;
}

/** Unreadable features that are named one by one in the log of a layer. */
const FAULTS_SHOWN = 10;
/** Features read between two looks at the events of the process. */
const BATCH = 2000;

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
  const core = logFrom(log, 'core', 134);
  logFrom(log, 'gpf-vector-checker', 7).info('Récupération des fichiers de la livraison');
  cli.info(`Vérification VectorChecker (2.14.0) pour la livraison     ${upload.id}`);
  const contents = readContents(upload.files);
  const { datasets, sql, parquet, changes } = contents;
  const total = datasets.length + sql.length + parquet.length + changes.length;
  core.info(`${total} fichiers à analyser dans la livraison`);
  let passed = total > 0;
  if (total === 0) core.error('Aucun fichier vecteur dans la livraison');
  for (const { path } of contents.others) core.info(`Fichier ignoré : ${path}`);
  const declared = referenceOf(upload.srs);
  if (declared === null) {
    core.error(`Le SRS déclaré est inconnu : ${upload.srs}`);
    return { passed: false, boxes: [] };
  }
  await layOutTree(
    folder,
    upload.files.filter((file) => file.kind === 'DATA'),
  );
  const boxes: LayerBox[] = [];
  for (const dataset of datasets) {
    logFrom(log, 'core', 179).info(`Analyse du fichier : ${fileName(dataset.file.path)}`);
    const path = join(folder, ...dataset.file.path.split('/'));
    const result = await checkFile({ dataset, path, declared, declaredName: upload.srs, log });
    cli.info(resultLine(dataset.file, result.passed));
    passed &&= result.passed;
    boxes.push(...result.boxes);
  }
  for (const file of [...sql, ...parquet]) {
    logFrom(log, 'core', 179).error(`Ce format n'est pas encore pris en charge par l'émulateur : ${file.path}`);
    cli.info(resultLine(file, false));
    passed = false;
  }
  return { passed, boxes: passed ? boxes : [] };
}

function resultLine(file: DeliveredFile, passed: boolean): string {
  return `Résultat de la vérification du fichier : ${fileName(file.path)} : ${passed ? 'SUCCESS' : 'FAILURE'}`;
}

async function checkFile(check: FileCheck): Promise<VectorCheckResult> {
  const core = logFrom(check.log, 'core', 179);
  const faults = await bytesFaults(check);
  for (const fault of faults) core.error(fault);
  try {
    takeLastError();
    const { handle, layers } = await openDataset(check.dataset, check.path);
    try {
      const ogr = logFrom(check.log, 'checks_ogr', 342);
      ogr.info(`Nombre de layers : ${layers.length}`);
      if (layers.length === 0) ogr.error('Le fichier ne contient aucune couche vecteur');
      let passed = faults.length === 0 && layers.length > 0;
      passed = duplicatesAbsent(layers, check) && passed;
      const boxes: LayerBox[] = [];
      for (const opened of layers) {
        const result = await checkLayer(opened, check);
        passed &&= result.passed;
        if (result.box !== null) boxes.push(result.box);
      }
      return { passed, boxes };
    } finally {
      handle.close();
    }
  } catch (error) {
    if (!(error instanceof UnreadableDatasetError)) throw error;
    core.error(`Le fichier ${fileName(check.path)} n'est pas un fichier ${check.dataset.format} lisible`);
    core.warning("Fichier vecteur invalide. Les noms de tables et de colonnes n'ont pas pu être vérifiés.");
    return { passed: false, boxes: [] };
  }
}

/** Faults that show without GDAL. */
async function bytesFaults({ dataset, path, log }: FileCheck): Promise<string[]> {
  if (dataset.format === 'Shapefile')
    return shapefileFaults(path.slice(0, -'.shp'.length), await readdir(dirname(path)));
  if (dataset.format === 'GeoJSON') {
    const line = await utf8Fault(path);
    return line === null ? [] : [`Le fichier ${fileName(path)} n'est pas encodé en UTF-8 (ligne ${line})`];
  }
  if (dataset.format === 'CSV') {
    const foreign = await prepareCsv(path);
    if (foreign !== null) {
      const { name, line } = foreign;
      logFrom(log, 'core', 179).warning(
        `Le fichier ${fileName(path)} n'est pas encodé en UTF-8 (ligne ${line}) : il est lu en ${name}`,
      );
    }
  }
  return [];
}

/** Two layers of one file must not end in one table. */
function duplicatesAbsent(layers: readonly OpenedLayer[], { log }: FileCheck): boolean {
  const names = layers.map(({ tableName }) => databaseName(tableName));
  const doubles = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  for (const name of doubles) logFrom(log, 'checks_ogr', 342).error(`Plusieurs layers donnent la table ${name}`);
  return doubles.size === 0;
}

async function checkLayer(opened: OpenedLayer, check: FileCheck): Promise<{ passed: boolean; box: LayerBox | null }> {
  const ogr = logFrom(check.log, 'checks_ogr', 342);
  const { layer, tableName } = opened;
  ogr.info(`Nom du layer : ${tableName}`);
  const faults = [...namesFaults(opened), ...referenceFaults(opened, check)];
  for (const fault of faults) ogr.error(fault);
  const isTable = layer.geomType === gdal.wkbNone;
  if (!isTable && layer.srs === null && check.dataset.format !== 'CSV') {
    ogr.warning(`Le layer ${tableName} ne déclare pas de SRS : celui de la livraison est retenu`);
  }
  const { read, unreadable, box } = await readFeatures(opened, check.log);
  if (unreadable > 0) ogr.error(`${unreadable} objets illisibles dans le layer ${tableName}`);
  const expected = layer.features.count();
  if (read !== expected) ogr.error(`${read} objets lus sur ${expected} dans le layer ${tableName}`);
  ogr.info(`Nombre d'objets : ${read}`);
  return { passed: faults.length === 0 && unreadable === 0 && read === expected, box };
}

function namesFaults({ layer, tableName }: OpenedLayer): string[] {
  const faults: string[] = [];
  const table = nameFault(tableName);
  if (table !== null) faults.push(`Nom de table invalide : ${tableName} (${table})`);
  for (const field of layer.fields.getNames()) {
    const fault = nameFault(field);
    if (fault !== null) faults.push(`Nom de colonne invalide dans ${tableName} : ${field} (${fault})`);
  }
  return faults;
}

function referenceFaults({ layer, tableName }: OpenedLayer, check: FileCheck): string[] {
  if (layer.srs === null || sameReference(layer.srs, check.declared)) return [];
  return [
    `Le SRS du layer ${tableName} est différent de celui déclaré`,
    `SRS de ${tableName} : ${referenceName(layer.srs) ?? layer.srs.getAttrValue('PROJCS|GEOGCS', 0)}`,
    `SRS déclaré : ${check.declaredName}`,
  ];
}

/** Reads every feature and geometry of a layer; GDAL reports damaged ones as an error and an empty geometry. */
async function readFeatures(
  { layer }: OpenedLayer,
  log: TaskLog,
): Promise<{ read: number; unreadable: number; box: LayerBox | null }> {
  const ogr = logFrom(log, 'checks_ogr', 342);
  let read = 0;
  let unreadable = 0;
  let box: LayerBox | null = null;
  const fault = (message: string) => {
    unreadable += 1;
    if (unreadable <= FAULTS_SHOWN) ogr.error(`Objet illisible : ${message}`);
  };
  takeLastError();
  let feature = nextFeature(() => layer.features.first(), fault);
  while (feature !== null) {
    read += 1;
    const error = takeLastError();
    if (error !== null) fault(error);
    else box = grow(box, feature, fault);
    if (read % BATCH === 0) await yieldToEvents();
    feature = nextFeature(() => layer.features.next(), fault);
  }
  const error = takeLastError();
  if (error !== null) fault(error);
  return { read, unreadable, box };
}

/** A feature that makes the binding throw ends the reading: GDAL gives no way past it. */
function nextFeature(read: () => Gdal.Feature | null, fault: (message: string) => void): Gdal.Feature | null {
  try {
    return read();
  } catch (error) {
    fault((error as Error).message);
    return null;
  }
}

function grow(box: LayerBox | null, feature: Gdal.Feature, fault: (message: string) => void): LayerBox | null {
  const geometry = feature.getGeometry();
  if (geometry === null || geometry.isEmpty()) return box;
  const { minX, minY, maxX, maxY } = geometry.getEnvelope();
  if (![minX, minY, maxX, maxY].every(Number.isFinite)) {
    fault(`coordonnées non finies dans l'objet ${feature.fid}`);
    return box;
  }
  if (box === null) return [minX, minY, maxX, maxY];
  return [Math.min(box[0], minX), Math.min(box[1], minY), Math.max(box[2], maxX), Math.max(box[3], maxY)];
}
