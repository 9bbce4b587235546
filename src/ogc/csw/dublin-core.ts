import type { GeographicBox } from '../../geo/bbox.js';
import { namesByRole, type RecordContent, subjectsOf } from '../iso/content.js';
import { el, type XmlElement } from '../xml.js';
import type { CatalogueRecord, ElementSet } from './model.js';

/** Records in Dublin Core (OGC 07-006r1 §10.2.5): `csw:BriefRecord`, `csw:SummaryRecord`, `csw:Record`. */

const ROOTS = { brief: 'csw:BriefRecord', summary: 'csw:SummaryRecord', full: 'csw:Record' } as const;

/** Elements of the sets that do not show everything, in the order of their schema. */
const SHOWN = {
  brief: new Set(['dc:identifier', 'dc:title', 'dc:type', 'ows:BoundingBox']),
  summary: new Set([
    'dc:identifier',
    'dc:title',
    'dc:type',
    'dc:subject',
    'dc:format',
    'dc:relation',
    'dct:modified',
    'dct:abstract',
    'ows:BoundingBox',
  ]),
  full: null,
} as const;

/**
 * Writes a record.
 * @param elementNames local names of the only elements wanted; `null`: those of the set
 */
export function dublinCoreRecord(
  record: CatalogueRecord,
  set: ElementSet,
  elementNames: readonly string[] | null = null,
): XmlElement {
  const elements = elementsOf(record);
  if (elementNames !== null) {
    const wanted = new Set(elementNames.map((name) => name.toLowerCase()));
    return el(
      'csw:Record',
      {},
      elements.filter(({ name }) => wanted.has(name.replace(/^.*:/, '').toLowerCase())),
    );
  }
  const shown = SHOWN[set];
  return el(
    ROOTS[set],
    {},
    elements.filter(({ name }) => shown === null || shown.has(name)),
  );
}

/** Everything that can be said in Dublin Core, in the order of `csw:SummaryRecord`, then the rest. */
function elementsOf({ identifier, content }: CatalogueRecord): XmlElement[] {
  const text = (name: string, value: string | undefined): XmlElement[] =>
    value === undefined ? [] : [el(name, {}, value)];
  const texts = (name: string, values: readonly string[]): XmlElement[] => values.map((value) => el(name, {}, value));
  return [
    ...text('dc:identifier', identifier),
    // The schema wants one.
    el('dc:title', {}, content.title ?? ''),
    ...text('dc:type', content.level),
    ...texts('dc:subject', subjectsOf(content)),
    ...texts('dc:format', content.formats),
    ...text('dc:relation', content.parentIdentifier),
    ...text('dct:modified', content.modified),
    ...text('dct:abstract', content.abstract),
    ...texts('dct:alternative', content.alternateTitles),
    ...text('dct:created', content.dates.creation),
    ...text('dct:issued', content.dates.publication),
    ...texts('dc:creator', namesByRole(content, 'owner', 'originator', 'author', 'resourceProvider')),
    ...texts('dc:publisher', namesByRole(content, 'publisher', 'distributor')),
    ...texts('dc:contributor', namesByRole(content, 'custodian', 'processor', 'pointOfContact')),
    ...text('dc:language', content.resourceLanguages[0] ?? content.language),
    ...text('dc:source', content.lineage),
    ...texts('dc:rights', rightsOf(content)),
    ...content.links.map(({ url, protocol }) => el('dct:references', { scheme: protocol }, url)),
    ...content.boxes.map(boundingBox),
  ];
}

function rightsOf({ useConditions, otherConstraints, accessConstraints }: RecordContent): string[] {
  return [...new Set([...useConditions, ...otherConstraints, ...accessConstraints])];
}

/** Latitude first, as the URN says. */
function boundingBox({ west, south, east, north }: GeographicBox): XmlElement {
  return el(
    'ows:BoundingBox',
    { crs: 'urn:ogc:def:crs:EPSG::4326', dimensions: 2 },
    el('ows:LowerCorner', {}, `${south} ${west}`),
    el('ows:UpperCorner', {}, `${north} ${east}`),
  );
}
