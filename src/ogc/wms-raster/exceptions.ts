import { el, renderElement } from '../xml.js';

/** Codes of the platform's WMS of pyramids (spec diffusion §6.1). */
export type RasterWmsExceptionCode =
  | 'MissingParameterValue'
  | 'InvalidParameterValue'
  | 'VersionNegotiationFailed'
  | 'OperationNotSupported'
  | 'LayerNotDefined'
  | 'LayerNotQueryable'
  | 'InvalidPoint'
  | 'NoApplicableCode';

/** A refusal, as the exception of a report. */
export class RasterWmsException extends Error {
  /** @param status 400 for whatever the client can mend */
  constructor(
    readonly code: RasterWmsExceptionCode,
    message: string,
    readonly status: 400 | 500 | 502 | 503 = 400,
  ) {
    super(message);
    this.name = 'RasterWmsException';
  }
}

/** The document that tells an exception (OGC 06-042 §6.11). */
export function writeExceptionReport({ code, message }: RasterWmsException): string {
  return renderElement(
    el(
      'ServiceExceptionReport',
      {
        version: '1.3.0',
        xmlns: 'http://www.opengis.net/ogc',
        'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
        'xsi:schemaLocation': 'http://www.opengis.net/ogc http://schemas.opengis.net/wms/1.3.0/exceptions_1_3_0.xsd',
      },
      el('ServiceException', { code }, message),
    ),
  );
}
