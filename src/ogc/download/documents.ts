import { el, renderXml, type XmlElement } from '../xml.js';
import type { Feed, FeedEntry, FeedLink } from './feed-model.js';
import type { Term } from './model.js';

/** Feeds as clients read them (spec diffusion §8): Atom, or JSON that mirrors it. */

const NAMESPACES = {
  georss: 'http://www.georss.org/georss',
  gpfDl: 'https://data.geopf.fr/annexes/ressources/xsd/gpf_dl.xsd',
  atom: 'http://www.w3.org/2005/Atom',
  inspireDls: 'http://inspire.ec.europa.eu/schemas/inspire_dls/1.0',
} as const;

/** A feed in JSON: days where Atom has instants. */
export function jsonFeed(feed: Feed): string {
  return JSON.stringify({
    georssNs: NAMESPACES.georss,
    gpfDlNs: NAMESPACES.gpfDl,
    xmlns: NAMESPACES.atom,
    inspireDlsNs: NAMESPACES.inspireDls,
    ...feed,
    updated: dayOf(feed.updated),
    entry: feed.entry.map((entry) =>
      entry.updated === undefined ? entry : { ...entry, updated: dayOf(entry.updated) },
    ),
  });
}

/** A feed in Atom (RFC 4287), with what the platform and INSPIRE add. */
export function atomFeed(feed: Feed): string {
  const { title, subtitle, id, rights, updated, author } = feed;
  return renderXml(
    el(
      'feed',
      {
        xmlns: NAMESPACES.atom,
        'xmlns:georss': NAMESPACES.georss,
        'xmlns:gpf_dl': NAMESPACES.gpfDl,
        'xmlns:inspire_dls': NAMESPACES.inspireDls,
        'xml:lang': feed.lang,
        'gpf_dl:page': feed.page,
        'gpf_dl:pagesize': feed.pagesize,
        'gpf_dl:pagecount': feed.pagecount,
        'gpf_dl:totalentries': feed.totalentries,
      },
      el('title', {}, title),
      el('subtitle', {}, subtitle),
      feed.link.map(linkElement),
      el('id', {}, id),
      optional('rights', rights),
      el('updated', {}, updated.toISOString()),
      el('author', {}, el('name', {}, author.name), el('email', {}, author.email)),
      described(feed),
      feed.entry.map(entryElement),
    ),
  );
}

function entryElement(entry: FeedEntry): XmlElement {
  return el(
    'entry',
    {},
    optional('title', entry.title),
    entry.link.map(linkElement),
    el('id', {}, entry.id),
    optional('rights', entry.rights),
    optional('updated', entry.updated?.toISOString()),
    el('content', {}, entry.content),
    optional('georss:polygon', entry.polygon),
    described(entry),
    entry.mime_type?.map((type) => el('gpf_dl:mime_type', {}, type)),
  );
}

/** What feeds and entries say of data alike. */
function described(of: Feed | FeedEntry) {
  const terms = (name: string, given: readonly Term[] | Term | undefined) =>
    [given ?? []].flat().map(({ term, label }) => el(name, { term, label }));
  return [
    optional('inspire_dls:spatial_dataset_identifier_code', of.spatialDatasetIdentifierCode),
    optional('inspire_dls:spatial_dataset_identifier_namespace', of.spatialDatasetIdentifierNamespace),
    optional('gpf_dl:editionDateStart', of.editionDateStart),
    optional('gpf_dl:editionDateEnd', of.editionDateEnd),
    optional('gpf_dl:editionDate', of.editionDate),
    terms('category', of.category),
    terms('gpf_dl:zone', of.zone),
    terms('gpf_dl:format', of.format),
    terms('gpf_dl:resolution', of.resolution),
  ];
}

function linkElement({ href, rel, type, title, hreflang, length, bbox }: FeedLink): XmlElement {
  return el('link', { href, rel, type, hreflang, title, bbox: bbox ?? undefined, 'gpf_dl:length': length });
}

function optional(name: string, text: string | undefined): XmlElement | undefined {
  return text === undefined ? undefined : el(name, {}, text);
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
