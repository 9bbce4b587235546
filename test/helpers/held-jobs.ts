import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import pg from 'pg';
import type { Test } from 'tap';
import { quadrants, writePattern } from '../../fixtures/generate/raster.js';
import { geopackage } from '../../fixtures/generate/vector.js';
import { type ApiUser, until } from './api.js';
import type { TestEmulator } from './app.js';
import { archiveRequest, buildArchive } from './archives.js';
import { newUpload, sendFile } from './deposit.js';
import { derivation, storeSql } from './derivation.js';
import { create } from './diffusion.js';
import { holdHarvest, holdMerge } from './held-pyramids.js';
import { deliver, integrate, into, type Launched, launch, logOf, rowsOf } from './integration.js';
import { backendsSql, holdFiles, isAlive, waitForLock } from './jobs.js';
import {
  COPY_RASTER_PYRAMID,
  copyRequest,
  launchExecution,
  PMTILES,
  rasterRequest,
  runExecution,
  tilesRequest,
} from './pyramids.js';
import { pyramidFiles } from './rok4-pyramid.js';
import { DATASTORE } from './seed.js';

/** Executions of every kind, each held at a moment of its work: tests then stop them, or kill what runs them. */

const ROOT = `/datastores/${DATASTORE}`;

/** An execution of the given kind whose process waits at the files of its upload. */
export interface Held {
  readonly id: string;
  /** Path under `/api`. */
  readonly path: string;
  /** How it is stopped. */
  readonly stop: readonly [method: string, path: string];
  /** The stored data that it was to make. */
  readonly made?: string;
  /** Resolves once its process waits. */
  readonly reached: () => Promise<unknown>;
  /** Ends the wait. */
  readonly release: () => Promise<void>;
}

type Hold = (emulator: TestEmulator, user: ApiUser, t: Test) => Promise<Held>;

export const KINDS: Readonly<Record<string, Hold>> = {
  'standard check': (emulator, user, t) => holdCheck(emulator, user, vectorDelivery(t), 'Vérification standard'),
  'vector check': (emulator, user, t) => holdCheck(emulator, user, vectorDelivery(t), 'Vérification vecteur'),
  'raster check': (emulator, user, t) => holdCheck(emulator, user, rasterDelivery(t), 'Vérification raster'),
  'ROK4 check': (emulator, user) => holdCheck(emulator, user, ROK4_DELIVERY, 'Vérification pyramide ROK4'),
  'new integration': async (emulator, user, t) => {
    const upload = await deliver(user, geopackage(t.testdir()));
    const release = await holdFiles(emulator, upload.id);
    const launched = await launch(user, upload.id);
    return { ...heldExecution(user, launched, release), made: launched.storedData };
  },
  injection: async (emulator, user, t) => {
    const upload = await deliver(user, geopackage(t.testdir()));
    const first = await integrate(user, upload.id);
    const release = await holdFiles(emulator, upload.id);
    return heldExecution(user, await launch(user, upload.id, into(first.storedData)), release);
  },
  'raster pyramid': (emulator, user, t) =>
    holdAtFiles(emulator, user, rasterDelivery(t), (upload) => rasterRequest([upload], RASTER_PARAMETERS)),
  'raster update by reference': async (emulator, user, t) => {
    const former = await rasterPyramid(user, t);
    return holdAtFiles(emulator, user, rasterDelivery(t), (upload) =>
      rasterRequest([upload], {}, { inputs: { upload: [upload], stored_data: [former] } }),
    );
  },
  'raster injection': async (emulator, user, t) => {
    const former = await rasterPyramid(user, t);
    const { made: _, ...held } = await holdAtFiles(emulator, user, rasterDelivery(t), (upload) =>
      rasterRequest([upload], {}, into(former)),
    );
    return held;
  },
  'copy of a pyramid': (emulator, user) =>
    holdAtFiles(emulator, user, ROK4_DELIVERY, (upload) => copyRequest(COPY_RASTER_PYRAMID, [upload])),
  'new archive': (emulator, user) =>
    holdAtFiles(emulator, user, ARCHIVE_DELIVERY, (upload) => archiveRequest([upload])),
  'archive changed': async (emulator, user) => {
    const { storedData } = await buildArchive(user, [{ path: 'a.txt', content: 'a' }]);
    const { made: _, ...held } = await holdAtFiles(emulator, user, ARCHIVE_DELIVERY, (upload) =>
      archiveRequest([upload], storedData),
    );
    return held;
  },
  'vector tiles': (emulator, user, t) => {
    const composition = [{ table: 'sites', layer: 'sites', bottom_level: 6, top_level: 5, attributes: 'nom' }];
    return holdAtTable(emulator, user, t, (storedData) => tilesRequest([storedData], { composition }));
  },
  'PMTiles archive': (emulator, user, t) =>
    holdAtTable(emulator, user, t, (storedData) => ({
      processing: PMTILES,
      inputs: { stored_data: [storedData] },
      output: { stored_data: { name: 'archive' } },
      parameters: { relations: { sites: 'sites' }, tippecanoe: { top: '5', bottom: '6' } },
    })),
  'harvest of a WMS': holdHarvest,
  'merge of pyramids': holdMerge,
  // The last one: it waits for a minute only, while all of them are held at once.
  derivation: async (emulator, user, t) => {
    const file = await storeSql(user, 'copie', 'CREATE TABLE copie AS SELECT * FROM {{ inputs.1 }}.sites');
    return holdAtTable(emulator, user, t, (storedData) => derivation([storedData], [file]));
  },
};

