import { el, renderXml, type XmlElement } from '../xml.js';

/** Exceptions of OWS Common 1.1 (OGC 06-121r3 §8), which WFS 2.0, WMTS and CSW speak. */

/** Codes of OWS Common 1.1 table 25 and of WFS 2.0 table 3. */
export type OwsExceptionCode =
  | 'MissingParameterValue'
  | 'InvalidParameterValue'
  | 'VersionNegotiationFailed'
  | 'OperationNotSupported'
  | 'OptionNotSupported'
  | 'OperationParsingFailed'
  | 'OperationProcessingFailed'
  | 'NotFound'
  | 'NoApplicableCode';

/** A refusal, as one exception of a report. */
export class OwsException extends Error {
  constructor(
    readonly code: OwsExceptionCode,
    message: string,
    /** Name of the parameter at fault, or of the operation. */
    readonly locator?: string,
    /** HTTP status: 400 is what GeoServer answers in WFS 2.0 whatever the code. */
    readonly status: number = 400,
  ) {
    super(message);
    this.name = 'OwsException';
  }
}

/** That others are being served: the same request may succeed later. */
export function tooBusy(): OwsException {
  return new OwsException('NoApplicableCode', 'Too many requests are being served: try again later', undefined, 503);
}

/** The document that tells an exception; `version` is that of the service. */
export function exceptionReport({ code, locator, message }: OwsException, version: string): string {
  const exception: XmlElement = el(
    'ows:Exception',
    { exceptionCode: code, locator },
    el('ows:ExceptionText', {}, message),
  );
  return renderXml(
    el(
      'ows:ExceptionReport',
      {
        'xmlns:ows': 'http://www.opengis.net/ows/1.1',
        'xmlns:xs': 'http://www.w3.org/2001/XMLSchema',
        'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
        version,
        'xsi:schemaLocation': 'http://www.opengis.net/ows/1.1 http://schemas.opengis.net/ows/1.1.0/owsAll.xsd',
      },
      exception,
    ),
  );
}
