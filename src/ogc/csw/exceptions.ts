import { FilterError } from '../../filter/model.js';
import { SqlValueError } from '../../filter/fragment.js';
import { BboxError } from '../../geo/bbox.js';
import { UnknownCrsError } from '../../geo/crs.js';
import { OwsException } from '../ows/exceptions.js';
import { RepeatedParameterError } from '../ows/kvp.js';
import { el, renderXml, XmlReadError } from '../xml.js';
import { declare, NAMESPACES } from './schemas.js';

/** Exceptions of CSW 2.0.2: reports of OWS Common 1.0 (OGC 05-008), as GeoNetwork writes them. */

export function cswExceptionReport({ code, locator, message }: OwsException): string {
  return renderXml(
    el(
      'ows:ExceptionReport',
      {
        ...declare('ows', 'xsi'),
        version: '1.2.0',
        'xsi:schemaLocation': `${NAMESPACES.ows} http://schemas.opengis.net/ows/1.0.0/owsExceptionReport.xsd`,
      },
      el('ows:Exception', { exceptionCode: code, locator }, el('ows:ExceptionText', {}, message)),
    ),
  );
}

export function missingParameter(locator: string): OwsException {
  return new OwsException('MissingParameterValue', `The parameter ${locator} is missing`, locator);
}

export function invalidParameter(locator: string, text: string): OwsException {
  return new OwsException('InvalidParameterValue', text, locator);
}

/** Turns an error of the pure rooms into the exception of the parameter it came from. @throws any other error */
export function asCswException(error: unknown, locator: string): OwsException {
  if (error instanceof OwsException) return error;
  if (error instanceof RepeatedParameterError) return invalidParameter(error.parameter, error.message);
  if (error instanceof XmlReadError) {
    return new OwsException(
      'NoApplicableCode',
      `The request is not readable XML, line ${error.line}: ${error.message}`,
    );
  }
  if (
    error instanceof FilterError ||
    error instanceof UnknownCrsError ||
    error instanceof BboxError ||
    error instanceof SqlValueError
  ) {
    return invalidParameter(locator, error.message);
  }
  throw error;
}
