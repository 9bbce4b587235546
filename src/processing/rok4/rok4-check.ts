import { readFile } from 'node:fs/promises';
import { type DeliveredDescriptor, readDeliveredDescriptor } from '../../pyramid/delivered-descriptor.js';
import { readDeliveredList } from '../../pyramid/delivered-list.js';
import { tileCount } from '../../pyramid/slab-format.js';
import { referenceOf, sameReference } from '../spatial-reference.js';
import { logFrom, type TaskLog } from '../task-log.js';
import { type DeliveredFile, fileName } from '../upload-tree.js';
import {
  coveredBox,
  type DeliveredSlab,
  isWithinLimits,
  placeOf,
  readPyramidFiles,
  slabsOf,
} from './delivered-pyramid.js';
import { checkSlab } from './slab-check.js';

/** An upload of type ROK4-PYRAMID. */
export interface Rok4CheckInput {
  readonly id: string;
  readonly srs: string;
  /** As it was created: `format`, `tms`, `channels_number`. */
  readonly typeInfos: Readonly<Record<string, unknown>>;
  readonly files: readonly DeliveredFile[];
}

/** What "Vérification pyramide ROK4" found. */
export interface Rok4CheckResult {
  readonly passed: boolean;
  /** That of its finest tiles, in the reference system of the tile matrix set, which is the declared one. */
  readonly boxes: readonly (readonly [minX: number, minY: number, maxX: number, maxY: number])[];
}

/** Longest descriptor and list that are read, bytes. */
const MAX_DESCRIPTOR = 16 * 1024 * 1024;
const MAX_LIST = 256 * 1024 * 1024;
/** Faults told of each kind. */
const FAULTS_SHOWN = 50;
/** About how many tiles are decoded, spread over the pyramid. */
const TILES_DECODED = 10_000;

/** Faults of one kind: all count, the first ones are told. */
class Faults {
  count = 0;
  constructor(private readonly tell: (message: string) => void) {}

  add(message: string): void {
    this.count += 1;
    if (this.count <= FAULTS_SHOWN) this.tell(message);
  }

  /** @returns whether there was none */
  end(): boolean {
    if (this.count > FAULTS_SHOWN) this.tell(`… et ${this.count - FAULTS_SHOWN} autres défauts du même genre`);
    return this.count === 0;
  }
}

/**
 * "Vérification pyramide ROK4": the descriptor, the list and the slabs are a pyramid as ROK4 writes them, and the one
 * that the upload declares. Everything is looked at, whatever fails first, unless there is no descriptor to go by.
 */
export async function rok4Check(upload: Rok4CheckInput, log: TaskLog): Promise<Rok4CheckResult> {
  const cli = logFrom(log, 'cli', 255);
  const core = logFrom(log, 'core', 134);
  logFrom(log, 'gpf-check-rok4', 7).info('Récupération des fichiers de la livraison');
  cli.info(`Vérification GPFCheckRok4 (2.14.0) pour la livraison ${upload.id}`);
  core.info(`${upload.files.length} fichiers à analyser dans la livraison`);
  const result = await checkPyramid(upload, readPyramidFiles(upload.files), log);
  cli.info(`Résultat de la vérification de la livraison : ${result.passed ? 'SUCCESS' : 'FAILURE'}`);
  return result;
}

async function checkPyramid(
  upload: Rok4CheckInput,
  { descriptors, lists, others }: ReturnType<typeof readPyramidFiles>,
  log: TaskLog,
): Promise<Rok4CheckResult> {
  const core = logFrom(log, 'core', 179);
  const failed = { passed: false, boxes: [] };
  const [file] = descriptors;
  if (file === undefined || descriptors.length > 1) {
    core.error(`Un descripteur de pyramide (.json) est attendu, la livraison en contient ${descriptors.length}`);
    for (const { path } of descriptors) core.error(`Descripteur : ${path}`);
    return failed;
  }
  core.info(`Analyse du fichier : ${fileName(file.path)}`);
  if (file.size > MAX_DESCRIPTOR) {
    core.error(`Le fichier ${file.path} est trop grand pour un descripteur de pyramide`);
    return failed;
  }
  const { stem, name, folder } = placeOf(file);
  const { descriptor, faults } = readDeliveredDescriptor(await readFile(file.localPath, 'utf8'), name);
  for (const fault of faults.slice(0, FAULTS_SHOWN)) core.error(`Descripteur invalide : ${fault}`);
  if (descriptor === null) return failed;
  const agrees = tellDisagreements(descriptor, upload, log);
  const { slabs, strangers } = slabsOf(descriptor, folder, others);
  for (const { path } of strangers.slice(0, FAULTS_SHOWN)) core.warning(`Fichier ignoré : ${path}`);
  const isListed = await checkList(lists, { stem, slabs }, log);
  const isSound = await checkSlabs(slabs, descriptor, log);
  const passed = agrees && isListed && isSound;
  return { passed, boxes: passed ? boxesOf(descriptor) : [] };
}