/** Kinds that run beside the process of another check. */
export const ACCOMPANIED: ReadonlySet<string> = new Set([
  'standard check',
  'vector check',
  'raster check',
  'ROK4 check',
]);

/** What is delivered: files, and what the upload says of them. */
interface Delivery {
  readonly files: readonly { path: string; content: Uint8Array<ArrayBuffer> }[];
  readonly upload: Readonly<Record<string, unknown>>;
}

function vectorDelivery(t: Test): Delivery {
  const files = geopackage(t.testdir()).map((path) => ({
    path: 'zones.gpkg',
    content: new Uint8Array(readFileSync(path)),
  }));
  return { files, upload: {} };
}

function rasterDelivery(t: Test): Delivery {
  const path = join(t.testdir(), 'ortho.tif');
  const place = { srid: 2154, x: 350_000, y: 6_690_000, resolution: 1, width: 300, height: 200 };
  writePattern(path, place, quadrants(place));
  const files = [{ path: 'ortho.tif', content: new Uint8Array(readFileSync(path)) }];
  return { files, upload: { type: 'RASTER', srs: 'EPSG:2154' } };
}

const ARCHIVE_DELIVERY: Delivery = {
  files: [{ path: 'dossier/b.txt', content: new TextEncoder().encode('b') }],
  upload: { type: 'ARCHIVE', srs: 'EPSG:2154' },
};

const ROK4_DELIVERY: Delivery = {
  files: pyramidFiles(),
  upload: {
    type: 'ROK4-PYRAMID',
    srs: 'EPSG:3857',
    type_infos: { format: 'TIFF_ZIP_UINT8', tms: 'PM', channels_number: 3 },
  },
};

const RASTER_PARAMETERS = { tms: 'PM', compression: 'png', bottom: '16' };

/** @returns id of the stored data */
async function rasterPyramid(user: ApiUser, t: Test): Promise<string> {
  const { files, upload } = rasterDelivery(t);
  const { id } = await deliver(user, files, upload);
  const { status, log, storedData } = await runExecution(user, rasterRequest([id], RASTER_PARAMETERS));
  if (status !== 'SUCCESS') throw new Error(log);
  return storedData;
}

/** A processing whose process waits at the files of its upload. */
async function holdAtFiles(
  emulator: TestEmulator,
  user: ApiUser,
  { files, upload: about }: Delivery,
  request: (upload: string) => object,
): Promise<Held> {
  const upload = await deliver(user, files, about);
  const release = await holdFiles(emulator, upload.id);
  const launched = await launchExecution(user, request(upload.id));
  return { ...heldExecution(user, launched, release), made: launched.storedData };
}

/** A processing whose process waits at the only table of the stored data that it reads. */
async function holdAtTable(
  emulator: TestEmulator,
  user: ApiUser,
  t: Test,
  request: (storedData: string) => object,
): Promise<Held> {
  const upload = await deliver(user, geopackage(t.testdir()));
  const { storedData, schema } = await integrate(user, upload.id);
  const execution = await create<{ _id: string; output: { stored_data: { _id: string } } }>(
    user,
    `${ROOT}/processings/executions`,
    request(storedData),
  );
  // The creation reads the tables too.
  const lock = await lockTable(t, emulator, `${schema}.sites`);
  const made = execution.output.stored_data._id;
  const launched: Launched = {
    path: `${ROOT}/processings/executions/${execution._id}`,
    id: execution._id,
    storedData: made,
    schema: '',
  };
  await user.call('POST', `${launched.path}/launch`);
  const reached = () => waitForLock(emulator, launched.id);
  return { ...heldExecution(user, launched, lock.release), reached, made };
}

