import { el, type XmlElement } from '../xml.js';
import { answerableFor, briefExtents, type Conformity, type Party, type RecordContent } from './content.js';
import { citationDate, code, date, extents, keywords, onlineResource, responsible, text } from './gmd-parts.js';
import { serviceParts } from './gmd-service.js';
import { GML } from './gml-time.js';

/** Records in ISO 19139, written from what was read of them: parts of one, or one that was sent in ISO 19115-3. */

const XMLNS = {
  'xmlns:gmd': 'http://www.isotc211.org/2005/gmd',
  'xmlns:gco': 'http://www.isotc211.org/2005/gco',
  'xmlns:srv': 'http://www.isotc211.org/2005/srv',
  'xmlns:gml': GML,
  'xmlns:xlink': 'http://www.w3.org/1999/xlink',
};

/** How much of a record is written. */
export type RecordExtent = 'brief' | 'summary' | 'full';

/** What is written of a record beside its content. */
export interface RecordHead {
  readonly identifier: string;
  /** Who answers for the record when it names nobody. */
  readonly publisher: Party;
}

export function gmdRecord(
  { identifier, publisher }: RecordHead,
  content: RecordContent,
  extent: RecordExtent,
): XmlElement {
  const isBrief = extent === 'brief';
  const isFull = extent === 'full';
  return el(
    'gmd:MD_Metadata',
    XMLNS,
    text('gmd:fileIdentifier', identifier),
    content.language !== undefined && el('gmd:language', {}, code('gmd:LanguageCode', content.language)),
    content.parentIdentifier !== undefined && !isBrief && text('gmd:parentIdentifier', content.parentIdentifier),
    el('gmd:hierarchyLevel', {}, code('gmd:MD_ScopeCode', content.level)),
    !isBrief && answerableFor(content, publisher).map((party) => el('gmd:contact', {}, responsible(party))),
    content.modified !== undefined && el('gmd:dateStamp', {}, date(content.modified)),
    !isBrief && content.crs.map(referenceSystem),
    el('gmd:identificationInfo', {}, identification(identifier, content, extent)),
    !isBrief && distribution(content, isFull),
    isFull && quality(content),
  );
}

/** The schema wants one: that of the record, when the resource does not tell. */
function languagesOf({ resourceLanguages, language }: RecordContent): readonly string[] {
  return resourceLanguages.length > 0 || language === undefined ? resourceLanguages : [language];
}

function identification(identifier: string, content: RecordContent, extent: RecordExtent): XmlElement {
  const isBrief = extent === 'brief';
  const isFull = extent === 'full';
  const { service } = content;
  const shown = isBrief ? briefExtents(content) : content;
  return el(
    service ? 'srv:SV_ServiceIdentification' : 'gmd:MD_DataIdentification',
    {},
    el(
      'gmd:citation',
      {},
      el(
        'gmd:CI_Citation',
        {},
        text('gmd:title', content.title ?? ''),
        isFull && content.alternateTitles.map((title) => text('gmd:alternateTitle', title)),
        !isBrief && Object.entries(content.dates).map(([kind, day]) => citationDate(kind, day)),
        isFull &&
          content.resourceIdentifiers.map((value) =>
            el('gmd:identifier', {}, el('gmd:MD_Identifier', {}, text('gmd:code', value))),
          ),
      ),
    ),
    !isBrief && content.abstract !== undefined && text('gmd:abstract', content.abstract),
    !isBrief && content.parties.map((party) => el('gmd:pointOfContact', {}, responsible(party))),
    content.overviews.map((url) =>
      el('gmd:graphicOverview', {}, el('gmd:MD_BrowseGraphic', {}, text('gmd:fileName', url))),
    ),
    !isBrief && keywords(content.keywords),
    !isBrief && keywords(content.inspireThemes, INSPIRE_THEMES),
    !isBrief && constraints(content),
    !service && isFull && resolutions(content),
    !service && languagesOf(content).map((language) => el('gmd:language', {}, code('gmd:LanguageCode', language))),
    !service &&
      !isBrief &&
      content.topicCategories.map((topic) => el('gmd:topicCategory', {}, el('gmd:MD_TopicCategoryCode', {}, topic))),
    service
      ? serviceParts(service, extents('srv:extent', identifier, shown), isBrief)
      : extents('gmd:extent', identifier, shown),
  );
}

