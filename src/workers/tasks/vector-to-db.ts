import { join } from 'node:path';
import type pg from 'pg';
import { usedStoredData } from '../../domain/feature-dependencies.js';
import {
  actAsEmulator,
  actAsOwner,
  adoptFeatureSchema,
  createFeatureSchema,
  dropFeatureSchema,
  featureSchemaExists,
  markedExecution,
  markExecution,
  reclaimRoom,
} from '../../domain/feature-schemas.js';
import type { ExecutionOutcome, StoredDataResult } from '../../domain/outcomes.js';
import { parseCrs, UnknownCrsError } from '../../geo/crs.js';
import { type DeliveryContents, extensionOf, readContents } from '../../processing/formats.js';
import { openDataset, UnreadableDatasetError } from '../../processing/gdal.js';
import { layOutTree } from '../../processing/lay-out-tree.js';
import { logFrom, type TaskLog } from '../../processing/task-log.js';
import { type DeliveredFile, fileName } from '../../processing/upload-tree.js';
import { applyChangeFile, type ChangeFile } from './change-files.js';
import { DataFault } from '../../processing/data-fault.js';
import { runDeliveredSql } from './delivered-sql.js';
import { LayerLoader } from './layer-loader.js';
import { checkConstraints, measureTables } from './produced-tables.js';
import { stillRunning } from './still-running.js';
import { takeRoom } from './taken-room.js';
import type { VectorToDbInput } from './task.js';
import { withDatabase } from './task-database.js';
import { toldWork } from './told-work.js';

const MODULE = 'gpf-processing-vector-to-db';

/** Memory of the index builds, which run alone in their process. */
const MAINTENANCE_MEMORY = '256MB';

/**
 * "Intégration de données vecteur livrées en base" (lifecycle §4.3): every layer becomes a table of the stored data's
 * schema, or is appended to it, in one transaction. A fault of the data is told in the log and makes a FAILURE;
 * anything else is thrown, to be tried again.
 * @param wait pauses for milliseconds
 */
export async function vectorToDb(
  input: VectorToDbInput,
  log: TaskLog,
  wait: (ms: number) => Promise<unknown>,
): Promise<ExecutionOutcome> {
  const lines = logFrom(log, MODULE, 88);
  return toldWork(lines, "Démarrage du traitement d'intégration vecteur", () =>
    withDatabase(input, (client) => integrate(client, input, log, wait)),
  );
}

/** @returns `null` when the execution was stopped meanwhile: nothing is kept */
async function integrate(
  client: pg.Client,
  input: VectorToDbInput,
  log: TaskLog,
  wait: (ms: number) => Promise<unknown>,
): Promise<StoredDataResult | null> {
  if ((await markedExecution(client, input.schema)) === input.executionId) {
    logFrom(log, MODULE, 97).info('Les données ont déjà été intégrées : reprise de la fin du traitement');
    await client.query('BEGIN');
    await actAsOwner(client, input);
    const done = await measureTables(client, input);
    await client.query('COMMIT');
    return { ...done, uses: await usedStoredData(client, input.schema) };
  }
  if (!input.isNew && (await featureSchemaExists(client, input.schema))) {
    await adoptFeatureSchema(client, input);
    await reclaimRoom(client, input.schema);
  }
  await client.query('BEGIN');
  // Dates without zone are UTC; a date with slashes starts with its day, as producers write it.
  await client.query(`SET LOCAL TIME ZONE 'UTC'; SET LOCAL datestyle = 'ISO, DMY'`);
  await client.query(`SET LOCAL maintenance_work_mem = '${MAINTENANCE_MEMORY}'`);
  await prepareSchema(client, input);
  await actAsOwner(client, input);
  await loadUploads(client, input, log);
  await checkConstraints(client);
  const measured = await measureTables(client, input);
  await actAsEmulator(client);
  const result = { ...measured, uses: await usedStoredData(client, input.schema) };
  await markExecution(client, input.schema, input.executionId);
  await wait(Math.max(0, input.notBefore - Date.now()));
  if (!(await stillRunning(client, input.executionId))) {
    await client.query('ROLLBACK');
    return null;
  }
  await takeRoom(client, input.executionId, measured.size);
  await client.query('COMMIT');
  return result;
}

