import type { Filter } from '../../filter/model.js';
import { OwsException } from '../ows/exceptions.js';
import { asCswException, invalidParameter, missingParameter } from './exceptions.js';
import {
  CSW_VERSION,
  type CswRequest,
  ELEMENT_SETS,
  type GetRecords,
  RESULT_TYPES,
  SECTIONS,
  type Section,
  type SortKey,
} from './model.js';
import { assertFewNames, assertReasonable } from './limits.js';
import { OUTPUT_FORMATS, SCHEMA_LANGUAGES } from './parameters.js';
import { readOutputSchema, readTypeNames } from './schemas.js';

/** CSW requests as typed values: what is the same whichever encoding they came in. */

/** Largest page. */
export const MAX_RECORDS = 1000;

/** A request of which only the encoding is undone: texts, or nothing where nothing was written. */
export interface RawRequest {
  readonly operation: string;
  readonly service: string | undefined;
  readonly version: string | undefined;
  readonly acceptVersions: readonly string[];
  readonly sections: readonly string[];
  readonly typeNames: readonly string[];
  readonly outputFormat: string | undefined;
  readonly outputSchema: string | undefined;
  readonly schemaLanguage: string | undefined;
  readonly resultType: string | undefined;
  readonly startPosition: string | undefined;
  readonly maxRecords: string | undefined;
  readonly elementSetName: string | undefined;
  readonly elementNames: readonly string[];
  readonly ids: readonly string[];
  readonly propertyNames: readonly string[];
  readonly parameterNames: readonly string[];
  readonly hasResponseHandler: boolean;
  /** Read when the operation is GetRecords. */
  readonly readFilter: () => Filter;
  readonly readSortBy: () => readonly SortKey[];
}

/** Operations of the standard that change the catalogue. */
const ABSENT_OPERATIONS = new Set(['transaction', 'harvest']);

/** @throws OwsException */
export function readCswRequest(raw: RawRequest): CswRequest {
  assertFewNames(raw.typeNames, 'typeNames');
  assertFewNames(raw.elementNames, 'elementName');
  assertFewNames(raw.propertyNames, 'propertyName');
  assertFewNames(raw.parameterNames, 'parameterName');
  if (raw.service === undefined) throw missingParameter('service');
  if (raw.service.toUpperCase() !== 'CSW') throw invalidParameter('service', `${raw.service} is not this service: CSW`);
  const name = raw.operation.toLowerCase();
  if (name === 'getcapabilities') return { operation: 'GetCapabilities', sections: readSections(raw) };
  if (raw.version === undefined) throw missingParameter('version');
  if (raw.version !== CSW_VERSION) {
    throw invalidParameter('version', `Version ${raw.version} is not supported: ${CSW_VERSION} is`);
  }
  assertOneOf(raw.outputFormat, [...OUTPUT_FORMATS, 'text/xml'], 'outputFormat');
  switch (name) {
    case 'describerecord':
      assertOneOf(raw.schemaLanguage, [...SCHEMA_LANGUAGES, 'XMLSCHEMA'], 'schemaLanguage');
      return { operation: 'DescribeRecord', typeNames: readTypeNames(raw.typeNames, 'typeName') };
    case 'getdomain':
      if (raw.propertyNames.length + raw.parameterNames.length === 0) throw missingParameter('propertyName');
      return { operation: 'GetDomain', propertyNames: raw.propertyNames, parameterNames: raw.parameterNames };
    case 'getrecords':
      return readGetRecords(raw);
    case 'getrecordbyid':
      if (raw.ids.length === 0) throw missingParameter('id');
      if (raw.ids.length > MAX_RECORDS)
        throw invalidParameter('id', `At most ${MAX_RECORDS} identifiers can be asked for`);
      return {
        operation: 'GetRecordById',
        ids: [...new Set(raw.ids)],
        outputSchema: readOutputSchema(raw.outputSchema),
        elementSet: readChoice(raw.elementSetName, ELEMENT_SETS, 'summary', 'ElementSetName'),
      };
    default:
      throw new OwsException(
        'OperationNotSupported',
        ABSENT_OPERATIONS.has(name) ? `${raw.operation} is not supported` : `There is no operation ${raw.operation}`,
        raw.operation,
      );
  }
}

