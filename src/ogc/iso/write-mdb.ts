import { el, type XmlElement } from '../xml.js';
import { answerableFor, briefExtents, type Conformity, type RecordContent } from './content.js';
import { GML } from './gml-time.js';
import { code, dated, extents, keywords, locale, onlineResource, responsible, text } from './mdb-parts.js';
import { serviceParts } from './mdb-service.js';
import type { RecordExtent, RecordHead } from './write-gmd.js';

/** Records in ISO 19115-3, written from what was read of them: parts of one, or one that was sent in ISO 19139. */

const ROOT = 'http://standards.iso.org/iso/19115/-3';
const XMLNS = {
  'xmlns:mdb': `${ROOT}/mdb/2.0`,
  'xmlns:cit': `${ROOT}/cit/2.0`,
  'xmlns:gex': `${ROOT}/gex/1.0`,
  'xmlns:lan': `${ROOT}/lan/1.0`,
  'xmlns:mcc': `${ROOT}/mcc/1.0`,
  'xmlns:mco': `${ROOT}/mco/1.0`,
  'xmlns:mrd': `${ROOT}/mrd/1.0`,
  'xmlns:mri': `${ROOT}/mri/1.0`,
  'xmlns:mrl': `${ROOT}/mrl/2.0`,
  'xmlns:mrs': `${ROOT}/mrs/1.0`,
  'xmlns:srv': `${ROOT}/srv/2.1`,
  'xmlns:mdq': 'http://standards.iso.org/iso/19157/-2/mdq/1.0',
  'xmlns:gco': `${ROOT}/gco/1.0`,
  'xmlns:gml': GML,
  'xmlns:xlink': 'http://www.w3.org/1999/xlink',
};

export function mdbRecord(
  { identifier, publisher }: RecordHead,
  content: RecordContent,
  extent: RecordExtent,
): XmlElement {
  const isBrief = extent === 'brief';
  const isFull = extent === 'full';
  return el(
    'mdb:MD_Metadata',
    XMLNS,
    el('mdb:metadataIdentifier', {}, el('mcc:MD_Identifier', {}, text('mcc:code', identifier))),
    content.language !== undefined && el('mdb:defaultLocale', {}, locale(content.language)),
    content.parentIdentifier !== undefined && !isBrief && parent(content.parentIdentifier),
    el(
      'mdb:metadataScope',
      {},
      el('mdb:MD_MetadataScope', {}, el('mdb:resourceScope', {}, code('mcc:MD_ScopeCode', content.level))),
    ),
    !isBrief && answerableFor(content, publisher).map((party) => el('mdb:contact', {}, responsible(party))),
    content.modified !== undefined && el('mdb:dateInfo', {}, dated('revision', content.modified)),
    !isBrief && content.crs.map(referenceSystem),
    el('mdb:identificationInfo', {}, identification(identifier, content, extent)),
    !isBrief && distribution(content),
    isFull && content.conformities.length > 0 && quality(content),
    isFull &&
      content.lineage !== undefined &&
      el('mdb:resourceLineage', {}, el('mrl:LI_Lineage', {}, text('mrl:statement', content.lineage))),
  );
}

function identification(identifier: string, content: RecordContent, extent: RecordExtent): XmlElement {
  const isBrief = extent === 'brief';
  const isFull = extent === 'full';
  const { service } = content;
  return el(
    service ? 'srv:SV_ServiceIdentification' : 'mri:MD_DataIdentification',
    {},
    el(
      'mri:citation',
      {},
      el(
        'cit:CI_Citation',
        {},
        text('cit:title', content.title ?? ''),
        isFull && content.alternateTitles.map((title) => text('cit:alternateTitle', title)),
        !isBrief && Object.entries(content.dates).map(([kind, day]) => el('cit:date', {}, dated(kind, day))),
        isFull &&
          content.resourceIdentifiers.map((value) =>
            el('cit:identifier', {}, el('mcc:MD_Identifier', {}, text('mcc:code', value))),
          ),
      ),
    ),
    !isBrief && content.abstract !== undefined && text('mri:abstract', content.abstract),
    !isBrief && content.parties.map((party) => el('mri:pointOfContact', {}, responsible(party))),
    isFull && resolutions(content),
    !isBrief &&
      content.topicCategories.map((topic) => el('mri:topicCategory', {}, el('mri:MD_TopicCategoryCode', {}, topic))),
    extents(identifier, isBrief ? briefExtents(content) : content),
    content.overviews.map((url) =>
      el('mri:graphicOverview', {}, el('mcc:MD_BrowseGraphic', {}, text('mcc:fileName', url))),
    ),
    !isBrief && keywords(content.keywords),
    !isBrief && keywords(content.inspireThemes, 'GEMET - INSPIRE themes, version 1.0'),
    !isBrief && constraints(content),
    !service &&
      content.resourceLanguages.map((language, i) =>
        el(i === 0 ? 'mri:defaultLocale' : 'mri:otherLocale', {}, locale(language)),
      ),
    service && serviceParts(service, isBrief),
  );
}

