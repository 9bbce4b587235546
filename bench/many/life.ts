import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { ApiUser } from '../../test/helpers/api.js';

/** The life of one small dataset over HTTP, as a producer's script leads it: delivered, integrated, published as WFS. */

/** How often a client asks for a status, milliseconds. */
const POLL_MS = 100;

/** What every dataset shares. */
export interface Workplace {
  readonly user: ApiUser;
  /** Path of the datastore under `/api`. */
  readonly datastore: string;
  readonly processing: string;
  /** Id of the open WFS endpoint. */
  readonly endpoint: string;
  /** The file to deliver, and the table its one layer becomes. */
  readonly file: { readonly name: string; readonly content: Uint8Array<ArrayBuffer>; readonly table: string };
}

export const STEPS = ['delivery', 'integration', 'publication'] as const;
export type Step = (typeof STEPS)[number];

export interface Published {
  /** Name of its layer, without that of the table. */
  readonly layer: string;
  readonly storedData: string;
  /** Milliseconds. */
  readonly times: Readonly<Record<Step, number>>;
}

interface Entity {
  readonly _id: string;
  readonly status: string;
}

/** Leads one dataset from nothing to PUBLISHED. @throws Error when a step is refused or fails */
export async function publishDataset(place: Workplace, number: number): Promise<Published> {
  const name = `station_${String(number).padStart(5, '0')}`;
  const [upload, delivery] = await timed(() => deliver(place, name));
  const [storedData, integration] = await timed(() => integrate(place, name, upload));
  const [, publication] = await timed(() => publish(place, name, storedData));
  return { layer: name, storedData, times: { delivery, integration, publication } };
}

async function deliver({ user, datastore, file }: Workplace, name: string): Promise<string> {
  const created = await ask<Entity>(user, 'POST', `${datastore}/uploads`, {
    name,
    description: name,
    type: 'VECTOR',
    srs: 'EPSG:2154',
  });
  const path = `${datastore}/uploads/${created._id}`;
  await ask(user, 'POST', `${path}/tags`, { station: name });
  await ask(user, 'POST', `${path}/data?path=data/${file.name}`, form(file.name, file.content));
  const digest = createHash('md5').update(file.content).digest('hex');
  await ask(user, 'POST', `${path}/md5`, form('livraison.md5', `${digest}  data/${file.name}\n`));
  await ask(user, 'POST', `${path}/close`);
  await settled(user, path, 'CLOSED', 'UNSTABLE');
  return created._id;
}

async function integrate({ user, datastore, processing }: Workplace, name: string, upload: string): Promise<string> {
  const executions = `${datastore}/processings/executions`;
  const execution = await ask<Entity & { output: { stored_data: Entity } }>(user, 'POST', executions, {
    processing,
    inputs: { upload: [upload] },
    output: { stored_data: { name, storage_tags: ['VECTEUR'] } },
  });
  await ask(user, 'POST', `${executions}/${execution._id}/launch`);
  const id = execution.output.stored_data._id;
  await settled(user, `${datastore}/stored_data/${id}`, 'GENERATED', 'UNSTABLE');
  return id;
}

async function publish(place: Workplace, name: string, storedData: string): Promise<void> {
  const { user, datastore, endpoint, file } = place;
  const configuration = await ask<Entity>(user, 'POST', `${datastore}/configurations`, {
    type: 'WFS',
    name,
    layer_name: name,
    type_infos: {
      used_data: [
        { stored_data: storedData, relations: [{ native_name: file.table, title: name, abstract: `Station ${name}` }] },
      ],
    },
  });
  const offering = await ask<Entity>(user, 'POST', `${datastore}/configurations/${configuration._id}/offerings`, {
    endpoint,
    open: true,
  });
  await settled(user, `${datastore}/offerings/${offering._id}`, 'PUBLISHED', 'UNSTABLE');
}

/** Waits for one of two statuses. @throws Error when it is the bad one */
async function settled(user: ApiUser, path: string, good: string, bad: string): Promise<void> {
  for (;;) {
    const { status } = await ask<Entity>(user, 'GET', path);
    if (status === good) return;
    if (status === bad) throw new Error(`${path} is ${status}`);
    await wait(POLL_MS);
  }
}

async function ask<Body>(user: ApiUser, method: string, path: string, body?: object): Promise<Body> {
  const answer = await user.call<Body>(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

function form(name: string, content: string | Uint8Array<ArrayBuffer>): FormData {
  const made = new FormData();
  made.append('file', new Blob([content]), name);
  return made;
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const result = await work();
  return [result, performance.now() - start];
}
