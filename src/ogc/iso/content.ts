import type { GeographicBox } from '../../geo/bbox.js';

/**
 * What a catalogue shows of a metadata record, whichever standard it is written in: plain JSON. Texts are trimmed, lists
 * keep the order of the document, each value once; what a record does not say is absent or empty.
 */
export interface RecordContent {
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
  readonly links: readonly Link[];
  /** Addresses of images. */
  readonly overviews: readonly string[];
  /** Codes of restrictions on access. */
  readonly accessConstraints: readonly string[];
  /** Limitations of use, and codes of restrictions on use. */
  readonly useConditions: readonly string[];
  /** Other constraints: licences, and INSPIRE's limitations of public access. */
  readonly otherConstraints: readonly string[];
  readonly denominators: readonly number[];
  readonly distances: readonly { readonly value: number; readonly unit: string }[];
  readonly parentIdentifier?: string;
  readonly resourceIdentifiers: readonly string[];
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

/** Who answers for the record, which both schemas want: whoever answers for the resource, when nobody does. */
export function answerableFor({ contacts, parties }: RecordContent): readonly Party[] {
  return contacts.length > 0 ? contacts : parties.slice(0, 1);
}

/** Who made the resource, by the roles that say so; each organisation, else person, once. */
export function namesByRole({ parties }: RecordContent, ...roles: readonly string[]): string[] {
  const named = parties.filter(({ role }) => roles.includes(role));
  return [...new Set(named.flatMap(({ organisation, individual }) => organisation ?? individual ?? []))];
}

/** Everything that tells the subject: keywords, themes and topics. */
export function subjectsOf({ keywords, inspireThemes, topicCategories }: RecordContent): string[] {
  return [...new Set([...keywords, ...inspireThemes, ...topicCategories])];
}
