import type { Deps } from '../deps.js';
import type { DownloadResource } from '../ogc/download/model.js';
import { LruMap } from '../render/lru-map.js';
import { allowedOf, GuardedMap } from './guard/guarded-map.js';
import { seenBy, type Visit } from './guard/visit.js';
import { cached, lastCached, readPublications } from './published.js';

/** An archive as it is now: no part of a snapshot. */
export interface PresentArchive {
  /** Storage prefix of its files. */
  readonly filesKey: string;
  /** When its files changed last. */
  readonly changed: Date;
}

/** The resources of a download service, in name order. */
export interface PublishedDownloads {
  readonly resources: readonly DownloadResource[];
  readonly byName: ReadonlyMap<string, DownloadResource>;
  /** By id of stored data. */
  readonly archives: ReadonlyMap<string, PresentArchive>;
}

/** The resources served at an endpoint (`/telechargement/`). */
export async function publishedDownloads(deps: Pick<Deps, 'pool'>, visit: Visit): Promise<PublishedDownloads> {
  const published = await cached<PublishedDownloads>(deps.pool, cacheKey(visit), visit, async () => {
    const publications = await readPublications<DownloadResource>(deps.pool, 'DOWNLOAD', visit.endpointPath);
    const resources = publications.map(({ publication }) => publication);
    const used = new Set(resources.flatMap(({ parts }) => parts.map(({ storedData }) => storedData)));
    return {
      resources,
      byName: new Map(resources.map((resource) => [resource.name, resource])),
      archives: await readArchives(deps.pool, [...used]),
    };
  });
  return seenBy(visit, published, (rights) => {
    const resources = allowedOf(published.resources, rights);
    return {
      get resources() {
        return resources();
      },
      byName: new GuardedMap(published.byName, rights),
      archives: published.archives,
    };
  });
}

/** The resources as they were when last looked at, `null` when they never were. */
export function lastPublishedDownloads(deps: Pick<Deps, 'pool'>, visit: Visit): Promise<PublishedDownloads | null> {
  return lastCached(deps.pool, cacheKey(visit), visit);
}

const cacheKey = ({ endpointPath }: Visit) => `DOWNLOAD ${endpointPath}`;

type Pool = Deps['pool'];

/** When the files under a storage prefix changed: they never do again. */
const changes = new WeakMap<Pool, LruMap<string, Date>>();
const MAX_CHANGES = 100_000;

async function readArchives(pool: Pool, ids: readonly string[]): Promise<Map<string, PresentArchive>> {
  const known = changes.get(pool) ?? new LruMap<string, Date>(MAX_CHANGES);
  changes.set(pool, known);
  const { rows } = await pool.query<{ id: string; key: string }>(
    'SELECT id, files_key AS key FROM geopf.stored_data WHERE id = ANY ($1::uuid[]) AND files_key IS NOT NULL',
    [ids],
  );
  const unknown = rows.filter(({ key }) => known.get(key) === undefined).map(({ id }) => id);
  const dated = await pool.query<{ id: string; changed: Date }>(
    `SELECT stored_data_id AS id, max(creation) AS changed FROM geopf.stored_data_file
     WHERE stored_data_id = ANY ($1::uuid[]) GROUP BY stored_data_id`,
    [unknown],
  );
  const changedOf = new Map(dated.rows.map(({ id, changed }) => [id, changed]));
  return new Map(
    rows.map(({ id, key }) => {
      const changed = known.get(key) ?? changedOf.get(id) ?? new Date(0);
      known.set(key, changed);
      return [id, { filesKey: key, changed }];
    }),
  );
}
