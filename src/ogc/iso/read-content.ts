import type { ReadElement } from '../xml.js';
import { READING, type RecordContent } from './content.js';
import { codesAt, distinct, elementsAt, firstOf, present, textAt, textsAt } from './elements.js';
import {
  DATE,
  readBox,
  readConformity,
  readDenominator,
  readDistance,
  readLink,
  readParties,
  readPeriod,
} from './read-parts.js';
import { readService } from './read-service.js';

/** What the catalogue shows of a record, from its root. Both standards are read by the same paths, or by one each. */
export function readContent(root: ReadElement, standard: RecordContent['standard']): RecordContent {
  const title = textAt(root, `${CITATION}/title`);
  const abstract = textAt(root, `${RESOURCE}/abstract`);
  const lineage =
    textAt(root, 'dataQualityInfo/DQ_DataQuality/lineage/LI_Lineage/statement') ??
    textAt(root, 'resourceLineage/LI_Lineage/statement');
  const keywords = elementsAt(root, `${RESOURCE}/descriptiveKeywords/MD_Keywords`);
  const modified = readModified(root);
  const parentIdentifier =
    textAt(root, 'parentIdentifier') ?? textAt(root, 'parentMetadata/CI_Citation/identifier/MD_Identifier/code');
  const language =
    codesAt(root, 'language/LanguageCode')[0] ??
    textAt(root, 'language') ??
    codesAt(root, 'defaultLocale/PT_Locale/language/LanguageCode')[0];
  const [service] = elementsAt(root, 'identificationInfo/SV_ServiceIdentification').map(readService);
  return {
    reading: READING,
    standard,
    level: readLevel(root),
    ...present({ title, abstract, lineage, modified, language, parentIdentifier, service }),
    alternateTitles: textsAt(root, `${CITATION}/alternateTitle`),
    keywords: distinct(keywords.filter((set) => !isInspire(set)).flatMap((set) => textsAt(set, 'keyword'))),
    inspireThemes: distinct(keywords.filter(isInspire).flatMap((set) => textsAt(set, 'keyword'))),
    topicCategories: textsAt(root, `${RESOURCE}/topicCategory/MD_TopicCategoryCode`),
    contacts: readParties(root, 'contact'),
    parties: firstOf([
      ...readParties(root, `${RESOURCE}/pointOfContact`),
      ...readParties(root, `${CITATION}/citedResponsibleParty`),
      ...readParties(root, `${DISTRIBUTION}/distributor/MD_Distributor/distributorContact`),
    ]),
    dates: readDates(root),
    resourceLanguages: distinct([
      ...codesAt(root, `${RESOURCE}/language/LanguageCode`),
      ...textsAt(root, `${RESOURCE}/language`),
      ...codesAt(root, `${RESOURCE}/defaultLocale|otherLocale/PT_Locale/language/LanguageCode`),
    ]),
    formats: distinct(
      FORMATS.flatMap((path) => [
        ...textsAt(root, `${path}/name`),
        ...textsAt(root, `${path}/formatSpecificationCitation/CI_Citation/title`),
      ]),
    ),
    crs: textsAt(
      root,
      'referenceSystemInfo/MD_ReferenceSystem/referenceSystemIdentifier/RS_Identifier|MD_Identifier/code',
    ),
    boxes: firstOf(elementsAt(root, `${EXTENT}/geographicElement/EX_GeographicBoundingBox`).flatMap(readBox)),
    placeCodes: textsAt(
      root,
      `${EXTENT}/geographicElement/EX_GeographicDescription/geographicIdentifier/MD_Identifier|RS_Identifier/code`,
    ),
    periods: firstOf(elementsAt(root, `${EXTENT}/temporalElement/*/extent/*`).flatMap(readPeriod)),
    links: firstOf(LINKS.flatMap((path) => elementsAt(root, `${path}/CI_OnlineResource`)).flatMap(readLink)),
    overviews: textsAt(root, `${RESOURCE}/graphicOverview/MD_BrowseGraphic/fileName`),
    accessConstraints: codesAt(root, `${CONSTRAINTS}/accessConstraints/MD_RestrictionCode`),
    useConditions: distinct([
      ...textsAt(root, `${CONSTRAINTS}/useLimitation`),
      ...codesAt(root, `${CONSTRAINTS}/useConstraints/MD_RestrictionCode`),
    ]),
    otherConstraints: textsAt(root, `${CONSTRAINTS}/otherConstraints`),
    classifications: codesAt(root, `${CONSTRAINTS}/classification/MD_ClassificationCode`),
    denominators: distinct(
      textsAt(root, `${RESOLUTION}/equivalentScale/MD_RepresentativeFraction/denominator/Integer`).flatMap(
        readDenominator,
      ),
    ),
    distances: firstOf(elementsAt(root, `${RESOLUTION}/distance/Distance`).flatMap(readDistance)),
    resourceIdentifiers: textsAt(root, `${CITATION}/identifier/MD_Identifier|RS_Identifier/code`),
    conformities: firstOf(elementsAt(root, CONFORMITIES).map(readConformity)),
  };
}