/** @returns whether the pyramid is the one that its upload declares */
function tellDisagreements(
  { format, raster, set }: DeliveredDescriptor,
  upload: Rok4CheckInput,
  log: TaskLog,
): boolean {
  const faults = new Faults(logFrom(log, 'core', 179).error);
  const { format: declaredFormat, tms, channels_number: channels } = upload.typeInfos;
  const told = (what: string, found: string, declared: unknown) =>
    faults.add(`${what} de la pyramide (${found}) différent de celui de la livraison (${String(declared)})`);
  if (declaredFormat !== format) told('Format', format, declaredFormat);
  if (tms !== set.id) told('TMS', set.id, tms);
  if (raster !== undefined && channels !== undefined && channels !== raster.channels) {
    told('Nombre de canaux', String(raster.channels), channels);
  }
  if (raster === undefined && channels !== undefined) {
    faults.add('La livraison déclare un nombre de canaux pour une pyramide vecteur');
  }
  const [own, declared] = [referenceOf(set.crs), referenceOf(upload.srs)];
  if (own === null || declared === null || !sameReference(own, declared)) told('SRS', set.crs, upload.srs);
  return faults.end();
}

/** @returns whether the list names every slab and nothing else */
async function checkList(
  lists: readonly DeliveredFile[],
  { stem, slabs }: { stem: string; slabs: readonly DeliveredSlab[] },
  log: TaskLog,
): Promise<boolean> {
  const faults = new Faults(logFrom(log, 'core', 179).error);
  const list = lists.find(({ path }) => path === `${stem}.list`);
  for (const { path } of lists) if (path !== list?.path) faults.add(`Liste d'une autre pyramide : ${path}`);
  if (list === undefined) faults.add(`La liste ${stem}.list est absente de la livraison`);
  else if (list.size > MAX_LIST) faults.add(`Le fichier ${list.path} est trop grand pour une liste de dalles`);
  else {
    logFrom(log, 'core', 179).info(`Analyse du fichier : ${fileName(list.path)}`);
    const delivered = new Set(slabs.map(({ file }) => file.path));
    const named = new Set<string>();
    for await (const entry of readDeliveredList(list.localPath)) {
      if ('fault' in entry) faults.add(`Ligne ${entry.line} de ${list.path} : ${entry.fault}`);
      else {
        const path = `${stem}/${entry.slab}`;
        if (named.has(path)) faults.add(`Ligne ${entry.line} de ${list.path} : dalle déjà citée : ${entry.slab}`);
        else if (!delivered.has(path))
          faults.add(`Ligne ${entry.line} de ${list.path} : dalle absente : ${entry.slab}`);
        named.add(path);
      }
    }
    for (const path of delivered) if (!named.has(path)) faults.add(`Dalle absente de la liste : ${path}`);
  }
  return faults.end();
}

async function checkSlabs(
  slabs: readonly DeliveredSlab[],
  descriptor: DeliveredDescriptor,
  log: TaskLog,
): Promise<boolean> {
  const core = logFrom(log, 'core', 179);
  const faults = new Faults(core.error);
  const warnings = new Faults(core.warning);
  const isSampled = everyFew(slabs);
  let decoded = 0;
  if (slabs.length === 0) faults.add('La livraison ne contient aucune dalle de la pyramide');
  for (const slab of slabs) {
    const { path } = slab.file;
    const { faults: found, emptyTiles, decodedTiles } = await checkSlab(slab, descriptor, isSampled);
    for (const fault of found) faults.add(`La dalle ${path} ${fault}`);
    if (emptyTiles > 0) {
      warnings.add(
        `La dalle ${path} a ${emptyTiles} tuiles vides : les outils de la plateforme attendent des tuiles nodata`,
      );
    }
    if (!isWithinLimits(slab))
      warnings.add(`La dalle ${path} est hors des limites de tuiles du niveau ${slab.level.id}`);
    decoded += decodedTiles;
  }
  const missing = descriptor.levels.filter(
    (level) => !slabs.some((slab) => slab.level === level && slab.kind === 'image'),
  );
  for (const { id } of missing) warnings.add(`Le niveau ${id} n'a aucune dalle`);
  core.info(`${slabs.length} dalles analysées, ${decoded} tuiles décodées`);
  warnings.end();
  return faults.end();
}

/** Says yes for one tile in so many that about {@link TILES_DECODED} are taken, from all the slabs. */
function everyFew(slabs: readonly DeliveredSlab[]): () => boolean {
  const tiles = slabs.reduce((sum, { level }) => sum + tileCount(level.size), 0);
  const step = Math.ceil(tiles / TILES_DECODED);
  let rank = -1;
  return () => {
    rank += 1;
    return rank % step === 0;
  };
}

function boxesOf(descriptor: DeliveredDescriptor): Rok4CheckResult['boxes'] {
  const box = coveredBox(descriptor);
  return box === null ? [] : [[box.minX, box.minY, box.maxX, box.maxY]];
}
