import { type GeographicBox } from '../geo/bbox.js';
import { withoutAccents } from '../ogc/csw/full-text.js';
import { endingsOf } from '../ogc/csw/word-endings.js';
import { namesByRole, organisationsOf, type RecordContent, subjectsOf } from '../ogc/iso/content.js';

/** What the index keeps of a record beside its content: plain values for the columns of `catalogue_record`. */

/** Tags by which portals harvest, as `HarvestTag` is asked for. */
export const HARVEST_TAGS = { inspire: 'INSPIRE', openData: 'OPENDATA' } as const;

/** Characters of the texts that are indexed of one record, per weight: PostgreSQL holds a megabyte of words. */
const MAX_SEARCHED = 40_000;

/** Texts to search, by how much they tell of the record, each as written and without accents. */
export interface SearchedTexts {
  readonly titles: readonly [string, string];
  readonly subjects: readonly [string, string];
  readonly rest: readonly [string, string];
  /** What finds the middle of their words. @see endingsOf */
  readonly endings: readonly string[];
}

/** The texts of a record that full-text queries look into: everything that is read of it. */
export function searchedTexts(identifier: string, content: RecordContent): SearchedTexts {
  const people = [...content.parties, ...content.contacts];
  const titles = both([content.title ?? '', ...content.alternateTitles]);
  const subjects = both(subjectsOf(content));
  const rest = both([
    content.abstract ?? '',
    identifier,
    ...organisationsOf(content),
    ...people.flatMap(({ individual, email }) => [individual ?? '', email ?? '']),
    content.lineage ?? '',
    ...content.links.flatMap(({ url, name, description }) => [name ?? '', description ?? '', url]),
    ...content.resourceIdentifiers,
    ...content.formats,
    ...content.crs,
    ...content.useConditions,
    ...content.otherConstraints,
    ...content.placeCodes,
    ...content.conformities.map(({ title }) => title ?? ''),
    content.level,
    ...serviceTexts(content),
  ]);
  return { titles, subjects, rest, endings: endingsOf([titles[1], subjects[1], rest[1]]) };
}

function serviceTexts({ service }: RecordContent): string[] {
  if (service === undefined) return [];
  return [
    service.type ?? '',
    ...service.operations.flatMap(({ name, links }) => [name, ...links.map(({ url }) => url)]),
    ...service.coupled.flatMap(({ identifier, name }) => [identifier ?? '', name ?? '']),
    ...service.operatesOn.map(({ identifier }) => identifier ?? ''),
  ];
}

function both(texts: readonly string[]): readonly [string, string] {
  const text = texts
    .join('\n')
    .slice(0, MAX_SEARCHED)
    .replace(/[\uD800-\uDBFF]$/, '');
  return [text, withoutAccents(text)];
}

/** The extent as WKT, in WGS 84 longitude first; `null` when the record has none. */
export function extentWkt({ boxes }: RecordContent): string | null {
  if (boxes.length === 0) return null;
  return `MULTIPOLYGON(${boxes.flatMap(polygonsOf).join(',')})`;
}

/** A box across the antimeridian is two; one without area gets a centimetre, since a polygon has some. */
function polygonsOf({ west, south, east, north }: GeographicBox): string[] {
  if (west > east) {
    return [...polygonsOf({ west, south, east: 180, north }), ...polygonsOf({ west: -180, south, east, north })];
  }
  const [x1, x2] = east - west < LEAST ? [west - LEAST, east + LEAST] : [west, east];
  const [y1, y2] = north - south < LEAST ? [south - LEAST, north + LEAST] : [south, north];
  return [`((${x1} ${y1},${x2} ${y1},${x2} ${y2},${x1} ${y2},${x1} ${y1}))`];
}

const LEAST = 1e-7;

/** A day of a date as written, its first one when only the year or month is; `null` for no date. */
export function readDay(text: string | undefined): string | null {
  const [, year, month = '01', day = '01'] = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?$/.exec(text ?? '') ?? [];
  if (year === undefined || year === '0000') return null;
  const written = `${year}-${month}-${day}`;
  const date = new Date(`${written}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(written) ? written : null;
}

/** The last day of a date as written, when only the year or month is; `null` for no date. */
export function readLastDay(text: string | undefined): string | null {
  const first = readDay(text);
  const [, year, month] = /^(\d{4})(?:-(\d{2}))?$/.exec(text ?? '') ?? [];
  if (first === null || year === undefined) return first;
  return new Date(Date.UTC(Number(year), month === undefined ? 12 : Number(month), 0)).toISOString().slice(0, 10);
}

/** An instant of a date as written, UTC without zone; `null` for no date. */
export function readInstant(text: string | undefined): Date | null {
  const day = readDay(text);
  if (text === undefined || day === null) return null;
  const date = new Date(/T.*(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : text.includes('T') ? `${text}Z` : day);
  return Number.isNaN(date.getTime()) ? new Date(day) : date;
}

/** Lists that several columns are made of. */
export function listsOf(content: RecordContent) {
  return {
    subjects: subjectsOf(content),
    organisations: organisationsOf(content),
    creators: namesByRole(content, 'owner', 'originator', 'author', 'resourceProvider'),
    publishers: namesByRole(content, 'publisher', 'distributor'),
    contributors: namesByRole(content, 'custodian', 'processor', 'pointOfContact'),
    links: content.links.map(({ url }) => url),
    linkProtocols: [...new Set(content.links.flatMap(({ protocol }) => protocol ?? []))],
    recordContacts: [
      ...new Set(content.contacts.flatMap(({ organisation, individual }) => organisation ?? individual ?? [])),
    ],
    partyRoles: [...new Set(content.parties.map(({ role }) => role))],
    specificationTitles: [...new Set(content.conformities.flatMap(({ title }) => title ?? []))],
    specificationDates: [...new Set(content.conformities.flatMap(({ date }) => readDay(date) ?? []))],
    specificationDateTypes: [...new Set(content.conformities.flatMap(({ dateType }) => dateType ?? []))],
    degrees: [...new Set(content.conformities.flatMap(({ pass }) => pass ?? []))],
  };
}

/** Lists of what only services say; empty for other resources. */
export function serviceListsOf({ service }: RecordContent) {
  const { operations = [], coupled = [], operatesOn = [] } = service ?? {};
  return {
    operations: [...new Set(operations.map(({ name }) => name))],
    coupledIdentifiers: [...new Set(coupled.flatMap(({ identifier }) => identifier ?? []))],
    coupledOperations: [...new Set(coupled.flatMap(({ operation }) => operation ?? []))],
    operatesOn: [...new Set(operatesOn.flatMap(({ identifier, url }) => [identifier ?? [], url ?? []].flat()))],
  };
}

/** The first day of the times of a resource and the last one; `null` where one of them has no bound, or there is none. */
export function timesOf({ periods }: RecordContent): { readonly begin: string | null; readonly end: string | null } {
  const [begin = null] = inOrder(periods.map((period) => readDay(period.begin)));
  return { begin, end: inOrder(periods.map((period) => readLastDay(period.end))).at(-1) ?? null };
}

/** Days in order; none when one of them is not known. */
function inOrder(days: readonly (string | null)[]): string[] {
  const known = days.flatMap((day) => day ?? []);
  return known.length < days.length ? [] : known.toSorted();
}
