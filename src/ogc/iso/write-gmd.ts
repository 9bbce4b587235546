import { el, type XmlElement } from '../xml.js';
import { answerableFor, type Link, type Party, type RecordContent } from './content.js';

/** Records in ISO 19139, written from what was read of them: parts of one, or one that was sent in ISO 19115-3. */

const XMLNS = {
  'xmlns:gmd': 'http://www.isotc211.org/2005/gmd',
  'xmlns:gco': 'http://www.isotc211.org/2005/gco',
  'xmlns:srv': 'http://www.isotc211.org/2005/srv',
};

const CODES = 'http://standards.iso.org/iso/19139/resources/gmxCodelists.xml';

/** How much of a record is written. */
export type RecordExtent = 'brief' | 'summary' | 'full';

export function gmdRecord(identifier: string, content: RecordContent, extent: RecordExtent): XmlElement {
  const isBrief = extent === 'brief';
  const isFull = extent === 'full';
  return el(
    'gmd:MD_Metadata',
    XMLNS,
    text('fileIdentifier', identifier),
    content.language !== undefined && el('gmd:language', {}, code('LanguageCode', content.language)),
    content.parentIdentifier !== undefined && !isBrief && text('parentIdentifier', content.parentIdentifier),
    el('gmd:hierarchyLevel', {}, code('MD_ScopeCode', content.level)),
    !isBrief && answerableFor(content).map((party) => el('gmd:contact', {}, responsible(party))),
    content.modified !== undefined && el('gmd:dateStamp', {}, date(content.modified)),
    !isBrief && content.crs.map(referenceSystem),
    el('gmd:identificationInfo', {}, identification(content, extent)),
    !isBrief && distribution(content, isFull),
    isFull && content.lineage !== undefined && quality(content.level, content.lineage),
  );
}

/** The schema wants one: that of the record, when the resource does not tell. */
function languagesOf({ resourceLanguages, language }: RecordContent): readonly string[] {
  return resourceLanguages.length > 0 || language === undefined ? resourceLanguages : [language];
}

function identification(content: RecordContent, extent: RecordExtent): XmlElement {
  const isBrief = extent === 'brief';
  const isFull = extent === 'full';
  const isService = content.level === 'service';
  return el(
    isService ? 'srv:SV_ServiceIdentification' : 'gmd:MD_DataIdentification',
    {},
    el(
      'gmd:citation',
      {},
      el(
        'gmd:CI_Citation',
        {},
        text('title', content.title ?? ''),
        isFull && content.alternateTitles.map((title) => text('alternateTitle', title)),
        !isBrief && Object.entries(content.dates).map(([kind, day]) => citationDate(kind, day)),
        isFull &&
          content.resourceIdentifiers.map((value) =>
            el('gmd:identifier', {}, el('gmd:MD_Identifier', {}, text('code', value))),
          ),
      ),
    ),
    !isBrief && content.abstract !== undefined && text('abstract', content.abstract),
    !isBrief && content.parties.map((party) => el('gmd:pointOfContact', {}, responsible(party))),
    !isBrief &&
      content.overviews.map((url) =>
        el('gmd:graphicOverview', {}, el('gmd:MD_BrowseGraphic', {}, text('fileName', url))),
      ),
    !isBrief && keywords(content.keywords),
    !isBrief && keywords(content.inspireThemes, INSPIRE_THEMES),
    !isBrief && constraints(content),
    isFull && resolutions(content),
    !isService && languagesOf(content).map((language) => el('gmd:language', {}, code('LanguageCode', language))),
    !isService &&
      !isBrief &&
      content.topicCategories.map((topic) => el('gmd:topicCategory', {}, el('gmd:MD_TopicCategoryCode', {}, topic))),
    content.boxes.map((box) => extentOf(box, isService ? 'srv:extent' : 'gmd:extent')),
  );
}

function text(name: string, value: string): XmlElement {
  return el(`gmd:${name}`, {}, el('gco:CharacterString', {}, value));
}

function code(name: string, value: string): XmlElement {
  return el(`gmd:${name}`, { codeList: `${CODES}#${name}`, codeListValue: value }, value);
}

function date(value: string): XmlElement {
  return el(value.includes('T') ? 'gco:DateTime' : 'gco:Date', {}, value);
}

function citationDate(kind: string, value: string): XmlElement {
  return el(
    'gmd:date',
    {},
    el('gmd:CI_Date', {}, el('gmd:date', {}, date(value)), el('gmd:dateType', {}, code('CI_DateTypeCode', kind))),
  );
}