function heldExecution(user: ApiUser, { id, path }: Launched, release: Held['release']): Held {
  return { id, path, stop: ['POST', `${path}/abort`], reached: () => waitAtFile(user, path), release };
}

/** The log names each file, or tells of the beginning, before it is opened. */
async function waitAtFile(user: ApiUser, path: string): Promise<void> {
  await until(
    () => logOf(user, path),
    (log) => /(Analyse|Intégration|Recopie) du fichier|(calcul|mise à jour) de la pyramide raster/.test(log),
  );
}

async function holdCheck(emulator: TestEmulator, user: ApiUser, delivery: Delivery, name: string): Promise<Held> {
  const { _id: upload } = await newUpload(user, delivery.upload);
  for (const { path, content } of delivery.files) {
    const digest = createHash('md5').update(content).digest('hex');
    await sendFile(user, upload, { path, content });
    const md5 = `${basename(path)}.md5`;
    await sendFile(user, upload, { name: md5, content: `${digest}  ${path}\n`, kind: 'md5' });
  }
  const release = await holdFiles(emulator, upload);
  await user.call('POST', `${ROOT}/uploads/${upload}/close`);
  const checks = await user.call<Record<string, { _id: string; check: { name: string } }[]>>(
    'GET',
    `${ROOT}/uploads/${upload}/checks`,
  );
  const found = Object.values(checks.body)
    .flat()
    .find(({ check }) => check.name === name);
  if (found === undefined) throw new Error(`no check ${name}`);
  const path = `${ROOT}/checks/executions/${found._id}`;
  return { id: found._id, path, stop: ['DELETE', path], reached: () => waitAtFile(user, path), release };
}

export const statusOf = async (user: ApiUser, path: string) =>
  (await user.call<{ status: string }>('GET', path)).body.status;

export async function waitFor(user: ApiUser, path: string, status: string): Promise<void> {
  await until(
    () => statusOf(user, path),
    (now) => now === status,
  );
}

export async function waitForDeath(processes: readonly number[], others = 0): Promise<void> {
  await until(
    async () => processes.filter((pid) => isAlive(pid)),
    (alive) => alive.length <= others,
  );
}

/** Locks a table against everybody until it is released. */
export async function lockTable(
  t: Test,
  emulator: TestEmulator,
  table: string,
): Promise<{ release: () => Promise<void> }> {
  return holdTransaction(t, emulator, `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
}

/** Keeps rows (`table WHERE …`) from being changed until they are released. */
export async function holdRow(
  t: Test,
  emulator: TestEmulator,
  rows: string,
): Promise<{ release: () => Promise<void> }> {
  return holdTransaction(t, emulator, `SELECT 1 FROM ${rows} FOR SHARE`);
}

/**
 * Holds the executions that change a schema behind their work and before their commit: they then mark it.
 * @returns `reached` resolves once the execution is there
 */
export async function holdCommit(
  t: Test,
  emulator: TestEmulator,
  schema: string,
): Promise<{ reached: (execution: string) => Promise<unknown>; release: () => Promise<void> }> {
  const { release } = await holdTransaction(t, emulator, `COMMENT ON SCHEMA ${schema} IS 'held'`);
  const reached = (execution: string) =>
    until(
      () =>
        rowsOf(emulator, `${backendsSql(execution)} AND wait_event_type = 'Lock' AND query LIKE 'COMMENT ON SCHEMA%'`),
      (rows) => rows.length > 0,
    );
  return { reached, release };
}

async function holdTransaction(
  t: Test,
  emulator: TestEmulator,
  statement: string,
): Promise<{ release: () => Promise<void> }> {
  const locker = new pg.Client({ connectionString: emulator.config.databaseUrl });
  await locker.connect();
  await locker.query(`BEGIN; ${statement}`);
  let isHeld = true;
  const release = async () => {
    if (!isHeld) return;
    isHeld = false;
    await locker.query('ROLLBACK');
    await locker.end();
  };
  t.teardown(release);
  return { release };
}
