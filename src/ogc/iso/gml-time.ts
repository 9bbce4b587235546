import { el, type XmlElement } from '../xml.js';
import type { Period } from './content.js';

/** Times, which both standards write in GML 3.2. */

export const GML = 'http://www.opengis.net/gml/3.2';

/**
 * A period; an end that is not known is left open.
 * @param identifier of the record: identifiers of GML differ in a whole answer
 */
export function timePeriod(identifier: string, position: number, { begin, end }: Period): XmlElement {
  const bound = (name: string, date: string | undefined) =>
    date === undefined ? el(name, { indeterminatePosition: 'unknown' }) : el(name, {}, date);
  return el(
    'gml:TimePeriod',
    { 'gml:id': `t${position}-${identifier.replace(/[^\w.-]/g, '_')}` },
    bound('gml:beginPosition', begin),
    bound('gml:endPosition', end),
  );
}
