import { parseBboxNumbers, parseFiniteNumber, type Bbox } from '../../geo/bbox.js';
import { parseCrs, type Crs } from '../../geo/crs.js';
import { parseCql } from '../../filter/cql.js';
import { parseFes } from '../../filter/fes.js';
import { localName, type Filter } from '../../filter/model.js';
import { OwsException } from '../ows/exceptions.js';
import { splitList, type Kvp } from '../ows/kvp.js';
import { negotiateVersion } from '../ows/version.js';
import { asInvalidParameter, invalidParameter, missingParameter, unsupportedFormat } from './exceptions.js';
import { featureFormat, schemaFormat, type FeatureFormat, type SchemaFormat } from './formats.js';
import { readTypeNames, type TypeName } from './type-names.js';

/** WFS requests as typed values, whatever the encoding they came in (KVP here; XML would give the same). */

/** Versions answered, newest first. */
export const WFS_VERSIONS = ['2.0.0'] as const;

export interface GetCapabilities {
  readonly operation: 'GetCapabilities';
  readonly version: string;
}

export interface DescribeFeatureType {
  readonly operation: 'DescribeFeatureType';
  /** Empty: all of them. */
  readonly typeNames: readonly TypeName[];
  readonly format: SchemaFormat;
}

/** Order of features by one attribute. */
export interface SortKey {
  readonly property: string;
  readonly descending: boolean;
}

export interface GetFeature {
  readonly operation: 'GetFeature';
  /** Empty: that of the feature ids asked for. */
  readonly typeNames: readonly TypeName[];
  readonly format: FeatureFormat;
  readonly resultType: 'results' | 'hits';
  /** Largest number of features wanted; the server's cap applies too. */
  readonly count: number | null;
  /** Features to skip; `null` when not asked, which unlike 0 needs no order. */
  readonly startIndex: number | null;
  /** `null`: the CRS of the data. */
  readonly crs: Crs | null;
  /** `null`: all attributes. */
  readonly properties: readonly string[] | null;
  readonly sortBy: readonly SortKey[];
  readonly filter: Filter;
  /** The parameter the filter came from, which errors name. */
  readonly filterParameter: string;
  /** GetFeatureById: the answer is the feature itself, or an exception. */
  readonly byId: boolean;
}

export interface StoredQueries {
  readonly operation: 'ListStoredQueries' | 'DescribeStoredQueries';
  readonly storedQueries: readonly string[];
}

export type WfsRequest = GetCapabilities | DescribeFeatureType | GetFeature | StoredQueries;

/** The one stored query that every WFS has (OGC 09-025r2 §7.9.3.6), and its later name. */
export const GET_FEATURE_BY_ID = 'urn:ogc:def:query:OGC-WFS::GetFeatureById';
const GET_FEATURE_BY_ID_NAMES: readonly string[] = [
  GET_FEATURE_BY_ID,
  'http://www.opengis.net/def/query/OGC-WFS/0/GetFeatureById',
];

/** Operations of the standard that this server does not have. */
const ABSENT_OPERATIONS = new Set([
  'getpropertyvalue',
  'getfeaturewithlock',
  'lockfeature',
  'transaction',
  'createstoredquery',
  'dropstoredquery',
  'getgmlobject',
]);

/**
 * Reads a KVP request.
 * @throws OwsException
 */
export function readWfsRequest(kvp: Kvp): WfsRequest {
  const service = kvp.get('service');
  if (service !== undefined && service.toUpperCase() !== 'WFS')
    throw invalidParameter('service', `No service: ( ${service} )`);
  const operation = kvp.get('request');
  if (operation === undefined)
    throw missingParameter('request', 'Could not determine geoserver request from http request');
  const name = operation.toLowerCase();
  if (name === 'getcapabilities') return readGetCapabilities(kvp);
  checkVersion(kvp.get('version'));
  switch (name) {
    case 'describefeaturetype':
      return readDescribeFeatureType(kvp);
    case 'getfeature':
      return readGetFeature(kvp);
    case 'liststoredqueries':
      return { operation: 'ListStoredQueries', storedQueries: [] };
    case 'describestoredqueries':
      return readDescribeStoredQueries(kvp);
    default:
      throw new OwsException(
        'OperationNotSupported',
        ABSENT_OPERATIONS.has(name)
          ? `${operation} is not supported by this service`
          : `No such operation ${operation}`,
        operation,
      );
  }
}

function readGetCapabilities(kvp: Kvp): GetCapabilities {
  const wish = { version: kvp.get('version'), acceptVersions: kvp.get('acceptVersions') };
  return { operation: 'GetCapabilities', version: negotiateVersion(wish, WFS_VERSIONS) };
}

function checkVersion(version: string | undefined): void {
  if (version === undefined || /^2\.0(\.[0-2])?$/.test(version)) return;
  throw invalidParameter('version', `Version ${version} is not supported by this service, which speaks 2.0.0`);
}

function readDescribeFeatureType(kvp: Kvp): DescribeFeatureType {
  const asked = kvp.get('outputFormat');
  const format = schemaFormat(asked);
  if (format === null) throw unsupportedFormat(asked ?? '');
  return { operation: 'DescribeFeatureType', typeNames: readTypeNames(kvp), format };
}

