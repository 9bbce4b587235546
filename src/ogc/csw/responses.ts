import { el, escapeAttribute, renderElement, renderXml, type XmlElement } from '../xml.js';
import type { ElementSet, OutputSchema } from './model.js';
import { declare, NAMESPACES, schemaUri } from './schemas.js';

/** Documents of answers, records left out: those are written one by one, as they come from the index. */

const DISCOVERY_SCHEMA = `${NAMESPACES.csw} http://schemas.opengis.net/csw/2.0.2/CSW-discovery.xsd`;

/** Records are fragments: the prefixes that Dublin Core uses are declared once, around them. */
const DECLARED = { ...declare('csw', 'dc', 'dct', 'ows', 'xsi'), 'xsi:schemaLocation': DISCOVERY_SCHEMA };

/** What comes before and after the records of an answer. */
export interface Envelope {
  readonly head: string;
  readonly tail: string;
}

export interface SearchResults {
  readonly matched: number;
  readonly returned: number;
  /** From 1; 0: there is none. */
  readonly nextRecord: number;
  readonly elementSet: ElementSet;
  readonly outputSchema: OutputSchema;
  readonly timeStamp: Date;
}

export function searchEnvelope(results: SearchResults): Envelope {
  const status = renderElement(el('csw:SearchStatus', { timestamp: seconds(results.timeStamp) }));
  const found = startTag('csw:SearchResults', {
    numberOfRecordsMatched: results.matched,
    numberOfRecordsReturned: results.returned,
    elementSet: results.elementSet,
    recordSchema: schemaUri(results.outputSchema),
    nextRecord: results.nextRecord,
  });
  return {
    head: `${DECLARATION}${startTag('csw:GetRecordsResponse', DECLARED)}${status}${found}`,
    tail: '</csw:SearchResults></csw:GetRecordsResponse>',
  };
}

export function recordsByIdEnvelope(): Envelope {
  return {
    head: `${DECLARATION}${startTag('csw:GetRecordByIdResponse', DECLARED)}`,
    tail: '</csw:GetRecordByIdResponse>',
  };
}

/** That a request is valid (`resultType=validate`). @param request its element, as it came or as it would be in XML */
export function acknowledgement(request: string, timeStamp: Date): string {
  const root = startTag('csw:Acknowledgement', { ...DECLARED, timeStamp: seconds(timeStamp) });
  return `${DECLARATION}${root}<csw:EchoedRequest>${request}</csw:EchoedRequest></csw:Acknowledgement>`;
}

/** Values of one property or parameter. */
export interface DomainValues {
  readonly kind: 'PropertyName' | 'ParameterName';
  readonly name: string;
  /** All of them, the ends of their range, or `null` when they cannot be told. */
  readonly values: readonly string[] | { readonly min: string; readonly max: string } | null;
}

export function domainResponse(domains: readonly DomainValues[]): string {
  return renderXml(
    el(
      'csw:GetDomainResponse',
      DECLARED,
      domains.map(({ kind, name, values }) =>
        el('csw:DomainValues', { type: 'csw:Record' }, el(`csw:${kind}`, {}, name), valuesOf(values)),
      ),
    ),
  );
}

function valuesOf(values: DomainValues['values']): XmlElement | null {
  if (values === null) return null;
  if ('min' in values) {
    return el('csw:RangeOfValues', {}, el('csw:MinValue', {}, values.min), el('csw:MaxValue', {}, values.max));
  }
  return el(
    'csw:ListOfValues',
    {},
    values.map((value) => el('csw:Value', {}, value)),
  );
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

function startTag(name: string, attributes: Readonly<Record<string, string | number>>): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeAttribute(String(value))}"`);
  return `<${name}${written.join('')}>`;
}

function seconds(instant: Date): string {
  return instant.toISOString().replace(/\.\d+/, '');
}
