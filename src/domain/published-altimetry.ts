import type { Deps } from '../deps.js';
import type { GeographicBox } from '../geo/bbox.js';
import { type AltimetryResource, gridsOf } from '../ogc/alti/model.js';
import { extentBox } from './extent.js';
import { allowedOf, GuardedMap } from './guard/guarded-map.js';
import { seenBy, type Visit } from './guard/visit.js';
import { cached, readPublications } from './published.js';

/** A pyramid as it is now: no part of a snapshot. */
export interface PresentPyramid {
  /** Storage prefix of its files. */
  readonly filesKey: string;
  /** Around its data, in degrees. */
  readonly box: GeographicBox | null;
}

/** The resources of an altimetry service, in name order. */
export interface PublishedAltimetry {
  readonly resources: readonly AltimetryResource[];
  readonly byName: ReadonlyMap<string, AltimetryResource>;
  /** By id of stored data. */
  readonly pyramids: ReadonlyMap<string, PresentPyramid>;
}

/** The resources served at an endpoint (`/altimetrie`). */
export async function publishedAltimetry(deps: Pick<Deps, 'pool'>, visit: Visit): Promise<PublishedAltimetry> {
  const published = await cached<PublishedAltimetry>(deps.pool, `ALTIMETRY ${visit.endpointPath}`, visit, async () => {
    const publications = await readPublications<AltimetryResource>(deps.pool, 'ALTIMETRY', visit.endpointPath);
    const resources = publications.map(({ publication }) => publication);
    const used = new Set(resources.flatMap((resource) => gridsOf(resource).map(({ storedData }) => storedData)));
    const { rows } = await deps.pool.query<{ id: string; key: string; extent: unknown }>(
      'SELECT id, files_key AS key, extent FROM geopf.stored_data WHERE id = ANY ($1::uuid[]) AND files_key IS NOT NULL',
      [[...used]],
    );
    return {
      resources,
      byName: new Map(resources.map((resource) => [resource.name, resource])),
      pyramids: new Map(rows.map(({ id, key, extent }) => [id, { filesKey: key, box: extentBox(extent) }])),
    };
  });
  return seenBy(visit, published, (rights) => {
    const resources = allowedOf(published.resources, rights);
    return {
      get resources() {
        return resources();
      },
      byName: new GuardedMap(published.byName, rights),
      pyramids: published.pyramids,
    };
  });
}