function readDescribeStoredQueries(kvp: Kvp): StoredQueries {
  const storedQueries = splitList(kvp.first('storedQuery_id', 'storedQueryId'));
  const unknown = storedQueries.find((id) => !GET_FEATURE_BY_ID_NAMES.includes(id));
  if (unknown !== undefined) throw invalidParameter('STOREDQUERY_ID', `Stored query not found: ${unknown}`);
  return { operation: 'DescribeStoredQueries', storedQueries };
}

function readGetFeature(kvp: Kvp): GetFeature {
  const asked = kvp.get('outputFormat');
  const format = featureFormat(asked);
  if (format === null) throw unsupportedFormat(asked ?? '');
  const { filter, parameter, byId } = readFilter(kvp);
  const typeNames = readTypeNames(kvp);
  if (typeNames.length === 0 && filter.kind !== 'ids')
    throw missingParameter(
      'typeName',
      'The query should specify either typeName, featureId filter, or a stored query id',
    );
  return {
    operation: 'GetFeature',
    typeNames,
    format,
    resultType: readResultType(kvp.get('resultType')),
    count: readNatural('count', kvp.first('count', 'maxFeatures')),
    startIndex: readNatural('startIndex', kvp.get('startIndex')),
    crs: readCrs(kvp.get('srsName')),
    properties: readPropertyNames(kvp.get('propertyName')),
    sortBy: readSortBy(kvp.get('sortBy')),
    filter,
    filterParameter: parameter,
    byId,
  };
}

function readResultType(value: string | undefined): 'results' | 'hits' {
  const name = value?.toLowerCase() ?? 'results';
  if (name === 'results' || name === 'hits') return name;
  throw invalidParameter('resultType', `Unknown resultType ${value}`);
}

function readNatural(name: string, value: string | undefined): number | null {
  if (value === undefined) return null;
  const number = parseFiniteNumber(value);
  if (number !== null && Number.isSafeInteger(number) && number >= 0) return number;
  throw invalidParameter(name, `${name} must be a whole number, 0 or more, not '${value}'`);
}

function readCrs(value: string | undefined): Crs | null {
  if (value === undefined) return null;
  try {
    return parseCrs(value);
  } catch (error) {
    throw asInvalidParameter(error, 'srsName');
  }
}

/** `a,ns:b` or `(a,b)`; `*` is everything. */
function readPropertyNames(value: string | undefined): readonly string[] | null {
  if (value === undefined) return null;
  const names = splitList(value.replace(/^\(|\)$/g, '')).map(localName);
  return names.length === 0 || names.includes('*') ? null : names;
}

/** `a D,b ASC`; the `+` between name and direction may come undecoded. */
function readSortBy(value: string | undefined): SortKey[] {
  return splitList(value).map((item) => {
    const [, name = '', direction = 'ASC'] = /^(.*?)(?:[\s+]+(A|D|ASC|DESC))?$/i.exec(item) ?? [];
    return { property: localName(name.trim()), descending: /^D/i.test(direction) };
  });
}

interface ReadFilter {
  readonly filter: Filter;
  readonly parameter: string;
  readonly byId: boolean;
}

/** The one condition of a request: the ways to give it exclude each other. */
function readFilter(kvp: Kvp): ReadFilter {
  const given = (['bbox', 'filter', 'cql_filter', 'featureID', 'storedQuery_id'] as const).filter(
    (name) => conditionValue(kvp, name) !== undefined,
  );
  const [parameter, other] = given;
  if (parameter === undefined) return { filter: { kind: 'include' }, parameter: 'filter', byId: false };
  if (other !== undefined)
    throw invalidParameter(other, `${parameter} and ${other} both specified but are mutually exclusive`);
  const value = conditionValue(kvp, parameter) ?? '';
  try {
    switch (parameter) {
      case 'bbox':
        return { filter: { kind: 'bbox', property: null, ...readBbox(value) }, parameter, byId: false };
      case 'filter':
        return { filter: parseFes(value.replace(/^\((?=\s*<)|(?<=>\s*)\)$/g, '')), parameter, byId: false };
      case 'cql_filter':
        return { filter: parseCql(value), parameter, byId: false };
      case 'featureID':
        return { filter: { kind: 'ids', ids: splitList(value) }, parameter, byId: false };
      case 'storedQuery_id':
        return readStoredQuery(value, kvp);
    }
  } catch (error) {
    throw asInvalidParameter(error, parameter);
  }
}

function conditionValue(kvp: Kvp, name: string): string | undefined {
  if (name === 'featureID') return kvp.first('resourceID', 'featureID');
  return name === 'storedQuery_id' ? kvp.first('storedQuery_id', 'storedQueryId') : kvp.get(name);
}

function readStoredQuery(query: string, kvp: Kvp): ReadFilter {
  if (!GET_FEATURE_BY_ID_NAMES.includes(query))
    throw invalidParameter('STOREDQUERY_ID', `Stored query not found: ${query}`);
  const id = kvp.first('id');
  if (id === undefined) throw missingParameter('id', 'The stored query GetFeatureById needs the parameter id');
  return { filter: { kind: 'ids', ids: [id] }, parameter: 'id', byId: true };
}

/** `a,b,c,d[,crs]`; ordinates stay in the order written. */
function readBbox(value: string): { readonly box: Bbox; readonly crs: Crs | null } {
  const parts = value.split(',');
  const spelling = parts.length > 4 ? parts.slice(4).join(',').trim() : '';
  return {
    box: parseBboxNumbers(parts.slice(0, 4).join(',')),
    crs: spelling === '' ? null : parseCrs(spelling),
  };
}