function parent(identifier: string): XmlElement {
  return el(
    'mdb:parentMetadata',
    {},
    el(
      'cit:CI_Citation',
      {},
      text('cit:title', identifier),
      el('cit:identifier', {}, el('mcc:MD_Identifier', {}, text('mcc:code', identifier))),
    ),
  );
}

function referenceSystem(crs: string): XmlElement {
  return el(
    'mdb:referenceSystemInfo',
    {},
    el(
      'mrs:MD_ReferenceSystem',
      {},
      el('mrs:referenceSystemIdentifier', {}, el('mcc:MD_Identifier', {}, text('mcc:code', crs))),
    ),
  );
}

function constraints(content: RecordContent): XmlElement[] {
  const { useConditions, accessConstraints, otherConstraints, classifications } = content;
  const security = classifications.map((value) =>
    el(
      'mri:resourceConstraints',
      {},
      el('mco:MD_SecurityConstraints', {}, el('mco:classification', {}, code('mco:MD_ClassificationCode', value))),
    ),
  );
  if (useConditions.length + accessConstraints.length + otherConstraints.length === 0) return security;
  const legal = el(
    'mri:resourceConstraints',
    {},
    el(
      'mco:MD_LegalConstraints',
      {},
      useConditions.map((condition) => text('mco:useLimitation', condition)),
      accessConstraints.map((value) => el('mco:accessConstraints', {}, code('mco:MD_RestrictionCode', value))),
      otherConstraints.map((constraint) => text('mco:otherConstraints', constraint)),
    ),
  );
  return [legal, ...security];
}

function resolutions({ denominators, distances }: RecordContent): XmlElement[] {
  const scales = denominators.map((value) =>
    el(
      'mri:equivalentScale',
      {},
      el('mri:MD_RepresentativeFraction', {}, el('mri:denominator', {}, el('gco:Integer', {}, value))),
    ),
  );
  const lengths = distances.map(({ value, unit }) => el('mri:distance', {}, el('gco:Distance', { uom: unit }, value)));
  return [...scales, ...lengths].map((resolution) =>
    el('mri:spatialResolution', {}, el('mri:MD_Resolution', {}, resolution)),
  );
}

function distribution({ formats, links }: RecordContent): XmlElement | undefined {
  if (formats.length + links.length === 0) return undefined;
  return el(
    'mdb:distributionInfo',
    {},
    el(
      'mrd:MD_Distribution',
      {},
      formats.map((format) =>
        el(
          'mrd:distributionFormat',
          {},
          el(
            'mrd:MD_Format',
            {},
            el('mrd:formatSpecificationCitation', {}, el('cit:CI_Citation', {}, text('cit:title', format))),
          ),
        ),
      ),
      links.length > 0 &&
        el(
          'mrd:transferOptions',
          {},
          el(
            'mrd:MD_DigitalTransferOptions',
            {},
            links.map((link) => el('mrd:onLine', {}, onlineResource(link))),
          ),
        ),
    ),
  );
}

function quality({ level, conformities }: RecordContent): XmlElement {
  return el(
    'mdb:dataQualityInfo',
    {},
    el(
      'mdq:DQ_DataQuality',
      {},
      el('mdq:scope', {}, el('mcc:MD_Scope', {}, el('mcc:level', {}, code('mcc:MD_ScopeCode', level)))),
      conformities.map(conformity),
    ),
  );
}

function conformity({ title, date, dateType, pass }: Conformity): XmlElement {
  return el(
    'mdq:report',
    {},
    el(
      'mdq:DQ_DomainConsistency',
      {},
      el(
        'mdq:result',
        {},
        el(
          'mdq:DQ_ConformanceResult',
          {},
          el(
            'mdq:specification',
            {},
            el(
              'cit:CI_Citation',
              {},
              text('cit:title', title ?? ''),
              date !== undefined && el('cit:date', {}, dated(dateType ?? 'publication', date)),
            ),
          ),
          pass === undefined
            ? el('mdq:pass', { 'gco:nilReason': 'unknown' })
            : el('mdq:pass', {}, el('gco:Boolean', {}, String(pass))),
        ),
      ),
    ),
  );
}
