import { el, type XmlElement } from '../xml.js';
import { answerableFor, type Link, type RecordContent } from './content.js';
import { code, dated, keywords, locale, responsible, text } from './mdb-parts.js';
import type { RecordExtent } from './write-gmd.js';

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
  'xmlns:gco': `${ROOT}/gco/1.0`,
};

export function mdbRecord(identifier: string, content: RecordContent, extent: RecordExtent): XmlElement {
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
    !isBrief && answerableFor(content).map((party) => el('mdb:contact', {}, responsible(party))),
    content.modified !== undefined && el('mdb:dateInfo', {}, dated('revision', content.modified)),
    !isBrief && content.crs.map(referenceSystem),
    el('mdb:identificationInfo', {}, identification(content, extent)),
    !isBrief && distribution(content),
    isFull &&
      content.lineage !== undefined &&
      el('mdb:resourceLineage', {}, el('mrl:LI_Lineage', {}, text('mrl:statement', content.lineage))),
  );
}

function identification(content: RecordContent, extent: RecordExtent): XmlElement {
  const isBrief = extent === 'brief';
  const isFull = extent === 'full';
  const isService = content.level === 'service';
  return el(
    isService ? 'srv:SV_ServiceIdentification' : 'mri:MD_DataIdentification',
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
    content.boxes.map(extentOf),
    !isBrief &&
      content.overviews.map((url) =>
        el('mri:graphicOverview', {}, el('mcc:MD_BrowseGraphic', {}, text('mcc:fileName', url))),
      ),
    !isBrief && keywords(content.keywords),
    !isBrief && keywords(content.inspireThemes, 'GEMET - INSPIRE themes, version 1.0'),
    !isBrief && constraints(content),
    !isService &&
      content.resourceLanguages.map((language, i) =>
        el(i === 0 ? 'mri:defaultLocale' : 'mri:otherLocale', {}, locale(language)),
      ),
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

function constraints({ useConditions, accessConstraints, otherConstraints }: RecordContent): XmlElement | undefined {
  if (useConditions.length + accessConstraints.length + otherConstraints.length === 0) return undefined;
  return el(
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

function extentOf({ west, south, east, north }: RecordContent['boxes'][number]): XmlElement {
  const side = (bound: string, value: number) => el(`gex:${bound}`, {}, el('gco:Decimal', {}, value));
  return el(
    'mri:extent',
    {},
    el(
      'gex:EX_Extent',
      {},
      el(
        'gex:geographicElement',
        {},
        el(
          'gex:EX_GeographicBoundingBox',
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
      links.length > 0 && el('mrd:transferOptions', {}, el('mrd:MD_DigitalTransferOptions', {}, links.map(onLine))),
    ),
  );
}

function onLine({ url, protocol, name, description }: Link): XmlElement {
  return el(
    'mrd:onLine',
    {},
    el(
      'cit:CI_OnlineResource',
      {},
      text('cit:linkage', url),
      protocol !== undefined && text('cit:protocol', protocol),
      name !== undefined && text('cit:name', name),
      description !== undefined && text('cit:description', description),
    ),
  );
}
