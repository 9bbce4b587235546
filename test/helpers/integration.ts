import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type ApiUser, until } from './api.js';
import type { TestEmulator } from './app.js';
import { newUpload, sendFile } from './deposit.js';
import { create, waitForStatus } from './diffusion.js';
import { integration } from './executions.js';
import { DATASTORE } from './seed.js';

/** Deliveries and their integration through the API, with a worker running: for tests of checks and processings. */

const ROOT = `/datastores/${DATASTORE}`;

/** A file to deliver: its path on the disk, or its content, under the name given to the producer's file. */
export type Delivered = string | { path: string; content: string | Uint8Array<ArrayBuffer>; kind?: 'data' | 'md5' };

export interface Delivery {
  readonly id: string;
  /** CLOSED or UNSTABLE. */
  readonly status: string;
  readonly extent?: { coordinates: number[][][] };
  /** Logs of the checks, by name. */
  readonly logs: Readonly<Record<string, string>>;
}

/** Delivers files, closes the upload and waits for its checks. */
export async function deliver(
  user: ApiUser,
  files: readonly Delivered[],
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<Delivery> {
  const { _id: id } = await newUpload(user, overrides);
  for (const file of files) {
    const sent =
      typeof file === 'string'
        ? { path: `data/${basename(file)}`, content: new Uint8Array(readFileSync(file)) }
        : { ...file, name: basename(file.path) };
    const { status, body } = await sendFile(user, id, sent);
    if (status !== 204) throw new Error(`${sent.path} was not taken: ${status} ${JSON.stringify(body)}`);
  }
  const closed = await user.call('POST', `${ROOT}/uploads/${id}/close`);
  if (closed.status !== 204) throw new Error(`not closed: ${JSON.stringify(closed.body)}`);
  const path = `${ROOT}/uploads/${id}`;
  const upload = await waitForStatus<Delivery>(user, path, 'CLOSED', 'UNSTABLE');
  return { ...upload, id, logs: await checkLogs(user, path) };
}

interface CheckItem {
  _id: string;
  check: { name: string };
}

async function checkLogs(user: ApiUser, upload: string): Promise<Record<string, string>> {
  const { body } = await user.call<{ passed: CheckItem[]; failed: CheckItem[] }>('GET', `${upload}/checks`);
  const logs: Record<string, string> = {};
  for (const { _id, check } of [...body.passed, ...body.failed]) {
    logs[check.name] = await logOf(user, `${ROOT}/checks/executions/${_id}`);
  }
  return logs;
}

/** The log of an execution, lines joined. */
export async function logOf(user: ApiUser, execution: string): Promise<string> {
  const { body } = await user.call<string[]>('GET', `${execution}/logs?limit=100`);
  return body.join('\n');
}

export interface Launched {
  /** Path of the execution under `/api`. */
  readonly path: string;
  readonly id: string;
  /** Id of the stored data, and its schema. */
  readonly storedData: string;
  readonly schema: string;
}

/** Creates and launches an integration. */
export async function launch(user: ApiUser, upload: string, more: object = {}): Promise<Launched> {
  const execution = await create<{ _id: string; output: { stored_data: { _id: string } } }>(
    user,
    `${ROOT}/processings/executions`,
    integration(upload, more),
  );
  const path = `${ROOT}/processings/executions/${execution._id}`;
  const launched = await user.call('POST', `${path}/launch`);
  if (launched.status !== 204) throw new Error(`not launched: ${JSON.stringify(launched.body)}`);
  const storedData = execution.output.stored_data._id;
  return { path, id: execution._id, storedData, schema: `sd_${storedData.replaceAll('-', '')}` };
}

export interface StoredData {
  readonly _id: string;
  readonly status: string;
  readonly srs?: string;
  readonly size?: number;
  readonly extent?: { coordinates: number[][][] };
  readonly type_infos?: {
    relations: { name: string; type: string; attributes: Record<string, string>; primary_key: string[] }[];
  };
}

export interface Integrated extends Launched {
  /** SUCCESS, FAILURE or ABORTED. */
  readonly status: string;
  readonly log: string;
  readonly data: StoredData;
}

/** Waits for the end of an execution. */
export async function ended(user: ApiUser, launched: Launched): Promise<Integrated> {
  const { status } = await waitForStatus(user, launched.path, 'SUCCESS', 'FAILURE', 'ABORTED');
  const { body: data } = await until(
    () => user.call<StoredData>('GET', `${ROOT}/stored_data/${launched.storedData}`),
    ({ body }) => ['GENERATED', 'UNSTABLE'].includes(body.status),
  );
  return { ...launched, status, data, log: await logOf(user, launched.path) };
}

/** Integrates an upload and waits for the end. */
export async function integrate(user: ApiUser, upload: string, more: object = {}): Promise<Integrated> {
  return ended(user, await launch(user, upload, more));
}

/** Output of an execution that modifies a stored data. */
export function into(storedData: string): object {
  return { output: { stored_data: { id: storedData } } };
}

/** Rows of a query on the emulator's database. */
export async function rowsOf<Row extends object>(emulator: TestEmulator, sql: string): Promise<Row[]> {
  return (await emulator.deps.pool.query<Row>(sql)).rows;
}
