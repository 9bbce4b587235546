import { el, renderElement } from '../xml.js';
import { assertSortable, recordCondition } from './conditions.js';
import { asCswException } from './exceptions.js';
import type { GetRecords } from './model.js';
import { declare } from './schemas.js';

/** A request as it came: its XML, or its address when it came in a query string or a form. */
export type SentRequest = { readonly xml: string } | { readonly url: string };

/**
 * A request that is valid down to the properties it names, as an element to echo.
 * @throws OwsException
 */
export function validatedRequest(request: GetRecords, sent: SentRequest): string {
  try {
    recordCondition(request.filter);
  } catch (error) {
    throw asCswException(error, 'constraint');
  }
  assertSortable(request.sortBy);
  if ('xml' in sent) return sent.xml.replace(/^\uFEFF?(?:\s|<\?[\s\S]*?\?>|<!--[\s\S]*?-->)*/, '');
  return renderElement(el('ows:Get', { ...declare('ows', 'xlink'), 'xlink:href': sent.url }));
}