function readGetRecords(raw: RawRequest): GetRecords {
  if (raw.hasResponseHandler) {
    throw new OwsException('OptionNotSupported', 'Answers are not sent elsewhere', 'responseHandler');
  }
  readTypeNames(raw.typeNames, 'typeNames');
  const outputSchema = readOutputSchema(raw.outputSchema);
  if (raw.elementNames.length > 0) {
    if (raw.elementSetName !== undefined) {
      throw invalidParameter('elementName', 'Either ElementSetName or elementName is given');
    }
    if (outputSchema !== 'dc') {
      throw invalidParameter('elementName', 'Elements are chosen in Dublin Core only: ask for an ElementSetName');
    }
  }
  const filter = readFilter(raw);
  const sortBy = raw.readSortBy();
  assertFewNames(sortBy, 'sortBy');
  return {
    operation: 'GetRecords',
    resultType: readChoice(raw.resultType, RESULT_TYPES, 'hits', 'resultType'),
    outputSchema,
    elementSet: readChoice(raw.elementSetName, ELEMENT_SETS, 'summary', 'ElementSetName'),
    elementNames: raw.elementNames.length === 0 ? null : raw.elementNames.map((name) => name.replace(/^.*[:/]/, '')),
    startPosition: readInteger(raw.startPosition, { minimum: 1, fallback: 1, locator: 'startPosition' }),
    maxRecords: Math.min(readInteger(raw.maxRecords, { minimum: 0, fallback: 10, locator: 'maxRecords' }), MAX_RECORDS),
    filter,
    sortBy,
  };
}

function readFilter(raw: RawRequest): Filter {
  try {
    const filter = raw.readFilter();
    assertReasonable(filter);
    return filter;
  } catch (error) {
    throw asCswException(error, 'constraint');
  }
}

/** @throws OwsException when none of the versions is ours, or for an unknown section */
function readSections({ version, acceptVersions, sections }: RawRequest): Section[] {
  if (acceptVersions.length > 0 ? !acceptVersions.includes(CSW_VERSION) : version?.startsWith('3') === true) {
    throw new OwsException(
      'VersionNegotiationFailed',
      `The version that is supported is ${CSW_VERSION}`,
      'acceptVersions',
    );
  }
  if (sections.length === 0 || sections.some((name) => name.toLowerCase() === 'all')) return [...SECTIONS];
  return sections.map((name) => {
    const known = SECTIONS.find((section) => section.toLowerCase() === name.toLowerCase());
    if (known === undefined) throw invalidParameter('sections', `There is no section ${name}`);
    return known;
  });
}

function readChoice<T extends string>(
  text: string | undefined,
  choices: readonly T[],
  fallback: T,
  locator: string,
): T {
  if (text === undefined) return fallback;
  const found = choices.find((choice) => choice === text.toLowerCase());
  if (found === undefined) throw invalidParameter(locator, `${text} is none of ${choices.join(', ')}`);
  return found;
}

function assertOneOf(text: string | undefined, choices: readonly string[], locator: string): void {
  if (text === undefined || choices.some((choice) => choice.toLowerCase() === text.toLowerCase())) return;
  throw invalidParameter(locator, `${text} is not supported: ${choices.join(', ')}`);
}

function readInteger(
  text: string | undefined,
  { minimum, fallback, locator }: { minimum: number; fallback: number; locator: string },
): number {
  if (text === undefined) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= minimum)) throw invalidParameter(locator, `${text} is no whole number from ${minimum} on`);
  return value;
}
