import { OwsException } from '../ows/exceptions.js';
import { readKvpRequest } from './kvp-request.js';
import type { CswRequest } from './model.js';
import { readXmlRequest } from './xml-request.js';

/** Requests of both encodings, as text and as plain data that threads can send to each other. */

export interface WrittenCswRequest {
  readonly encoding: 'kvp' | 'xml';
  readonly text: string;
}

/** What an exception is made of: an error loses its class between threads. */
type Refusal = Pick<OwsException, 'code' | 'message' | 'locator' | 'status'>;

export type CswReading = { readonly request: CswRequest } | { readonly refusal: Refusal };

/** @throws OwsException */
export function readCswText({ encoding, text }: WrittenCswRequest): CswRequest {
  return encoding === 'xml' ? readXmlRequest(text) : readKvpRequest(text);
}

/** The same, with a refusal as data. */
export function cswReadingOf(written: WrittenCswRequest): CswReading {
  try {
    return { request: readCswText(written) };
  } catch (error) {
    if (!(error instanceof OwsException)) throw error;
    const { code, message, locator, status } = error;
    return { refusal: { code, message, locator, status } };
  }
}

export function asRefusal({ code, message, locator, status }: Refusal): OwsException {
  return new OwsException(code, message, locator, status);
}
