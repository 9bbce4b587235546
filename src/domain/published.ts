import type { Deps } from '../deps.js';
import type { PyramidLayer } from '../ogc/rok4/layer.js';
import { tableId, type TiledTable } from '../ogc/vector-tms/model.js';
import type { WmsLayer } from '../ogc/wms/model.js';
import type { Db } from './database.js';
import { readEpochs } from './epochs.js';
import { allowedOf, GuardedMap } from './guard/guarded-map.js';
import { seenBy, type Visit } from './guard/visit.js';

/**
 * What the services show: the publications of an endpoint, kept in memory and validated at every request against the
 * epoch "publication", a counter in PostgreSQL raised by the very transaction that publishes, synchronises or
 * unpublishes. A replica therefore never shows a layer that is gone, nor misses one that is there.
 *
 * Services get at them by a {@link Visit}. On private endpoints lists then hold what the key may use; asking for the
 * rest by its name throws AccessRefusal.
 */

/** The layers of a WMS, in name order. */
export interface PublishedWmsLayers {
  readonly layers: readonly WmsLayer[];
  readonly byName: ReadonlyMap<string, WmsLayer>;
}

/** The layers of a service of pyramids, in name order. */
export interface PublishedPyramidLayers<Layer extends PyramidLayer = PyramidLayer> {
  readonly layers: readonly Layer[];
  readonly byName: ReadonlyMap<string, Layer>;
  /** Storage prefix of the present files of their pyramids, by id of stored data: no part of a snapshot. */
  readonly filesOf: ReadonlyMap<string, string>;
}

/** The tables of a VECTOR-TMS by their id, in the order of ids. */
export type PublishedTables = ReadonlyMap<string, TiledTable>;

type Pool = Deps['pool'];

/** Something read from the registry, and the epoch it is of. */
export interface Dated<T> {
  readonly epoch: string;
  readonly value: T;
}

type CacheEntry<T> = Dated<Promise<T>>;

/** By pool, since each application of a test process has its own registry; then by service and endpoint path. */
const caches = new WeakMap<Pool, Map<string, CacheEntry<unknown>>>();

/** What an offering shows, as it was read last. */
interface Snapshot<T> {
  readonly offering: string;
  /** Of its row: another one after every change. */
  readonly version: string;
  readonly publication: T;
}

/** As {@link caches}; then by offering. */
const snapshots = new WeakMap<Pool, Map<string, ReadonlyMap<string, Snapshot<unknown>>>>();

/** The layers served at an endpoint (`/wms-v`). */
export async function publishedWmsLayers(deps: Pick<Deps, 'pool'>, visit: Visit): Promise<PublishedWmsLayers> {
  const published = await cached<PublishedWmsLayers>(deps.pool, `WMS-VECTOR ${visit.endpointPath}`, visit, async () => {
    const publications = await readPublications<WmsLayer>(deps.pool, 'WMS-VECTOR', visit.endpointPath);
    const layers = publications.map(({ publication }) => publication);
    return { layers, byName: new Map(layers.map((layer) => [layer.name, layer])) };
  });
  return seenBy(visit, published, (rights) => {
    const layers = allowedOf(published.layers, rights);
    return {
      get layers() {
        return layers();
      },
      byName: new GuardedMap(published.byName, rights),
    };
  });
}

/**
 * The layers of pyramids served at an endpoint (`/tms/`).
 * @param type of their configurations
 */
export async function publishedPyramidLayers<Layer extends PyramidLayer = PyramidLayer>(
  deps: Pick<Deps, 'pool'>,
  type: PyramidService,
  visit: Visit,
): Promise<PublishedPyramidLayers<Layer>> {
  const published = await cached<PublishedPyramidLayers<Layer>>(
    deps.pool,
    pyramidsKey(type, visit),
    visit,
    async () => {
      const publications = await readPublications<Layer>(deps.pool, type, visit.endpointPath);
      const layers = publications.map(({ publication }) => publication);
      const pyramids = new Set(layers.flatMap(({ levels }) => levels.map(({ source }) => source.storedData)));
      const { rows } = await deps.pool.query<{ id: string; key: string }>(
        'SELECT id, files_key AS key FROM geopf.stored_data WHERE id = ANY ($1::uuid[]) AND files_key IS NOT NULL',
        [[...pyramids]],
      );
      return {
        layers,
        byName: new Map(layers.map((layer) => [layer.name, layer])),
        filesOf: new Map(rows.map(({ id, key }) => [id, key])),
      };
    },
  );
  return seenBy(visit, published, (rights) => {
    const layers = allowedOf(published.layers, rights);
    return {
      get layers() {
        return layers();
      },
      byName: new GuardedMap(published.byName, rights),
      filesOf: published.filesOf,
    };
  });
}

/**
 * The layers as they were when last looked at, `null` when they never were: something to start with while
 * {@link publishedPyramidLayers} finds out whether they still are, the same object then.
 */
export async function lastPublishedPyramidLayers(
  deps: Pick<Deps, 'pool'>,
  type: PyramidService,
  visit: Visit,
): Promise<PublishedPyramidLayers | null> {
  return lastCached(deps.pool, pyramidsKey(type, visit), visit);
}

/** Types of the configurations that show pyramids. */
type PyramidService = 'WMTS-TMS' | 'WMS-RASTER';

const pyramidsKey = (type: PyramidService, { endpointPath }: Visit) => `${type} ${endpointPath}`;

