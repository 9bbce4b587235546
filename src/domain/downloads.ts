import type { Deps } from '../deps.js';
import { notFound } from '../errors.js';
import type { Changes, DownloadFile, DownloadPart, DownloadResource } from '../ogc/download/model.js';
import type { FeedFilters, FeedPage, PartFilters } from '../ogc/download/request.js';
import { isChangeWanted, mayBeWanted } from '../ogc/download/selection.js';
import type { Visit } from './guard/visit.js';
import { type PublishedDownloads, publishedDownloads } from './published-downloads.js';

/** What a download service shows of its resources, parts and files (spec diffusion §8). */

type DownloadDeps = Pick<Deps, 'pool'>;

/** The resources that have a part of the kind wanted, in name order. */
export async function findResources(
  deps: DownloadDeps,
  visit: Visit,
  filters: FeedFilters,
): Promise<{ resources: DownloadResource[]; changes: Changes & { readonly last: Date } }> {
  const published = await publishedDownloads(deps, visit);
  const changes = changesOf(published);
  const candidates = published.resources.filter((resource) => isChangeWanted(changes.resource(resource), filters));
  const wanted = await keepWanted(
    deps,
    candidates.flatMap(({ parts }) => parts),
    filters,
  );
  return {
    resources: candidates.filter(({ parts }) => parts.some((part) => wanted.has(part))),
    changes: { ...changes, last: latest(published.resources.map((resource) => changes.resource(resource))) },
  };
}

/** The parts of a resource that are of the kind wanted. @throws ApiError not_found */
export async function findParts(
  deps: DownloadDeps,
  visit: Visit,
  { name, filters }: { readonly name: string; readonly filters: FeedFilters },
): Promise<{ resource: DownloadResource; parts: DownloadPart[]; changes: Changes }> {
  const published = await publishedDownloads(deps, visit);
  const resource = namedResource(published, name);
  const changes = changesOf(published);
  const candidates = resource.parts.filter((part) => isChangeWanted(changes.part(resource, part), filters));
  const wanted = await keepWanted(deps, candidates, filters);
  return { resource, parts: candidates.filter((part) => wanted.has(part)), changes };
}

/** A page of the files of a part, in the order of their names. @throws ApiError not_found */
export async function findFiles(
  deps: DownloadDeps,
  visit: Visit,
  { name, part: partName, page }: { readonly name: string; readonly part: string; readonly page: FeedPage },
): Promise<{ resource: DownloadResource; part: DownloadPart; items: DownloadFile[]; total: number; changed: Date }> {
  const { published, resource, part } = await findPart(deps, visit, { name, part: partName });
  const { rows } = await deps.pool.query<{ total: number; items: DownloadFile[] }>(
    `SELECT (SELECT count(*)::int FROM geopf.stored_data_file WHERE stored_data_id = $1) AS total,
       (SELECT coalesce(json_agg(page), '[]') FROM (
         SELECT name, size, md5 FROM geopf.stored_data_file
         WHERE stored_data_id = $1 ORDER BY name COLLATE "C" LIMIT $2 OFFSET $3) AS page) AS items`,
    [part.storedData, page.limit, (page.page - 1) * page.limit],
  );
  const { total = 0, items = [] } = rows[0] ?? {};
  return { resource, part, items, total, changed: changesOf(published).part(resource, part) };
}

/** A resource and one of its parts. @throws ApiError not_found */
export async function findPart(
  deps: DownloadDeps,
  visit: Visit,
  { name, part }: { readonly name: string; readonly part: string },
): Promise<{ published: PublishedDownloads; resource: DownloadResource; part: DownloadPart }> {
  const published = await publishedDownloads(deps, visit);
  const resource = namedResource(published, name);
  return { published, resource, part: namedPart(resource, part) };
}

function namedResource({ byName }: PublishedDownloads, name: string): DownloadResource {
  const resource = byName.get(name);
  if (resource === undefined) throw notFound(`La ressource "${name}" n'existe pas.`);
  return resource;
}

function namedPart({ name: resource, parts }: DownloadResource, name: string): DownloadPart {
  const part = parts.find((candidate) => candidate.name === name);
  if (part === undefined) throw notFound(`La ressource "${resource}" n'a pas de sous-ressource "${name}".`);
  return part;
}

function changesOf({ archives }: PublishedDownloads): Changes {
  const partChange = ({ published }: DownloadResource, { storedData }: DownloadPart): Date =>
    latest([new Date(published), archives.get(storedData)?.changed ?? new Date(0)]);
  return {
    part: partChange,
    resource: (resource) => latest(resource.parts.map((part) => partChange(resource, part))),
  };
}

function latest(dates: readonly Date[]): Date {
  return new Date(Math.max(0, ...dates.map((date) => date.getTime())));
}

/** The parts that the filters want; extents are compared exactly, by PostGIS, once their boxes meet. */
async function keepWanted(
  { pool }: DownloadDeps,
  parts: readonly DownloadPart[],
  filters: PartFilters,
): Promise<ReadonlySet<DownloadPart>> {
  const candidates = parts.filter((part) => mayBeWanted(part, filters));
  if (filters.polygon === null || candidates.length === 0) return new Set(candidates);
  const ring = filters.polygon.map(([x, y]) => `${x} ${y}`).join(',');
  const { rows } = await pool.query<{ at: number }>(
    `SELECT (number - 1)::int AS at
     FROM unnest($1::text[]) WITH ORDINALITY AS extent (geojson, number),
       (SELECT public.ST_MakeValid(public.ST_GeomFromText($2, 4326)) AS polygon) AS wanted
     WHERE public.ST_Intersects(
       public.ST_MakeValid(public.ST_SetSRID(public.ST_GeomFromGeoJSON(geojson), 4326)), polygon)`,
    [candidates.map(({ extent }) => JSON.stringify(extent)), `POLYGON((${ring}))`],
  );
  return new Set(rows.flatMap(({ at }) => candidates[at] ?? []));
}
