import { BboxError } from '../../geo/bbox.js';
import { UnknownCrsError } from '../../geo/crs.js';
import { FilterError } from '../../filter/model.js';
import { SqlValueError } from '../../filter/fragment.js';
import { OwsException } from '../ows/exceptions.js';
import { RepeatedParameterError } from '../ows/kvp.js';

/** What WFS 2.0 answers for each kind of fault; texts are GeoServer's where they are known. */

export function missingParameter(locator: string, text: string): OwsException {
  return new OwsException('MissingParameterValue', text, locator);
}

export function invalidParameter(locator: string, text: string): OwsException {
  return new OwsException('InvalidParameterValue', text, locator);
}

export function unknownFeatureType(name: string): OwsException {
  return invalidParameter('typeName', `Feature type :${name} unknown`);
}

export function unknownProperty(name: string): OwsException {
  return invalidParameter('propertyName', `Illegal property name: ${name}`);
}

export function unsupportedFormat(format: string): OwsException {
  return invalidParameter('outputFormat', `Failed to find response for output format ${format}`);
}

/** Paging needs an order that never changes. */
export function noNaturalOrder(): OwsException {
  return new OwsException(
    'NoApplicableCode',
    'Cannot do natural order without a primary key, please add it or specify a manual sort over existing attributes',
  );
}

/**
 * Turns an error of the pure rooms into the exception of the parameter it came from; any other error is thrown on.
 */
export function asInvalidParameter(error: unknown, locator: string): OwsException {
  if (error instanceof OwsException) return error;
  if (error instanceof RepeatedParameterError) return invalidParameter(error.parameter, error.message);
  if (error instanceof UnknownCrsError) return invalidParameter(locator, error.message);
  if (error instanceof BboxError) return invalidParameter(locator, `Invalid bounding box: ${error.message}`);
  if (error instanceof SqlValueError) return invalidParameter(locator, error.message);
  if (error instanceof FilterError) {
    const cql = locator === 'cql_filter' && error.fault !== 'unknown-property' && error.fault !== 'type';
    return invalidParameter(locator, cql ? `Could not parse CQL filter list.\n${error.message}` : error.message);
  }
  throw error;
}