function responsible({ organisation, individual, email, role }: Party): XmlElement {
  return el(
    'gmd:CI_ResponsibleParty',
    {},
    individual !== undefined && text('individualName', individual),
    organisation !== undefined && text('organisationName', organisation),
    email !== undefined &&
      el(
        'gmd:contactInfo',
        {},
        el('gmd:CI_Contact', {}, el('gmd:address', {}, el('gmd:CI_Address', {}, text('electronicMailAddress', email)))),
      ),
    el('gmd:role', {}, code('CI_RoleCode', role)),
  );
}

function referenceSystem(crs: string): XmlElement {
  return el(
    'gmd:referenceSystemInfo',
    {},
    el(
      'gmd:MD_ReferenceSystem',
      {},
      el('gmd:referenceSystemIdentifier', {}, el('gmd:RS_Identifier', {}, text('code', crs))),
    ),
  );
}

const INSPIRE_THEMES = el(
  'gmd:CI_Citation',
  {},
  text('title', 'GEMET - INSPIRE themes, version 1.0'),
  citationDate('publication', '2008-06-01'),
);

function keywords(values: readonly string[], thesaurus?: XmlElement): XmlElement | undefined {
  if (values.length === 0) return undefined;
  return el(
    'gmd:descriptiveKeywords',
    {},
    el(
      'gmd:MD_Keywords',
      {},
      values.map((value) => text('keyword', value)),
      thesaurus !== undefined && el('gmd:thesaurusName', {}, thesaurus),
    ),
  );
}

function constraints({ useConditions, accessConstraints, otherConstraints }: RecordContent): XmlElement | undefined {
  if (useConditions.length + accessConstraints.length + otherConstraints.length === 0) return undefined;
  return el(
    'gmd:resourceConstraints',
    {},
    el(
      'gmd:MD_LegalConstraints',
      {},
      useConditions.map((condition) => text('useLimitation', condition)),
      accessConstraints.map((value) => el('gmd:accessConstraints', {}, code('MD_RestrictionCode', value))),
      otherConstraints.map((constraint) => text('otherConstraints', constraint)),
    ),
  );
}

function resolutions({ denominators, distances }: RecordContent): XmlElement[] {
  const scales = denominators.map((value) =>
    el(
      'gmd:equivalentScale',
      {},
      el('gmd:MD_RepresentativeFraction', {}, el('gmd:denominator', {}, el('gco:Integer', {}, value))),
    ),
  );
  const lengths = distances.map(({ value, unit }) => el('gmd:distance', {}, el('gco:Distance', { uom: unit }, value)));
  return [...scales, ...lengths].map((resolution) =>
    el('gmd:spatialResolution', {}, el('gmd:MD_Resolution', {}, resolution)),
  );
}

function extentOf({ west, south, east, north }: RecordContent['boxes'][number], name: string): XmlElement {
  const side = (bound: string, value: number) => el(`gmd:${bound}`, {}, el('gco:Decimal', {}, value));
  return el(
    name,
    {},
    el(
      'gmd:EX_Extent',
      {},
      el(
        'gmd:geographicElement',
        {},
        el(
          'gmd:EX_GeographicBoundingBox',
          {},
          side('westBoundLongitude', west),
          side('eastBoundLongitude', east),
          side('southBoundLatitude', south),
          side('northBoundLatitude', north),
        ),
      ),
    ),
  );
}

function distribution({ formats, links }: RecordContent, isFull: boolean): XmlElement | undefined {
  if (formats.length + links.length === 0) return undefined;
  return el(
    'gmd:distributionInfo',
    {},
    el(
      'gmd:MD_Distribution',
      {},
      formats.map((format) =>
        el(
          'gmd:distributionFormat',
          {},
          el('gmd:MD_Format', {}, text('name', format), el('gmd:version', { 'gco:nilReason': 'unknown' })),
        ),
      ),
      links.length > 0 &&
        el(
          'gmd:transferOptions',
          {},
          el(
            'gmd:MD_DigitalTransferOptions',
            {},
            links.map((link) => onLine(link, isFull)),
          ),
        ),
    ),
  );
}

function onLine({ url, protocol, name, description }: Link, isFull: boolean): XmlElement {
  return el(
    'gmd:onLine',
    {},
    el(
      'gmd:CI_OnlineResource',
      {},
      el('gmd:linkage', {}, el('gmd:URL', {}, url)),
      protocol !== undefined && text('protocol', protocol),
      name !== undefined && text('name', name),
      isFull && description !== undefined && text('description', description),
    ),
  );
}

function quality(level: string, lineage: string): XmlElement {
  return el(
    'gmd:dataQualityInfo',
    {},
    el(
      'gmd:DQ_DataQuality',
      {},
      el('gmd:scope', {}, el('gmd:DQ_Scope', {}, el('gmd:level', {}, code('MD_ScopeCode', level)))),
      el('gmd:lineage', {}, el('gmd:LI_Lineage', {}, text('statement', lineage))),
    ),
  );
}
