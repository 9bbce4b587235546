import { el, type XmlElement } from '../xml.js';
import type { Extents, Link, Party } from './content.js';
import { timePeriod } from './gml-time.js';

/** Parts of records in ISO 19139. */

const CODES = 'http://standards.iso.org/iso/19139/resources/gmxCodelists.xml';

/** A free text. */
export function text(name: string, value: string): XmlElement {
  return el(name, {}, el('gco:CharacterString', {}, value));
}

/** A value of a code list, which is named after the element. */
export function code(name: string, value: string): XmlElement {
  return el(name, { codeList: `${CODES}#${name.replace(/^.*:/, '')}`, codeListValue: value }, value);
}

export function date(value: string): XmlElement {
  return el(value.includes('T') ? 'gco:DateTime' : 'gco:Date', {}, value);
}

/** A date and what it is of. */
export function citationDate(kind: string, value: string): XmlElement {
  return el(
    'gmd:date',
    {},
    el('gmd:CI_Date', {}, el('gmd:date', {}, date(value)), el('gmd:dateType', {}, code('gmd:CI_DateTypeCode', kind))),
  );
}

/** Who answers for something. */
export function responsible({ organisation, individual, email, role }: Party): XmlElement {
  return el(
    'gmd:CI_ResponsibleParty',
    {},
    individual !== undefined && text('gmd:individualName', individual),
    organisation !== undefined && text('gmd:organisationName', organisation),
    email !== undefined &&
      el(
        'gmd:contactInfo',
        {},
        el(
          'gmd:CI_Contact',
          {},
          el('gmd:address', {}, el('gmd:CI_Address', {}, text('gmd:electronicMailAddress', email))),
        ),
      ),
    el('gmd:role', {}, code('gmd:CI_RoleCode', role)),
  );
}

/** Keywords, of a thesaurus or none; `undefined` without any. */
export function keywords(values: readonly string[], thesaurus?: XmlElement): XmlElement | undefined {
  if (values.length === 0) return undefined;
  return el(
    'gmd:descriptiveKeywords',
    {},
    el(
      'gmd:MD_Keywords',
      {},
      values.map((value) => text('gmd:keyword', value)),
      thesaurus !== undefined && el('gmd:thesaurusName', {}, thesaurus),
    ),
  );
}

/**
 * Where and when the resource is, one extent each.
 * @param name of the element
 * @param identifier of the record: GML wants identifiers, which differ in a whole answer
 */
export function extents(name: string, identifier: string, { boxes, placeCodes, periods }: Extents): XmlElement[] {
  const extent = (part: string, value: XmlElement) => el(name, {}, el('gmd:EX_Extent', {}, el(part, {}, value)));
  return [
    ...boxes.map((box) => extent('gmd:geographicElement', boundingBox(box))),
    ...placeCodes.map((place) =>
      extent(
        'gmd:geographicElement',
        el(
          'gmd:EX_GeographicDescription',
          {},
          el('gmd:geographicIdentifier', {}, el('gmd:MD_Identifier', {}, text('gmd:code', place))),
        ),
      ),
    ),
    ...periods.map((period, i) =>
      extent(
        'gmd:temporalElement',
        el('gmd:EX_TemporalExtent', {}, el('gmd:extent', {}, timePeriod(identifier, i, period))),
      ),
    ),
  ];
}

function boundingBox({ west, south, east, north }: Extents['boxes'][number]): XmlElement {
  const side = (bound: string, value: number) => el(`gmd:${bound}`, {}, el('gco:Decimal', {}, value));
  return el(
    'gmd:EX_GeographicBoundingBox',
    {},
    side('westBoundLongitude', west),
    side('eastBoundLongitude', east),
    side('southBoundLatitude', south),
    side('northBoundLatitude', north),
  );
}

/** Where something is found. */
export function onlineResource({ url, protocol, name, description }: Link): XmlElement {
  return el(
    'gmd:CI_OnlineResource',
    {},
    el('gmd:linkage', {}, el('gmd:URL', {}, url)),
    protocol !== undefined && text('gmd:protocol', protocol),
    name !== undefined && text('gmd:name', name),
    description !== undefined && text('gmd:description', description),
  );
}
