import { el, renderElement } from '../xml.js';

/** Codes of the platform's WMTS (spec diffusion §6.1). */
export type WmtsExceptionCode =
  | 'MissingParameterValue'
  | 'InvalidParameterValue'
  | 'VersionNegotiationFailed'
  | 'OperationNotSupported'
  | 'PointIJOutOfRange'
  | 'TileOutOfRange'
  | 'Not Found'
  | 'NoApplicableCode';

/** A refusal, as the exception of a report. */
export class WmtsException extends Error {
  constructor(
    readonly code: WmtsExceptionCode,
    message: string,
    readonly status: 400 | 404 | 500 | 502 | 503 = 400,
  ) {
    super(message);
    this.name = 'WmtsException';
  }
}

/** There is no such tile in the data. */
export const noTile = (): WmtsException => new WmtsException('Not Found', 'No data found', 404);

/** There are no values at the point. */
export const noValues = (): WmtsException => new WmtsException('TileOutOfRange', 'No data found', 404);

/** The document that tells an exception: the text lies in the exception itself, as the platform's server has it. */
export function writeExceptionReport({ code, message }: WmtsException): string {
  return renderElement(
    el(
      'ExceptionReport',
      { xmlns: 'http://www.opengis.net/ows/1.1' },
      el('Exception', { exceptionCode: code }, message),
    ),
  );
}
