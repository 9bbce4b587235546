import type { GeographicBox } from '../../geo/bbox.js';
import { crsUrl } from './crs-terms.js';
import { ATOM, type Feed, type FeedEntry, type FeedLink } from './feed-model.js';
import { isVolume, mediaTypeOf } from './media-types.js';
import type { Changes, DownloadFile, DownloadPart, DownloadResource, Extent, Term, Texts } from './model.js';
import type { FeedRequest } from './request.js';
import { languagesOf, textIn } from './texts.js';

/** What the feeds of the download service say of what is published (spec diffusion §8). */

/** Where a service is, and what it calls itself. */
export interface FeedService {
  /** Its public address, without slash at the end. */
  readonly base: string;
  readonly titles: Texts;
  readonly subtitles: Texts;
}

/** A page of what a feed lists. */
export interface FeedItems<T> {
  readonly items: readonly T[];
  readonly total: number;
}

const AUTHOR = { name: 'geopf-local', email: 'geopf-local@localhost' };
const RIGHTS = 'Conditions générales d’utilisation : https://cartes.gouv.fr/cgu';

/** The feed of the resources of a service. @param updated when one of them changed last */
export function resourcesFeed(
  service: FeedService,
  request: FeedRequest,
  resources: FeedItems<DownloadResource>,
  changes: Changes & { readonly last: Date },
): Feed {
  const { language } = request;
  const id = `${service.base}/capabilities`;
  return {
    ...pageMembers(request, resources),
    title: textIn(service.titles, language) ?? '',
    subtitle: textIn(service.subtitles, language) ?? '',
    id,
    rights: RIGHTS,
    updated: changes.last,
    author: AUTHOR,
    link: [selfLink(id), ...alternateLinks(id, service.titles), upLink(id)],
    entry: resources.items.map((resource) => resourceEntry(service, language, resource, changes)),
  };
}

function resourceEntry(
  service: FeedService,
  language: string,
  resource: DownloadResource,
  changes: Changes,
): FeedEntry {
  const id = resourceUrl(service, resource);
  return {
    title: textIn(resource.titles, language) ?? resource.name,
    ...identifierMembers(resource),
    link: [{ href: id, rel: 'alternate', type: ATOM, bbox: null }],
    id,
    rights: resource.rights ?? undefined,
    updated: changes.resource(resource),
    content: textIn(resource.abstracts, language) ?? '',
    polygon: polygonOfBoxes(resource.parts.flatMap(({ box }) => box ?? [])),
    ...editionMembers(resource),
    ...termMembers(resource.parts),
  };
}

/** The feed of the parts of a resource. */
export function partsFeed(
  service: FeedService,
  request: FeedRequest,
  resource: DownloadResource,
  parts: FeedItems<DownloadPart>,
  changes: Changes,
): Feed {
  const { language } = request;
  const id = resourceUrl(service, resource);
  const { category, zone, format } = termMembers(resource.parts);
  return {
    ...pageMembers(request, parts),
    title: textIn(resource.titles, language) ?? resource.name,
    subtitle: textIn(resource.abstracts, language) ?? '',
    id,
    rights: resource.rights ?? undefined,
    updated: changes.resource(resource),
    author: AUTHOR,
    ...identifierMembers(resource),
    ...editionMembers(resource),
    category,
    zone,
    format,
    link: [...alternateLinks(id, resource.titles), selfLink(id), upLink(`${service.base}/capabilities`)],
    entry: parts.items.map((part) => partEntry(id, language, part, changes.part(resource, part))),
  };
}

function partEntry(resourceId: string, language: string, part: DownloadPart, updated: Date): FeedEntry {
  const id = `${resourceId}/${encodeURIComponent(part.name)}`;
  const title = textIn(part.titles, language) ?? part.name;
  const { box } = part;
  const bbox = box === null ? null : [box.west, box.south, box.east, box.north].map(degrees).join(' ');
  return {
    title,
    link: [{ href: id, rel: 'alternate', type: ATOM, title, bbox }],
    id,
    rights: part.rights ?? undefined,
    updated,
    content: textIn(part.abstracts, language) ?? '',
    polygon: part.extent === null ? undefined : polygonOfExtent(part.extent),
    editionDate: part.editionDate ?? undefined,
    ...termMembers([part]),
  };
}

