import { localName } from '../../filter/model.js';
import type { Column } from '../feature-table.js';

/**
 * What queries may ask of a record: names of the ISO application profile (OGC 07-045) and of Dublin Core, whatever their
 * prefix and case, and the column of the index that each is about.
 */
export interface Queryable {
  /** As the capabilities list it, without prefix. */
  readonly name: string;
  readonly column: Column;
  /** Whether a record may have several values. */
  readonly isList: boolean;
  /** Constraint of the capabilities that lists it. */
  readonly list: 'SupportedISOQueryables' | 'AdditionalQueryables';
  /** Names of Dublin Core for the same. */
  readonly dublinCore: readonly string[];
}

/** Every word of the record, and the extent of its resource: no columns that can be compared. */
export const ANY_TEXT = 'AnyText';
export const BOUNDING_BOX = 'BoundingBox';
const EXTENT_NAMES = new Set(['boundingbox', 'spatial', 'coverage']);

type Kind = 'text' | 'texts' | 'date' | 'dates' | 'instant' | 'integers' | 'decimals' | 'boolean' | 'booleans';

const TYPES: Readonly<Record<Kind, string>> = {
  text: 'text',
  texts: 'text',
  date: 'date',
  dates: 'date',
  instant: 'timestamp with time zone',
  integers: 'integer',
  decimals: 'double precision',
  boolean: 'boolean',
  booleans: 'boolean',
};

function queryable(
  name: string,
  column: string,
  kind: Kind,
  dublinCore: readonly string[] = [],
  list: Queryable['list'] = 'SupportedISOQueryables',
): Queryable {
  return {
    name,
    column: { name: column, type: TYPES[kind], nullable: true },
    isList: kind.endsWith('s'),
    list,
    dublinCore,
  };
}

function additional(name: string, column: string, kind: Kind, dublinCore: readonly string[] = []): Queryable {
  return queryable(name, column, kind, dublinCore, 'AdditionalQueryables');
}

export const QUERYABLES: readonly Queryable[] = [
  queryable('Abstract', 'abstract', 'text', ['dct:abstract', 'dc:description']),
  queryable('AlternateTitle', 'alternate_titles', 'texts', ['dct:alternative']),
  queryable('CouplingType', 'coupling_type', 'text'),
  queryable('CreationDate', 'creation_date', 'date', ['dct:created']),
  queryable('CRS', 'crs', 'texts'),
  queryable('Denominator', 'denominators', 'integers'),
  queryable('DistanceUOM', 'distance_units', 'texts'),
  queryable('DistanceValue', 'distance_values', 'decimals'),
  queryable('Format', 'formats', 'texts', ['dc:format']),
  queryable('GeographicDescriptionCode', 'place_codes', 'texts'),
  queryable('HasSecurityConstraints', 'has_security_constraints', 'boolean'),
  queryable('Identifier', 'identifier', 'text', ['dc:identifier']),
  queryable('Language', 'language', 'text', ['dc:language']),
  queryable('Modified', 'modified', 'instant', ['dct:modified', 'dc:date']),
  queryable('OperatesOn', 'operates_on', 'texts'),
  queryable('OperatesOnIdentifier', 'coupled_identifiers', 'texts'),
  queryable('OperatesOnName', 'coupled_operations', 'texts'),
  queryable('Operation', 'operations', 'texts'),
  queryable('OrganisationName', 'organisations', 'texts'),
  queryable('ParentIdentifier', 'parent_identifier', 'text', ['dc:relation', 'dct:isPartOf']),
  queryable('PublicationDate', 'publication_date', 'date', ['dct:issued']),
  queryable('ResourceIdentifier', 'resource_identifiers', 'texts'),
  queryable('ResourceLanguage', 'resource_languages', 'texts'),
  queryable('RevisionDate', 'revision_date', 'date'),
  queryable('ServiceType', 'service_type', 'text'),
  queryable('ServiceTypeVersion', 'service_versions', 'texts'),
  queryable('Subject', 'subjects', 'texts', ['dc:subject']),
  queryable('TempExtent_begin', 'temporal_begin', 'date'),
  queryable('TempExtent_end', 'temporal_end', 'date'),
  queryable('Title', 'title', 'text', ['dc:title']),
  queryable('TopicCategory', 'topic_categories', 'texts'),
  queryable('Type', 'level', 'text', ['dc:type']),
  additional('AccessConstraints', 'access_constraints', 'texts'),
  additional('Classification', 'classifications', 'texts'),
  additional('ConditionApplyingToAccessAndUse', 'use_conditions', 'texts', ['dc:rights']),
  additional('Contributor', 'contributors', 'texts', ['dc:contributor']),
  additional('Creator', 'creators', 'texts', ['dc:creator']),
  additional('Degree', 'degrees', 'booleans'),
  additional('HarvestTag', 'harvest_tags', 'texts'),
  additional('InspireTheme', 'inspire_themes', 'texts'),
  additional('Lineage', 'lineage', 'text', ['dc:source', 'dct:provenance']),
  additional('MetadataPointOfContact', 'record_contacts', 'texts'),
  additional('OnlineResource', 'links', 'texts', ['dct:references']),
  additional('OnlineResourceType', 'link_protocols', 'texts'),
  additional('OtherConstraints', 'other_constraints', 'texts'),
  additional('Publisher', 'publishers', 'texts', ['dc:publisher']),
  additional('ResponsiblePartyRole', 'party_roles', 'texts'),
  additional('SpecificationDate', 'specification_dates', 'dates'),
  additional('SpecificationDateType', 'specification_date_types', 'texts'),
  additional('SpecificationTitle', 'specification_titles', 'texts'),
];

const BY_NAME = new Map(
  QUERYABLES.flatMap((each) =>
    [each.name, ...each.dublinCore].map((name) => [localName(name).toLowerCase(), each] as const),
  ),
);

/** The queryable of this name, or `undefined`; {@link ANY_TEXT} and {@link BOUNDING_BOX} are none. */
export function findQueryable(name: string): Queryable | undefined {
  return BY_NAME.get(localName(name).toLowerCase());
}

export function isAnyText(name: string): boolean {
  return localName(name).toLowerCase() === 'anytext';
}

export function isBoundingBox(name: string): boolean {
  return EXTENT_NAMES.has(localName(name).toLowerCase());
}
