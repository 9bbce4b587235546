import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { STATE_TABLES } from '../../src/domain/transitions.js';
import type { EntityName } from '../../src/domain/states/table.js';
import { logIn, until } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { sendFile } from '../helpers/deposit.js';
import { OPEN_WFS, wfsConfiguration } from '../helpers/diffusion.js';
import { integration } from '../helpers/executions.js';
import { DATASTORE } from '../helpers/seed.js';

/**
 * Random sequences of what a producer may do, in whatever order: statuses only move along the tables of
 * src/domain/states, use figures stay what is really there, and nothing answers 5xx.
 */

const RUNS = 12;
const ROOT = `/datastores/${DATASTORE}`;

const emulator = await startTestEmulator(t);
const { deps } = emulator;
const producer = await logIn(emulator);

/** What a run made, by family; an action picks one of them by rank. */
interface Made {
  readonly upload: string[];
  readonly execution: string[];
  readonly storedData: string[];
  readonly configuration: string[];
  readonly offering: string[];
}

type Family = keyof Made;

interface Act {
  readonly name: string;
  /** Family that the action picks from; without one it needs nothing. */
  readonly family?: Family;
  readonly run: (id: string, made: Made) => Promise<{ status: number; body: unknown }>;
}

let layers = 0;

const places = (count: number) =>
  JSON.stringify({
    type: 'FeatureCollection',
    features: Array.from({ length: count }, (_, index) => ({
      type: 'Feature',
      properties: { name: `town ${index}` },
      geometry: { type: 'Point', coordinates: [2 + index / 10, 48] },
    })),
  });

/** Posts, and remembers the id of what was made. */
async function make(list: string[], path: string, body: object) {
  const answer = await producer.call<{ _id?: string }>('POST', path, body);
  if (answer.status === 201 && answer.body._id !== undefined) list.push(answer.body._id);
  return answer;
}

const ACTS: readonly Act[] = [
  {
    name: 'create upload',
    run: (_id, made) =>
      make(made.upload, `${ROOT}/uploads`, { name: 'L', description: 'd', type: 'VECTOR', srs: 'EPSG:4326' }),
  },
  {
    name: 'send a file',
    family: 'upload',
    run: (id) => sendFile(producer, id, { path: 'data/towns.geojson', content: places(3) }),
  },
  {
    name: 'send a broken file',
    family: 'upload',
    run: (id) => sendFile(producer, id, { path: 'data/broken.geojson', content: '{' }),
  },
  {
    name: 'delete the broken file',
    family: 'upload',
    run: (id) => producer.call('DELETE', `${ROOT}/uploads/${id}/data?path=data/broken.geojson`),
  },
  { name: 'close', family: 'upload', run: (id) => producer.call('POST', `${ROOT}/uploads/${id}/close`) },
  { name: 'open', family: 'upload', run: (id) => producer.call('POST', `${ROOT}/uploads/${id}/open`) },
  { name: 'delete upload', family: 'upload', run: (id) => producer.call('DELETE', `${ROOT}/uploads/${id}`) },
  {
    name: 'create execution',
    family: 'upload',
    run: async (id, made) => {
      const answer = await make(made.execution, `${ROOT}/processings/executions`, integration(id));
      const { output } = answer.body as { output?: { stored_data?: { _id: string } } };
      if (output?.stored_data !== undefined) made.storedData.push(output.stored_data._id);
      return answer;
    },
  },
  ...(['launch', 'abort'] as const).map((action): Act => ({
    name: action,
    family: 'execution',
    run: (id) => producer.call('POST', `${ROOT}/processings/executions/${id}/${action}`),
  })),
  {
    name: 'delete execution',
    family: 'execution',
    run: (id) => producer.call('DELETE', `${ROOT}/processings/executions/${id}`),
  },
  {
    name: 'delete stored data',
    family: 'storedData',
    run: (id) => producer.call('DELETE', `${ROOT}/stored_data/${id}`),
  },
  {
    name: 'create configuration',
    family: 'storedData',
    run: (id, made) => {
      layers += 1;
      const { type_infos, ...body } = wfsConfiguration(id, `properties_${layers}`);
      return make(made.configuration, `${ROOT}/configurations`, {
        ...body,
        type_infos: { ...type_infos, bbox: { west: 0, south: 40, east: 10, north: 50 } },
      });
    },
  },
  {
    name: 'delete configuration',
    family: 'configuration',
    run: (id) => producer.call('DELETE', `${ROOT}/configurations/${id}`),
  },
  {
    name: 'publish',
    family: 'configuration',
    run: (id, made) =>
      make(made.offering, `${ROOT}/configurations/${id}/offerings`, { endpoint: OPEN_WFS, open: true }),
  },
  { name: 'synchronise', family: 'offering', run: (id) => producer.call('PUT', `${ROOT}/offerings/${id}`) },
  { name: 'unpublish', family: 'offering', run: (id) => producer.call('DELETE', `${ROOT}/offerings/${id}`) },
  {
    name: 'wait for jobs',
    run: async () => {
      await settle();
      return { status: 200, body: '' };
    },
  },
];

