import type { Filter } from '../../filter/model.js';
import type { Party, RecordContent } from '../iso/content.js';

/** CSW 2.0.2 (OGC 07-006r1): what requests ask, whatever the encoding they came in, and what answers show. */

export const CSW_VERSION = '2.0.2';

export const ELEMENT_SETS = ['brief', 'summary', 'full'] as const;
export type ElementSet = (typeof ELEMENT_SETS)[number];

export const RESULT_TYPES = ['hits', 'results', 'validate'] as const;
export type ResultType = (typeof RESULT_TYPES)[number];

/** How records are written. `own`: the XML as it was sent, whatever its standard. */
export type OutputSchema = 'dc' | 'gmd' | 'mdb' | 'dcat' | 'own';

export const SECTIONS = [
  'ServiceIdentification',
  'ServiceProvider',
  'OperationsMetadata',
  'Filter_Capabilities',
] as const;
export type Section = (typeof SECTIONS)[number];

export interface GetCapabilities {
  readonly operation: 'GetCapabilities';
  readonly sections: readonly Section[];
}

/** A type of records, by what comes after its prefix; the namespace is known when the prefix is the usual one. */
export interface RecordTypeName {
  /** In small letters. */
  readonly local: string;
  readonly namespace: string | null;
}

export interface DescribeRecord {
  readonly operation: 'DescribeRecord';
  /** Empty: all of them. */
  readonly typeNames: readonly RecordTypeName[];
}

export interface GetDomain {
  readonly operation: 'GetDomain';
  readonly propertyNames: readonly string[];
  readonly parameterNames: readonly string[];
}

/** Order of records by one property, as the client names it. */
export interface SortKey {
  readonly property: string;
  readonly descending: boolean;
}

/** Texts are compared without regard to case where a filter does not say, as GeoNetwork does. */
export const MATCH_CASE = false;

export interface GetRecords {
  readonly operation: 'GetRecords';
  readonly resultType: ResultType;
  readonly outputSchema: OutputSchema;
  readonly elementSet: ElementSet;
  /** Local names of the elements wanted; `null`: those of {@link elementSet}. */
  readonly elementNames: readonly string[] | null;
  /** From 1. */
  readonly startPosition: number;
  readonly maxRecords: number;
  readonly filter: Filter;
  readonly sortBy: readonly SortKey[];
}

export interface GetRecordById {
  readonly operation: 'GetRecordById';
  readonly ids: readonly string[];
  readonly outputSchema: OutputSchema;
  readonly elementSet: ElementSet;
}

export type CswRequest = GetCapabilities | DescribeRecord | GetDomain | GetRecords | GetRecordById;

/** A record as answers show it. */
export interface CatalogueRecord {
  readonly identifier: string;
  /** The community that publishes it. */
  readonly publisher: Party;
  readonly content: RecordContent;
  /** The XML as it was sent, from its root on. */
  readonly document: string;
}
