import { el, type XmlElement } from '../xml.js';
import type { Extents, Link, Party } from './content.js';
import { timePeriod } from './gml-time.js';

/** Parts of records in ISO 19115-3. */

const CODES = 'http://standards.iso.org/iso/19115/resources/Codelists/cat/codelists.xml';

/** A free text. */
export function text(name: string, value: string): XmlElement {
  return el(name, {}, el('gco:CharacterString', {}, value));
}

/** A value of a code list, which is named after the element. */
export function code(name: string, value: string): XmlElement {
  return el(name, { codeList: `${CODES}#${name.replace(/^.*:/, '')}`, codeListValue: value }, value);
}

/** A language, and the encoding that the schema wants with it: that of our answers. */
export function locale(language: string): XmlElement {
  return el(
    'lan:PT_Locale',
    {},
    el('lan:language', {}, code('lan:LanguageCode', language)),
    el('lan:characterEncoding', {}, code('lan:MD_CharacterSetCode', 'utf8')),
  );
}

/** A date and what it is of. */
export function dated(kind: string, value: string): XmlElement {
  return el(
    'cit:CI_Date',
    {},
    el('cit:date', {}, el(value.includes('T') ? 'gco:DateTime' : 'gco:Date', {}, value)),
    el('cit:dateType', {}, code('cit:CI_DateTypeCode', kind)),
  );
}

/** Who answers for something. */
export function responsible({ organisation, individual, email, role }: Party): XmlElement {
  const contact =
    email !== undefined &&
    el(
      'cit:contactInfo',
      {},
      el(
        'cit:CI_Contact',
        {},
        el('cit:address', {}, el('cit:CI_Address', {}, text('cit:electronicMailAddress', email))),
      ),
    );
  const person = individual !== undefined && el('cit:CI_Individual', {}, text('cit:name', individual));
  return el(
    'cit:CI_Responsibility',
    {},
    el('cit:role', {}, code('cit:CI_RoleCode', role)),
    el(
      'cit:party',
      {},
      organisation === undefined && individual !== undefined
        ? el('cit:CI_Individual', {}, text('cit:name', individual), contact)
        : el(
            'cit:CI_Organisation',
            {},
            text('cit:name', organisation ?? ''),
            contact,
            person && el('cit:individual', {}, person),
          ),
    ),
  );
}

/** Keywords, of a thesaurus or none; `undefined` without any. */
export function keywords(values: readonly string[], thesaurus?: string): XmlElement | undefined {
  if (values.length === 0) return undefined;
  return el(
    'mri:descriptiveKeywords',
    {},
    el(
      'mri:MD_Keywords',
      {},
      values.map((value) => text('mri:keyword', value)),
      thesaurus !== undefined && el('mri:thesaurusName', {}, el('cit:CI_Citation', {}, text('cit:title', thesaurus))),
    ),
  );
}

/** Where something is found. */
export function onlineResource({ url, protocol, name, description }: Link): XmlElement {
  return el(
    'cit:CI_OnlineResource',
    {},
    text('cit:linkage', url),
    protocol !== undefined && text('cit:protocol', protocol),
    name !== undefined && text('cit:name', name),
    description !== undefined && text('cit:description', description),
  );
}

/**
 * Where and when the resource is, one extent each.
 * @param identifier of the record: GML wants identifiers, which differ in a whole answer
 */
export function extents(identifier: string, { boxes, placeCodes, periods }: Extents): XmlElement[] {
  const extent = (part: string, value: XmlElement) =>
    el('mri:extent', {}, el('gex:EX_Extent', {}, el(part, {}, value)));
  return [
    ...boxes.map((box) => extent('gex:geographicElement', boundingBox(box))),
    ...placeCodes.map((place) =>
      extent(
        'gex:geographicElement',
        el(
          'gex:EX_GeographicDescription',
          {},
          el('gex:geographicIdentifier', {}, el('mcc:MD_Identifier', {}, text('mcc:code', place))),
        ),
      ),
    ),
    ...periods.map((period, i) =>
      extent(
        'gex:temporalElement',
        el('gex:EX_TemporalExtent', {}, el('gex:extent', {}, timePeriod(identifier, i, period))),
      ),
    ),
  ];
}

function boundingBox({ west, south, east, north }: Extents['boxes'][number]): XmlElement {
  const side = (bound: string, value: number) => el(`gex:${bound}`, {}, el('gco:Decimal', {}, value));
  return el(
    'gex:EX_GeographicBoundingBox',
    {},
    side('westBoundLongitude', west),
    side('eastBoundLongitude', east),
    side('southBoundLatitude', south),
    side('northBoundLatitude', north),
  );
}
