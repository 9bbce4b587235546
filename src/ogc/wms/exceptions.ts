import { el, renderXml } from '../xml.js';

/** Versions of WMS that requests may name. Capabilities are written in 1.3.0. */
export type WmsVersion = '1.1.1' | '1.3.0';

/** Codes of WMS 1.3.0 (OGC 06-042, table E.1) and the ones GeoServer adds. */
export type WmsExceptionCode =
  | 'InvalidFormat'
  | 'InvalidCRS'
  | 'LayerNotDefined'
  | 'StyleNotDefined'
  | 'LayerNotQueryable'
  | 'InvalidPoint'
  | 'OperationNotSupported'
  | 'MissingParameterValue'
  | 'InvalidParameterValue'
  | 'missingorinvalidparameter'
  | 'MissingBBox'
  | 'InvalidBBox'
  | 'NoApplicableCode';

/** A refusal that the service answers as a `ServiceExceptionReport`. */
export class WmsException extends Error {
  /** @param locator name of the parameter at fault */
  constructor(
    readonly code: WmsExceptionCode,
    message: string,
    readonly locator?: string,
  ) {
    super(message);
    this.name = 'WmsException';
  }
}

/** An exception report and its media type. GeoServer sends it with HTTP status 200. */
export interface ExceptionReport {
  readonly contentType: string;
  readonly body: string;
}

/** Writes the report (OGC 06-042 §6.11; 01-068r3 §6.7, where the CRS is an SRS and there is no namespace). */
export function writeExceptionReport(exception: WmsException, version: WmsVersion): ExceptionReport {
  const is13 = version === '1.3.0';
  const code = exception.code === 'NoApplicableCode' ? undefined : exception.code;
  const report = el(
    'ServiceExceptionReport',
    is13
      ? {
          version,
          xmlns: 'http://www.opengis.net/ogc',
          'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
          'xsi:schemaLocation': 'http://www.opengis.net/ogc http://schemas.opengis.net/wms/1.3.0/exceptions_1_3_0.xsd',
        }
      : { version },
    el(
      'ServiceException',
      { code: code === 'InvalidCRS' && !is13 ? 'InvalidSRS' : code, locator: exception.locator },
      exception.message,
    ),
  );
  return { contentType: is13 ? 'text/xml' : 'application/vnd.ogc.se_xml', body: renderXml(report) };
}