const RESOURCE = 'identificationInfo/*';
const CITATION = `${RESOURCE}/citation/CI_Citation`;
const EXTENT = `${RESOURCE}/extent/EX_Extent`;
const CONSTRAINTS = `${RESOURCE}/resourceConstraints/*`;
const RESOLUTION = `${RESOURCE}/spatialResolution/MD_Resolution`;
const CONFORMITIES = 'dataQualityInfo/DQ_DataQuality/report/*/result/DQ_ConformanceResult';
const DISTRIBUTION = 'distributionInfo/MD_Distribution';
const FORMATS = [
  `${RESOURCE}/resourceFormat/MD_Format`,
  `${DISTRIBUTION}/distributionFormat/MD_Format`,
  `${DISTRIBUTION}/distributor/MD_Distributor/distributorFormat/MD_Format`,
];
const LINKS = [
  `${DISTRIBUTION}/transferOptions/MD_DigitalTransferOptions/onLine`,
  `${DISTRIBUTION}/distributor/MD_Distributor/distributorTransferOptions/MD_DigitalTransferOptions/onLine`,
];

function readLevel(root: ReadElement): string {
  const [level = 'dataset'] = [
    ...codesAt(root, 'hierarchyLevel/MD_ScopeCode'),
    ...codesAt(root, 'metadataScope/MD_MetadataScope/resourceScope/MD_ScopeCode'),
  ];
  return level;
}

/** The thesaurus tells it: "GEMET - INSPIRE themes, version 1.0" and its translations. */
function isInspire(keywords: ReadElement): boolean {
  return /inspire/i.test(textAt(keywords, 'thesaurusName/CI_Citation/title') ?? '');
}

function readModified(root: ReadElement): string | undefined {
  const stamp = textAt(root, `dateStamp/${DATE}`);
  if (stamp !== undefined) return stamp;
  const dates = elementsAt(root, 'dateInfo/CI_Date');
  const revision = dates.find((date) => codesAt(date, 'dateType/CI_DateTypeCode').includes('revision'));
  const [date = revision] = revision === undefined ? dates : [revision];
  return date === undefined ? undefined : textAt(date, `date/${DATE}`);
}

/** The first date of each kind. */
function readDates(root: ReadElement): RecordContent['dates'] {
  const dates: { creation?: string; publication?: string; revision?: string } = {};
  for (const date of elementsAt(root, `${CITATION}/date/CI_Date`)) {
    const [kind] = codesAt(date, 'dateType/CI_DateTypeCode');
    const text = textAt(date, `date/${DATE}`);
    if (text !== undefined && (kind === 'creation' || kind === 'publication' || kind === 'revision')) {
      dates[kind] ??= text;
    }
  }
  return dates;
}
