import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { StoredDataResult, VectorDbInfos } from '../../src/domain/outcomes.js';
import type { DeliveredFile } from '../../src/processing/upload-tree.js';
import type { VectorToDbInput } from '../../src/workers/tasks/task.js';
import { vectorToDb } from '../../src/workers/tasks/vector-to-db.js';
import type { ApiUser } from './api.js';
import type { TestEmulator } from './app.js';
import { create } from './diffusion.js';
import { buildClosedUpload, integration } from './executions.js';
import { DATASTORE } from './seed.js';

/** The task of `vector_to_db` without delivery, check, queue nor child process: for tests of what it makes. */

/** Files by the producer's path: their content, or where they are. */
export type TaskFiles = Readonly<Record<string, string | Buffer | { readonly at: string }>>;

export interface TaskRun {
  readonly status: string;
  /** Messages, in order. */
  readonly log: readonly string[];
  readonly schema: string;
  readonly result: StoredDataResult | undefined;
  /** Columns and their types, by relation. */
  readonly attributes: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Runs the task as a new integration, or into a schema that exists.
 * @param changed members of the input that differ from those of a plain integration in EPSG:4326
 */
export async function runVectorTask(
  emulator: TestEmulator,
  user: ApiUser,
  files: TaskFiles,
  changed: Partial<VectorToDbInput> & { uploadSrs?: string } = {},
): Promise<TaskRun> {
  const { uploadSrs = 'EPSG:4326', ...overrides } = changed;
  const execution = await create<{ _id: string }>(
    user,
    `/datastores/${DATASTORE}/processings/executions`,
    integration(await buildClosedUpload(emulator.deps)),
  );
  const setStatus = (status: string) =>
    emulator.deps.pool.query('UPDATE geopf.processing_execution SET status = $2 WHERE id = $1', [
      execution._id,
      status,
    ]);
  await setStatus('PROGRESS');
  const folder = await emulator.deps.storage.tempDir('test');
  const schema = overrides.schema ?? `sd_${randomUUID().replaceAll('-', '')}`;
  const input: VectorToDbInput = {
    executionId: execution._id,
    databaseUrl: emulator.config.databaseUrl ?? '',
    applicationName: 'test',
    uploads: [{ id: 'upload', srs: uploadSrs, files: deliver(folder, files) }],
    schema,
    role: `geopf_${emulator.deps.instanceId}_${schema.slice(3)}`,
    isNew: overrides.schema === undefined,
    srs: uploadSrs,
    multigeomTables: [],
    changes: [],
    folder,
    sqlTimeoutMs: 60_000,
    notBefore: 0,
    ...overrides,
  };
  const log: string[] = [];
  const outcome = await vectorToDb(input, ({ message }) => log.push(message), wait);
  // A worker would take one in PROGRESS for a lost job.
  await setStatus(outcome.status);
  const result = outcome.status === 'SUCCESS' ? outcome.result : undefined;
  const relations = (result?.typeInfos as VectorDbInfos | undefined)?.relations ?? [];
  const attributes = Object.fromEntries(relations.map((relation) => [relation.name, relation.attributes]));
  return { status: outcome.status, log, schema, result, attributes };
}

function deliver(folder: string, files: TaskFiles): DeliveredFile[] {
  return Object.entries(files).map(([path, content], index) => {
    const isContent = typeof content === 'string' || Buffer.isBuffer(content);
    const localPath = isContent ? join(folder, `${index}-${basename(path)}`) : content.at;
    if (isContent) writeFileSync(localPath, content);
    return { path, kind: 'DATA', localPath, size: 1 };
  });
}
