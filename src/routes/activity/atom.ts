import { el, renderXml, type XmlElement } from '../../ogc/xml.js';
import type { Entry, Feed } from './schema.js';

/** A feed as an Atom 1.0 document (RFC 4287); boxes are GeoRSS polygons, latitude first. */
export function renderAtom(feed: Feed): string {
  return renderXml(
    el(
      'feed',
      { xmlns: feed.xmlns, 'xmlns:georss': 'http://www.georss.org/georss', 'xml:lang': 'fr' },
      el('id', {}, feed.id),
      el('title', {}, feed.title),
      el('subtitle', {}, feed.subtitle),
      el('updated', {}, feed.updated),
      el('rights', {}, feed.rights),
      el('author', {}, el('name', {}, feed.author.name), el('email', {}, feed.author.email)),
      el('generator', {}, 'geopf-local'),
      feed.links.map(renderLink),
      feed.entries.map(renderEntry),
    ),
  );
}

function renderEntry(entry: Entry): XmlElement {
  const { polygon } = entry;
  return el(
    'entry',
    {},
    el('id', {}, entry.id),
    el('title', {}, entry.title),
    el('updated', {}, entry.updated),
    entry.links.map(renderLink),
    entry.categories.map(({ term, label }) => el('category', { term, label })),
    el('content', { type: 'text' }, entry.content),
    polygon !== undefined && el('georss:polygon', {}, ringOf(polygon)),
  );
}

function renderLink({ href, type, title, rel }: Feed['links'][number]): XmlElement {
  return el('link', { rel, type, title, href });
}

function ringOf({ west, south, east, north }: NonNullable<Entry['polygon']>): string {
  return [south, west, south, east, north, east, north, west, south, west].join(' ');
}
