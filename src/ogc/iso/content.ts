import type { GeographicBox } from '../../geo/bbox.js';

/**
 * Raised whenever more is read of a record: those that were stored or indexed before are read, and indexed, again.
 * @see indexMissingRecords
 */
export const READING = 2;

/**
 * What a catalogue shows of a metadata record, whichever standard it is written in: plain JSON. Texts are trimmed, lists
 * keep the order of the document, each value once; what a record does not say is absent or empty.
 */
export interface RecordContent {
  /** {@link READING}, when it was read. */
  readonly reading: number;
  /** ISO 19139 (`gmd`, `gmi`) or ISO 19115-3 (`mdb`). */
  readonly standard: 'gmd' | 'mdb';
  /** Hierarchy level as written: `dataset`, `series`, `service`… */
  readonly level: string;
  readonly title?: string;
  readonly abstract?: string;
  readonly lineage?: string;
  readonly alternateTitles: readonly string[];
  /** Keywords but those of {@link inspireThemes}. */
  readonly keywords: readonly string[];
  /** Keywords of the thesaurus of INSPIRE's themes. */
  readonly inspireThemes: readonly string[];
  readonly topicCategories: readonly string[];
  /** Who answers for the record itself. */
  readonly contacts: readonly Party[];
  /** Who answers for the resource, and who distributes it. */
  readonly parties: readonly Party[];
  /** ISO 8601, as written. */
  readonly dates: { readonly creation?: string; readonly publication?: string; readonly revision?: string };
  /** When the record itself changed last, as written. */
  readonly modified?: string;
  readonly language?: string;
  readonly resourceLanguages: readonly string[];
  readonly formats: readonly string[];
  readonly crs: readonly string[];
  /** West may be greater than east, across the antimeridian. */
  readonly boxes: readonly GeographicBox[];
  /** Codes of the places that the resource covers. */
  readonly placeCodes: readonly string[];
  /** Times that the resource covers. */
  readonly periods: readonly Period[];
  readonly links: readonly Link[];
  /** Addresses of images. */
  readonly overviews: readonly string[];
  /** Codes of restrictions on access. */
  readonly accessConstraints: readonly string[];
  /** Limitations of use, and codes of restrictions on use. */
  readonly useConditions: readonly string[];
  /** Other constraints: licences, and INSPIRE's limitations of public access. */
  readonly otherConstraints: readonly string[];
  /** Codes of classifications, of constraints of security. */
  readonly classifications: readonly string[];
  readonly denominators: readonly number[];
  readonly distances: readonly { readonly value: number; readonly unit: string }[];
  readonly parentIdentifier?: string;
  readonly resourceIdentifiers: readonly string[];
  readonly conformities: readonly Conformity[];
  /** Of a service only. */
  readonly service?: ServiceContent;
}

/** Where and when a resource is. */
export type Extents = Pick<RecordContent, 'boxes' | 'placeCodes' | 'periods'>;

/** ISO 8601, as written; an open end is absent. */
export interface Period {
  readonly begin?: string;
  readonly end?: string;
}

/** Whether the resource conforms to a specification; `pass` is absent when it was not evaluated. */
export interface Conformity {
  readonly title?: string;
  /** ISO 8601, as written. */
  readonly date?: string;
  /** Code of CI_DateTypeCode. */
  readonly dateType?: string;
  readonly pass?: boolean;
}

/** What a record says of a service alone. */
export interface ServiceContent {
  /** `view`, `download`, `OGC:WMS`… */
  readonly type?: string;
  readonly versions: readonly string[];
  /** Code of SV_CouplingType: `tight`, `loose`, `mixed`. */
  readonly coupling?: string;
  readonly operations: readonly Operation[];
  /** Which operation gives which resource. */
  readonly coupled: readonly CoupledResource[];
  /** Resources that the service gives: the identifier or the address of the record of each, or both. */
  readonly operatesOn: readonly { readonly identifier?: string; readonly url?: string }[];
}

export interface Operation {
  readonly name: string;
  /** Codes of DCPList: `WebServices`… */
  readonly platforms: readonly string[];
  readonly links: readonly Link[];
}

export interface CoupledResource {
  readonly operation?: string;
  /** Of the resource. */
  readonly identifier?: string;
  /** Of the resource in the service: its layer. */
  readonly name?: string;
}

export interface Party {
  readonly organisation?: string;
  readonly individual?: string;
  readonly email?: string;
  /** Code of CI_RoleCode: `owner`, `pointOfContact`… */
  readonly role: string;
}

export interface Link {
  readonly url: string;
  readonly name?: string;
  readonly description?: string;
  /** `OGC:WMS`, `WWW:DOWNLOAD-1.0-http--download`… */
  readonly protocol?: string;
}

/** Names of the organisations, those of the resource first. */
export function organisationsOf({ contacts, parties }: RecordContent): string[] {
  return [...new Set([...parties, ...contacts].flatMap(({ organisation }) => organisation ?? []))];
}

/** Who answers for the record, which both schemas want: whoever answers for the resource, else who published it. */
export function answerableFor({ contacts, parties }: RecordContent, publisher: Party): readonly Party[] {
  return contacts.length > 0 ? contacts : [parties[0] ?? publisher];
}

/** Who made the resource, by the roles that say so; each organisation, else person, once. */
export function namesByRole({ parties }: RecordContent, ...roles: readonly string[]): string[] {
  const named = parties.filter(({ role }) => roles.includes(role));
  return [...new Set(named.flatMap(({ organisation, individual }) => organisation ?? individual ?? []))];
}

/** What brief sets show of extents. */
export function briefExtents({ boxes }: RecordContent): Extents {
  return { boxes, placeCodes: [], periods: [] };
}

/** Everything that tells the subject: keywords, themes and topics. */
export function subjectsOf({ keywords, inspireThemes, topicCategories }: RecordContent): string[] {
  return [...new Set([...keywords, ...inspireThemes, ...topicCategories])];
}
