import type { Activity, ActivityEntry, ActivityFamily, Period } from '../../domain/activity.js';
import { presentBox, presentInstant, presentOptional } from '../present.js';
import type { Entry, Feed } from './schema.js';

export const ATOM = 'application/atom+xml';
export const ATOM_NAMESPACE = 'http://www.w3.org/2005/Atom';

/** Where and how a feed is shown. */
export interface FeedPlace {
  /** « Activité … » */
  readonly title: string;
  /** Public origin of the addresses. */
  readonly origin: string;
  /** Origin that never changes, for the identifiers of entries. */
  readonly authority: string;
  /** Path and query of the request. */
  readonly url: string;
  /** Format of this answer. */
  readonly type: 'application/json' | typeof ATOM;
  /** Datastore whose entities the entries link to; absent from feeds that have no such address. */
  readonly datastoreId?: string;
}

const FAMILIES: Readonly<Record<ActivityFamily, { label: string; path?: string }>> = {
  upload: { label: 'Livraison', path: 'uploads' },
  stored_data: { label: 'Donnée stockée', path: 'stored_data' },
  configuration: { label: 'Configuration', path: 'configurations' },
  offering: { label: 'Offre' },
  member: { label: 'Membre' },
  permission: { label: 'Permission' },
};

/** Protocols that have a GetCapabilities. */
const CAPABILITIES = new Set(['WFS', 'WMS', 'WMTS']);

/** A feed as the API answers it; the Atom document is made from the same object. */
export function presentFeed({ community, entries }: Activity, period: Period, place: FeedPlace): Feed {
  const [path = ''] = place.url.split('?');
  const other = place.type === ATOM ? 'application/json' : ATOM;
  return {
    id: `${place.origin}${path}`,
    title: `${place.title} — ${community.name}`,
    subtitle: `Du ${presentInstant(period.after)} au ${presentInstant(period.before)}`,
    updated: presentInstant(entries[0]?.date ?? period.before),
    links: [
      { href: `${place.origin}${place.url}`, type: place.type, title: place.title, rel: 'self' },
      { href: `${place.origin}${place.url}`, type: other, title: place.title, rel: 'alternate' },
    ],
    xmlns: ATOM_NAMESPACE,
    rights: `Communauté ${community.name}`,
    author: { name: community.name, email: community.contact },
    entries: entries.map((entry) => presentEntry(entry, place)),
  };
}

function presentEntry(entry: ActivityEntry, place: FeedPlace): Entry {
  const { family, title, name, date } = entry;
  const isAboutCommunity = family === 'member' || family === 'permission';
  const { label } = FAMILIES[family];
  const content = [entry.text, entry.initiator && `Par ${entry.initiator}`].filter((line) => line);
  return {
    // RFC 4151: an identifier that stays the same wherever the feed is read from.
    id: `tag:${place.authority},${date.toISOString().slice(0, 10)}:event/${entry.id}`,
    title: isAboutCommunity ? title : `${title} : ${name}`,
    updated: presentInstant(date),
    links: linksOf(entry, place),
    content: content.length > 0 ? content.join('\n') : `${title} : ${label} ${name}`,
    categories: [{ term: family, label }],
    ...presentOptional({ polygon: presentBox(entry.extent) }),
  };
}

function linksOf({ family, entityId, name, service }: ActivityEntry, place: FeedPlace): Entry['links'] {
  const { path } = FAMILIES[family];
  if (place.datastoreId !== undefined && path !== undefined) {
    const href = `${place.origin}/api/datastores/${place.datastoreId}/${path}/${entityId}`;
    return [{ href, type: 'application/json', title: name, rel: 'alternate' }];
  }
  if (service === null) return [];
  const query = CAPABILITIES.has(service.type) ? `?SERVICE=${service.type}&REQUEST=GetCapabilities` : '';
  return [{ href: `${place.origin}${service.path}${query}`, type: 'application/xml', title: name, rel: 'related' }];
}