/** The tables served under an endpoint's path (`/vector-tms`). */
export async function publishedTables(deps: Pick<Deps, 'pool'>, endpointPath: string): Promise<Dated<PublishedTables>> {
  return current(deps.pool, tablesKey(endpointPath), async () => {
    const publications = await readPublications<TiledTable[]>(deps.pool, 'VECTOR-TMS', endpointPath);
    const tables = publications.flatMap(({ publication }) => publication);
    // Dots in names let two layers come to one id: the first keeps it.
    return new Map(tables.reverse().map((table) => [tableId(table), table]));
  });
}

/**
 * The tables as they were when last looked at, without asking the database: whoever uses them compares their epoch with
 * the one that its own query brings along (domain/epochs.ts), and starts again when they differ.
 */
export async function lastPublishedTables(
  deps: Pick<Deps, 'pool'>,
  endpointPath: string,
): Promise<Dated<PublishedTables>> {
  const known = caches.get(deps.pool)?.get(tablesKey(endpointPath)) as CacheEntry<PublishedTables> | undefined;
  return known === undefined ? publishedTables(deps, endpointPath) : { epoch: known.epoch, value: await known.value };
}

function tablesKey(endpointPath: string): string {
  return `VECTOR-TMS ${endpointPath}`;
}

/** Makes every replica read the publications again; call it in the transaction that changes one. */
export async function touchPublications(db: Db): Promise<void> {
  await db.$executeRaw`
    INSERT INTO geopf.epoch (name, value) VALUES ('publication', 1)
    ON CONFLICT (name) DO UPDATE SET value = epoch.value + 1`;
}

/** What is loaded of the publications, at most once an epoch. @param key service and endpoint path */
export async function cached<T>(pool: Pool, key: string, visit: Visit, load: () => Promise<T>): Promise<T> {
  return (await current(pool, key, load, visit.takeEpoch())).value;
}

/**
 * What was loaded last, `null` when nothing was: to start with while {@link cached} finds out whether it still holds.
 * Nothing for keys: the guard has found out before.
 */
export async function lastCached<T>(pool: Pool, key: string, visit: Visit): Promise<T | null> {
  if (visit.rights !== null) return null;
  const known = caches.get(pool)?.get(key) as CacheEntry<T> | undefined;
  return known === undefined ? null : known.value;
}

/**
 * The epoch is read before the rows: rows newer than their epoch are only read once more, never kept too long.
 * Requests that arrive during a load share it.
 */
async function current<T>(
  pool: Pool,
  key: string,
  load: () => Promise<T>,
  told: string | null = null,
): Promise<Dated<T>> {
  const epoch = told ?? (await readEpochs(pool)).publication;
  const entries = caches.get(pool) ?? new Map<string, CacheEntry<unknown>>();
  caches.set(pool, entries);
  const known = entries.get(key) as CacheEntry<T> | undefined;
  if (known?.epoch === epoch) return { epoch, value: await known.value };
  const entry: CacheEntry<T> = { epoch, value: load() };
  entries.set(key, entry);
  try {
    return { epoch, value: await entry.value };
  } catch (error) {
    if (entries.get(key) === entry) entries.delete(key);
    throw error;
  }
}

/**
 * The publications of a service, in layer order. Only those that changed since they were last read are read: with
 * thousands of layers the others are megabytes.
 */
export async function readPublications<T>(pool: Pool, type: string, endpointPath: string): Promise<Snapshot<T>[]> {
  const { rows } = await pool.query<{ offering: string; version: string }>(
    `SELECT offering.id AS offering, offering.xmin::text AS version
     FROM geopf.offering AS offering
     JOIN geopf.configuration AS configuration ON configuration.id = offering.configuration_id
     JOIN geopf.endpoint AS endpoint ON endpoint.id = offering.endpoint_id
     WHERE offering.publication IS NOT NULL AND offering.available AND configuration.type = $1
       AND endpoint.urls @> jsonb_build_array(jsonb_build_object('path', $2::text))
     ORDER BY configuration.layer_name, offering.id`,
    [type, endpointPath],
  );
  const known = snapshots.get(pool) ?? new Map<string, ReadonlyMap<string, Snapshot<unknown>>>();
  snapshots.set(pool, known);
  const key = `${type} ${endpointPath}`;
  const former = (known.get(key) ?? new Map()) as ReadonlyMap<string, Snapshot<T>>;
  const changed = rows.filter(({ offering, version }) => former.get(offering)?.version !== version);
  const read = await readSnapshots<T>(pool, changed);
  // One that is gone since raised the epoch, and is left out at the next request too.
  const present = rows.flatMap(({ offering }) => read.get(offering) ?? former.get(offering) ?? []);
  known.set(key, new Map(present.map((snapshot) => [snapshot.offering, snapshot])));
  return present;
}

/** Reads what is newer than its version at worst: it is then read once more, never kept too long. */
async function readSnapshots<T>(
  pool: Pool,
  wanted: readonly { offering: string; version: string }[],
): Promise<Map<string, Snapshot<T>>> {
  if (wanted.length === 0) return new Map();
  const versions = new Map(wanted.map(({ offering, version }) => [offering, version]));
  const { rows } = await pool.query<{ offering: string; publication: T }>(
    `SELECT id AS offering, publication FROM geopf.offering WHERE id = ANY ($1::uuid[]) AND publication IS NOT NULL`,
    [[...versions.keys()]],
  );
  return new Map(rows.map((row) => [row.offering, { ...row, version: versions.get(row.offering) ?? '' }]));
}