/** The usual way: makes it likely that the later actions have something to act on. */
const JOURNEY = [
  'create upload',
  'send a file',
  'close',
  'wait for jobs',
  'create execution',
  'launch',
  'wait for jobs',
  'create configuration',
  'publish',
  'wait for jobs',
];

const arbitrary = fc.record({
  /** How much of the usual way comes before the random actions. */
  prefix: fc.integer({ min: 0, max: JOURNEY.length }),
  steps: fc.array(fc.tuple(fc.nat({ max: ACTS.length - 1 }), fc.nat({ max: 20 })), { minLength: 5, maxLength: 25 }),
});

/** Waits until no job moves anything any more. */
async function settle(): Promise<void> {
  const moving = async () => {
    const [uploads, executions, offerings, checks] = await Promise.all([
      deps.prisma.upload.count({ where: { status: { in: ['CHECKING', 'GENERATING', 'MODIFYING'] } } }),
      deps.prisma.processingExecution.count({ where: { status: { in: ['WAITING', 'PROGRESS'] } } }),
      deps.prisma.offering.count({ where: { status: { in: ['PUBLISHING', 'UNPUBLISHING', 'MODIFYING'] } } }),
      deps.prisma.checkExecution.count({ where: { status: { in: ['WAITING', 'PROGRESS'] } } }),
    ]);
    return uploads + executions + offerings + checks;
  };
  await until(moving, (count) => count === 0);
}

/** Every recorded transition is one of the table, and starts where the one before ended. */
async function illegalTransitions(): Promise<string[]> {
  const events = await deps.prisma.event.findMany({ where: { toStatus: { not: null } }, orderBy: { id: 'asc' } });
  const last = new Map<string, string>();
  return events.flatMap(({ entityType, entityId, fromStatus, toStatus }) => {
    const table = STATE_TABLES[entityType as EntityName];
    const isLegal = Object.values(table.actions).some(
      (action) =>
        (action.from as readonly string[]).includes(fromStatus ?? '') && (action.to ?? fromStatus) === toStatus,
    );
    const before = last.get(entityId);
    last.set(entityId, toStatus ?? '');
    const name = `${entityType} ${fromStatus} → ${toStatus}`;
    if (!isLegal) return [`${name} is not in the table`];
    return before !== undefined && before !== fromStatus ? [`${name} after ${before}`] : [];
  });
}

/** Bytes of all the files of a folder; none when there is no folder. */
async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

interface DatastoreAnswer {
  storages: { uploads: { use: number }; data: { use: number; storage: { _id: string } }[] };
  endpoints: { use: number; endpoint: { _id: string } }[];
}

/** The API's figures next to what is there: bytes on the disk, offerings, sizes of the tables. */
async function wrongFigures(): Promise<string[]> {
  const { body } = await producer.call<DatastoreAnswer>('GET', ROOT);
  const onDisk = await bytesBelow(deps.storage.localPath('uploads'));
  const offerings = await deps.prisma.offering.count({
    where: { endpointId: OPEN_WFS, configuration: { datastoreId: DATASTORE } },
  });
  const stored = await deps.prisma.storedData.aggregate({
    _sum: { size: true },
    where: { datastoreId: DATASTORE, status: { not: 'DELETED' } },
  });
  const endpoint = body.endpoints.find((one) => one.endpoint._id === OPEN_WFS);
  const data = body.storages.data.reduce((sum, { use }) => sum + use, 0);
  const compare = (name: string, told: number | undefined, real: number) =>
    told === real ? [] : [`${name}: ${told} told, ${real} real`];
  return [
    ...compare('uploads', body.storages.uploads.use, onDisk),
    ...compare('offerings', endpoint?.use, offerings),
    ...compare('stored data', data, Number(stored._sum.size ?? 0)),
  ];
}

void t.test('whatever a producer does, in whatever order', async (t) => {
  let acted = 0;
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ prefix, steps }) => {
      const made: Made = { upload: [], execution: [], storedData: [], configuration: [], offering: [] };
      const usual = JOURNEY.slice(0, prefix).map((name) => [ACTS.findIndex((act) => act.name === name), 0] as const);
      for (const [index, rank] of [...usual, ...steps]) {
        const act = ACTS[index];
        if (act === undefined) throw new Error(`no action ${index}`);
        const pool = act.family === undefined ? [''] : made[act.family];
        const id = pool[rank % Math.max(1, pool.length)];
        if (id === undefined) continue;
        const { status, body } = await act.run(id, made);
        acted += 1;
        if (status < 300) accepted += 1;
        if (status >= 500 && status !== 501) throw new Error(`${act.name}: ${status} ${JSON.stringify(body)}`);
      }
      await settle();
      const faults = [...(await illegalTransitions()), ...(await wrongFigures())];
      if (faults.length > 0) throw new Error(faults.join('\n'));
    }),
    { numRuns: RUNS },
  );
  t.ok(accepted > acted / 4, `${accepted} of ${acted} actions were accepted`);
});