function referenceSystem(crs: string): XmlElement {
  return el(
    'gmd:referenceSystemInfo',
    {},
    el(
      'gmd:MD_ReferenceSystem',
      {},
      el('gmd:referenceSystemIdentifier', {}, el('gmd:RS_Identifier', {}, text('gmd:code', crs))),
    ),
  );
}

const INSPIRE_THEMES = el(
  'gmd:CI_Citation',
  {},
  text('gmd:title', 'GEMET - INSPIRE themes, version 1.0'),
  citationDate('publication', '2008-06-01'),
);

function constraints(content: RecordContent): XmlElement[] {
  const { useConditions, accessConstraints, otherConstraints, classifications } = content;
  const security = classifications.map((value) =>
    el(
      'gmd:resourceConstraints',
      {},
      el('gmd:MD_SecurityConstraints', {}, el('gmd:classification', {}, code('gmd:MD_ClassificationCode', value))),
    ),
  );
  if (useConditions.length + accessConstraints.length + otherConstraints.length === 0) return security;
  const legal = el(
    'gmd:resourceConstraints',
    {},
    el(
      'gmd:MD_LegalConstraints',
      {},
      useConditions.map((condition) => text('gmd:useLimitation', condition)),
      accessConstraints.map((value) => el('gmd:accessConstraints', {}, code('gmd:MD_RestrictionCode', value))),
      otherConstraints.map((constraint) => text('gmd:otherConstraints', constraint)),
    ),
  );
  return [legal, ...security];
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
          el('gmd:MD_Format', {}, text('gmd:name', format), el('gmd:version', { 'gco:nilReason': 'unknown' })),
        ),
      ),
      links.length > 0 &&
        el(
          'gmd:transferOptions',
          {},
          el(
            'gmd:MD_DigitalTransferOptions',
            {},
            links.map((link) =>
              el('gmd:onLine', {}, onlineResource(isFull ? link : { ...link, description: undefined })),
            ),
          ),
        ),
    ),
  );
}

function quality({ level, lineage, conformities }: RecordContent): XmlElement | undefined {
  if (lineage === undefined && conformities.length === 0) return undefined;
  return el(
    'gmd:dataQualityInfo',
    {},
    el(
      'gmd:DQ_DataQuality',
      {},
      el('gmd:scope', {}, el('gmd:DQ_Scope', {}, el('gmd:level', {}, code('gmd:MD_ScopeCode', level)))),
      conformities.map(conformity),
      lineage !== undefined && el('gmd:lineage', {}, el('gmd:LI_Lineage', {}, text('gmd:statement', lineage))),
    ),
  );
}

function conformity({ title, date: day, dateType, pass }: Conformity): XmlElement {
  return el(
    'gmd:report',
    {},
    el(
      'gmd:DQ_DomainConsistency',
      {},
      el(
        'gmd:result',
        {},
        el(
          'gmd:DQ_ConformanceResult',
          {},
          el(
            'gmd:specification',
            {},
            el(
              'gmd:CI_Citation',
              {},
              text('gmd:title', title ?? ''),
              day === undefined
                ? el('gmd:date', { 'gco:nilReason': 'missing' })
                : citationDate(dateType ?? 'publication', day),
            ),
          ),
          el('gmd:explanation', { 'gco:nilReason': 'missing' }),
          pass === undefined
            ? el('gmd:pass', { 'gco:nilReason': 'unknown' })
            : el('gmd:pass', {}, el('gco:Boolean', {}, String(pass))),
        ),
      ),
    ),
  );
}