/** The feed of the files of a part. */
export function filesFeed(
  service: FeedService,
  request: FeedRequest,
  { resource, part }: { readonly resource: DownloadResource; readonly part: DownloadPart },
  files: FeedItems<DownloadFile>,
  updated: Date,
): Feed {
  const { language } = request;
  const above = resourceUrl(service, resource);
  const id = `${above}/${encodeURIComponent(part.name)}`;
  const folder = `${service.base}/download/${encodeURIComponent(resource.name)}/${encodeURIComponent(part.name)}`;
  return {
    ...pageMembers(request, files),
    title: textIn(part.titles, language) ?? part.name,
    subtitle: textIn(part.abstracts, language) ?? '',
    id,
    rights: part.rights ?? resource.rights ?? undefined,
    updated,
    author: AUTHOR,
    zone: part.zone ?? undefined,
    format: part.format ?? undefined,
    resolution: part.resolution ?? undefined,
    editionDate: part.editionDate ?? undefined,
    link: [...alternateLinks(id, part.titles), selfLink(id), upLink(above)],
    entry: files.items.map((file) => fileEntry(folder, part, file)),
  };
}

function fileEntry(folder: string, part: DownloadPart, { name, size, md5 }: DownloadFile): FeedEntry {
  const href = `${folder}/${encodeURIComponent(name)}`;
  const type = mediaTypeOf(name);
  return {
    link: [{ href, rel: isVolume(name) ? 'section' : 'alternate', type, length: size, bbox: null }],
    id: href,
    content: md5,
    category: termMembers([part]).category,
    mime_type: [type],
  };
}

function pageMembers({ page, limit, language }: FeedRequest, { total }: FeedItems<unknown>) {
  return {
    lang: language,
    page,
    pagesize: limit,
    pagecount: Math.max(1, Math.ceil(total / limit)),
    totalentries: total,
  };
}

function identifierMembers({ productIdentifier, namespace }: DownloadResource) {
  return {
    spatialDatasetIdentifierCode: productIdentifier ?? undefined,
    spatialDatasetIdentifierNamespace: namespace ?? undefined,
  };
}

/** The first and the last edition of the parts. */
function editionMembers({ parts }: DownloadResource) {
  const dates = parts.flatMap(({ editionDate }) => editionDate ?? []).sort();
  return { editionDateStart: dates[0], editionDateEnd: dates.at(-1) };
}

/** What the parts are, each term once, in the order of the terms. */
function termMembers(parts: readonly DownloadPart[]) {
  const distinct = (terms: readonly (Term | null)[]): Term[] =>
    [...new Map(terms.flatMap((term) => (term === null ? [] : [[term.term, term] as const]))).values()].sort(
      (one, other) => (one.term < other.term ? -1 : 1),
    );
  return {
    category: distinct(parts.map(({ crs }) => crs)).map(({ term, label }) => ({ term: crsUrl(term), label })),
    zone: distinct(parts.map(({ zone }) => zone)),
    format: distinct(parts.map(({ format }) => format)),
    resolution: distinct(parts.map(({ resolution }) => resolution)),
  };
}

function resourceUrl({ base }: FeedService, { name }: DownloadResource): string {
  return `${base}/resource/${encodeURIComponent(name)}`;
}

function selfLink(href: string): FeedLink {
  return { href, rel: 'self', type: ATOM, title: 'This document', bbox: null };
}

function upLink(href: string): FeedLink {
  return { href, rel: 'up', type: ATOM, bbox: null };
}

/** The same feed in each language that its title is in. */
function alternateLinks(id: string, titles: Texts): FeedLink[] {
  return languagesOf(titles).map((hreflang) => ({
    href: `${id}?lang=${hreflang}`,
    hreflang,
    rel: 'alternate',
    type: ATOM,
    title: titles[hreflang],
    bbox: null,
  }));
}

/** The ring of the box around boxes. */
function polygonOfBoxes(boxes: readonly GeographicBox[]): string | undefined {
  if (boxes.length === 0) return undefined;
  const west = Math.min(...boxes.map((box) => box.west));
  const south = Math.min(...boxes.map((box) => box.south));
  const east = Math.max(...boxes.map((box) => box.east));
  const north = Math.max(...boxes.map((box) => box.north));
  return [west, south, east, south, east, north, west, north, west, south].map(degrees).join(' ');
}

/** The outer rings, one after the other, as the platform writes them. */
function polygonOfExtent({ type, coordinates }: Extent): string {
  const polygons = type === 'Polygon' ? [coordinates] : coordinates;
  const positions = polygons.flatMap(([outer = []]) => outer);
  return positions.map(([x, y]) => `${degrees(x)} ${degrees(y)}`).join(' ');
}

/** Eight decimals: a millimetre. */
function degrees(value: number): string {
  return String(Math.round(value * 1e8) / 1e8);
}