/** A run that died may have left nothing (one transaction), but a failed data may be generated again. */
async function prepareSchema(client: pg.Client, { schema, role, isNew }: VectorToDbInput): Promise<void> {
  if (isNew) await dropFeatureSchema(client, schema);
  if (isNew || !(await featureSchemaExists(client, schema))) await createFeatureSchema(client, { schema, role });
}

async function loadUploads(client: pg.Client, input: VectorToDbInput, log: TaskLog): Promise<void> {
  const target = { schema: input.schema, role: input.role };
  const loader = new LayerLoader({
    client,
    target,
    srs: input.srs,
    srid: sridOf(input.srs),
    multigeomTables: new Set(input.multigeomTables),
    folder: input.folder,
    log: logFrom(log, MODULE, 134),
  });
  const deliveries = await Promise.all(input.uploads.map((upload) => layOut(upload, input.folder)));
  for (const { contents } of deliveries) refuseUnreadable(contents);
  if (input.isNew && deliveries.every(({ contents: { datasets, sql } }) => datasets.length + sql.length === 0)) {
    throw new DataFault('Aucun fichier vecteur dans la livraison');
  }
  const scripts = deliveries.flatMap(({ contents }) => contents.sql);
  await runDeliveredSql({ client, target, log: logFrom(log, MODULE, 112), timeoutMs: input.sqlTimeoutMs }, scripts);
  const changes = { client, target, log: logFrom(log, MODULE, 151) };
  for (const change of changesOf(deliveries, input.changes)) await applyChangeFile(changes, change);
  for (const delivery of deliveries) await loadDatasets(delivery, loader, logFrom(log, MODULE, 121));
  await loader.finish();
}

/** An upload whose files are laid out in a folder under their producer's names. */
interface Delivery {
  readonly upload: VectorToDbInput['uploads'][number];
  readonly contents: DeliveryContents;
  /** Path of a file of the upload. */
  readonly pathOf: (file: DeliveredFile) => string;
}

async function layOut(upload: Delivery['upload'], parent: string): Promise<Delivery> {
  const folder = join(parent, upload.id);
  await layOutTree(folder, upload.files);
  return { upload, contents: readContents(upload.files), pathOf: ({ path }) => join(folder, ...path.split('/')) };
}

/** In the order of the specification, over all the deliveries: deletions, then updates. */
function changesOf(deliveries: readonly Delivery[], kinds: VectorToDbInput['changes']): ChangeFile[] {
  return (['delete', 'update'] as const)
    .filter((kind) => kinds.includes(kind))
    .flatMap((kind) =>
      deliveries.flatMap(({ upload, contents, pathOf }) =>
        contents.changes
          .filter(({ path }) => extensionOf(path) === kind)
          .map((file) => ({ kind, name: file.path, path: pathOf(file), srid: sridOf(upload.srs) })),
      ),
    );
}

async function loadDatasets(
  { upload, contents, pathOf }: Delivery,
  loader: LayerLoader,
  log: ReturnType<typeof logFrom>,
): Promise<void> {
  for (const dataset of contents.datasets) {
    log.info(`Intégration du fichier : ${fileName(dataset.file.path)}`);
    const opened = await openDataset(dataset, pathOf(dataset.file)).catch((error: unknown) => {
      if (error instanceof UnreadableDatasetError) throw new DataFault(`Fichier illisible : ${dataset.file.path}`);
      throw error;
    });
    try {
      for (const layer of opened.layers) await loader.load(dataset.format, opened.handle, layer, upload.srs);
    } finally {
      opened.handle.close();
    }
  }
}

/** A format that is never integrated. */
function refuseUnreadable({ parquet }: DeliveryContents): void {
  if (parquet.length > 0) {
    const paths = parquet.map(({ path }) => path).join(', ');
    throw new DataFault(`Le format GeoParquet passe la vérification mais n'est pas intégrable : ${paths}`);
  }
}

function sridOf(srs: string): number {
  try {
    return parseCrs(srs).srid;
  } catch (error) {
    if (error instanceof UnknownCrsError) throw new DataFault(`Le SRS demandé est inconnu : ${srs}`);
    throw error;
  }
}
