import { type GeographicBox, parseFiniteNumber } from '../../geo/bbox.js';
import type { ReadElement } from '../xml.js';
import type { Link, Party, RecordContent } from './content.js';
import { codesAt, distinct, elementsAt, firstOf, textAt, textsAt } from './elements.js';

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
  return {
    standard,
    level: readLevel(root),
    ...present({ title, abstract, lineage, modified, language, parentIdentifier }),
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
    boxes: firstOf(
      elementsAt(root, `${RESOURCE}/extent/EX_Extent/geographicElement/EX_GeographicBoundingBox`).flatMap(readBox),
    ),
    links: firstOf(LINKS.flatMap((path) => elementsAt(root, `${path}/CI_OnlineResource`)).flatMap(readLink)),
    overviews: textsAt(root, `${RESOURCE}/graphicOverview/MD_BrowseGraphic/fileName`),
    accessConstraints: codesAt(root, `${CONSTRAINTS}/accessConstraints/MD_RestrictionCode`),
    useConditions: distinct([
      ...textsAt(root, `${CONSTRAINTS}/useLimitation`),
      ...codesAt(root, `${CONSTRAINTS}/useConstraints/MD_RestrictionCode`),
    ]),
    otherConstraints: textsAt(root, `${CONSTRAINTS}/otherConstraints`),
    denominators: distinct(
      textsAt(root, `${RESOLUTION}/equivalentScale/MD_RepresentativeFraction/denominator/Integer`).flatMap(
        readDenominator,
      ),
    ),
    distances: firstOf(elementsAt(root, `${RESOLUTION}/distance/Distance`).flatMap(readDistance)),
    resourceIdentifiers: textsAt(root, `${CITATION}/identifier/MD_Identifier|RS_Identifier/code`),
  };
}

const RESOURCE = 'identificationInfo/*';
const CITATION = `${RESOURCE}/citation/CI_Citation`;
const CONSTRAINTS = `${RESOURCE}/resourceConstraints/*`;
const RESOLUTION = `${RESOURCE}/spatialResolution/MD_Resolution`;
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

/** Leaves out what is not there: JSON has no `undefined`. */
function present<T extends object>(values: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

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

function readParties(root: ReadElement, path: string): Party[] {
  return firstOf(elementsAt(root, `${path}/CI_ResponsibleParty|CI_Responsibility`).map(readParty));
}

function readParty(party: ReadElement): Party {
  const email = 'contactInfo/CI_Contact/address/CI_Address/electronicMailAddress';
  const organisation = textAt(party, 'organisationName') ?? textAt(party, 'party/CI_Organisation/name');
  const individual =
    textAt(party, 'individualName') ??
    textAt(party, 'party/CI_Individual/name') ??
    textAt(party, 'party/CI_Organisation/individual/CI_Individual/name');
  return {
    ...present({ organisation, individual, email: textAt(party, email) ?? textAt(party, `party/*/${email}`) }),
    role: codesAt(party, 'role/CI_RoleCode')[0] ?? 'pointOfContact',
  };
}

const DATE = 'Date|DateTime';

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

/** Boxes that are none are left out: nothing else can be done with them. */
function readBox(box: ReadElement): GeographicBox[] {
  const side = (name: string): number | null => parseFiniteNumber(textAt(box, `${name}/Decimal`) ?? '');
  const west = side('westBoundLongitude');
  const south = side('southBoundLatitude');
  const east = side('eastBoundLongitude');
  const north = side('northBoundLatitude');
  if (west === null || south === null || east === null || north === null) return [];
  if (Math.max(Math.abs(west), Math.abs(east)) > 180 || south < -90 || north > 90 || south > north) return [];
  return [{ west, south, east, north }];
}

function readLink(resource: ReadElement): Link[] {
  const url = textAt(resource, 'linkage');
  if (url === undefined) return [];
  return [
    {
      url,
      ...present({
        name: textAt(resource, 'name'),
        description: textAt(resource, 'description'),
        protocol: textAt(resource, 'protocol'),
      }),
    },
  ];
}

function readDenominator(text: string): number[] {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 && value < 2 ** 31 ? [value] : [];
}

function readDistance(distance: ReadElement): { value: number; unit: string }[] {
  const value = parseFiniteNumber(distance.text);
  return value === null ? [] : [{ value, unit: (distance.attributes['uom'] ?? 'm').replace(/^.*#/, '') }];
}
