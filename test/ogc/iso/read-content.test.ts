import t from 'tap';
import { iso191153, iso19139, type MetadataSource } from '../../../fixtures/generate/metadata.js';
import { inspireDataset, inspireService } from '../../../fixtures/generate/inspire-metadata.js';
import { type Party, READING, type RecordContent } from '../../../src/ogc/iso/content.js';
import { parseMetadata } from '../../../src/ogc/iso/metadata.js';
import { gmdRecord } from '../../../src/ogc/iso/write-gmd.js';
import { mdbRecord } from '../../../src/ogc/iso/write-mdb.js';
import { renderXml } from '../../../src/ogc/xml.js';

const PUBLISHER: Party = { organisation: 'Rivières', email: 'eaux@example.test', role: 'pointOfContact' };
const RIVERS = { identifier: 'rivieres', publisher: PUBLISHER };

const SOURCE: MetadataSource = {
  identifier: 'rivieres',
  level: 'series',
  title: 'Rivières & ruisseaux',
  abstract: 'Cours d’eau <permanents>.',
  keywords: ['eau', 'crue', 'eau'],
  inspireThemes: ['Hydrographie'],
  topics: ['inlandWaters'],
  organisation: 'Agence des eaux',
  email: 'eaux@example.test',
  modified: '2024-05-06',
  created: '2019',
  published: '2020-02-03',
  language: 'fre',
  formats: ['GPKG', 'SHP'],
  crs: 'EPSG:2154',
  box: [-5.1, 41.2, 9.6, 51.1],
  links: [{ url: 'https://example.test/wfs?a=1&b=2', protocol: 'OGC:WFS', name: 'eau:rivieres' }],
  licence: 'Licence ouverte 2.0',
  lineage: 'Saisie sur orthophotographies.',
  denominator: 25_000,
  distance: 0.5,
  parent: 'hydro',
};

void t.test('everything that a record in ISO 19139 says', async (t) => {
  t.strictSame(parseMetadata(iso19139(SOURCE)).content, {
    reading: READING,
    standard: 'gmd',
    level: 'series',
    title: 'Rivières & ruisseaux',
    abstract: 'Cours d’eau <permanents>.',
    lineage: 'Saisie sur orthophotographies.',
    modified: '2024-05-06',
    language: 'fre',
    parentIdentifier: 'hydro',
    alternateTitles: [],
    keywords: ['eau', 'crue'],
    inspireThemes: ['Hydrographie'],
    topicCategories: ['inlandWaters'],
    contacts: [],
    parties: [{ organisation: 'Agence des eaux', email: 'eaux@example.test', role: 'owner' }],
    dates: { creation: '2019', publication: '2020-02-03' },
    resourceLanguages: [],
    formats: ['GPKG', 'SHP'],
    crs: ['EPSG:2154'],
    boxes: [{ west: -5.1, south: 41.2, east: 9.6, north: 51.1 }],
    placeCodes: [],
    periods: [],
    links: [{ url: 'https://example.test/wfs?a=1&b=2', name: 'eau:rivieres', protocol: 'OGC:WFS' }],
    overviews: [],
    accessConstraints: [],
    useConditions: [],
    otherConstraints: ['Licence ouverte 2.0'],
    classifications: [],
    denominators: [25_000],
    distances: [{ value: 0.5, unit: 'm' }],
    resourceIdentifiers: [],
    conformities: [],
  } satisfies RecordContent);
});

void t.test('the same in ISO 19115-3', async (t) => {
  t.match(parseMetadata(iso191153(SOURCE)).content, {
    standard: 'mdb',
    level: 'series',
    modified: '2024-05-06',
    keywords: ['eau', 'crue'],
    inspireThemes: ['Hydrographie'],
    parties: [{ organisation: 'Agence des eaux', role: 'owner' }],
    dates: { creation: '2019', publication: '2020-02-03' },
    boxes: [{ west: -5.1, south: 41.2, east: 9.6, north: 51.1 }],
  });
});

void t.test('what is read is written back whole, in either standard', async (t) => {
  const content: RecordContent = {
    ...parseMetadata(iso19139(SOURCE)).content,
    alternateTitles: ['Eau'],
    contacts: [{ individual: 'Ana', role: 'pointOfContact' }],
    resourceLanguages: ['fre', 'oci'],
    overviews: ['https://example.test/a.png'],
    accessConstraints: ['license'],
    useConditions: ['Aucune'],
    resourceIdentifiers: ['https://example.test/rivieres'],
  };
  t.strictSame(parseMetadata(renderXml(gmdRecord(RIVERS, content, 'full'))).content, content);
  t.strictSame(parseMetadata(renderXml(mdbRecord(RIVERS, content, 'full'))).content, {
    ...content,
    standard: 'mdb',
  });
  for (const write of [gmdRecord, mdbRecord]) {
    const brief = parseMetadata(renderXml(write(RIVERS, content, 'brief')));
    t.match(brief, { fileIdentifier: 'rivieres', content: { title: content.title, boxes: content.boxes, links: [] } });
    t.notOk('abstract' in brief.content);
    const summary = parseMetadata(renderXml(write(RIVERS, content, 'summary'))).content;
    t.match(summary, { abstract: content.abstract, keywords: content.keywords, formats: content.formats });
    t.notOk('lineage' in summary);
  }
});

void t.test('what INSPIRE asks for, of datasets and services', async (t) => {
  const dataset = parseMetadata(inspireDataset('crues')).content;
  t.match(dataset, {
    placeCodes: ['FR-75'],
    periods: [
      { begin: '2010-03-01', end: '2012' },
      { begin: '2008-06', end: '2009-07-01' },
    ],
    classifications: ['restricted'],
    conformities: [
      { title: 'Règlement 1089/2010', date: '2010-12-08', dateType: 'publication', pass: true },
      { title: 'Géostandard', date: '2015-01-01', dateType: 'publication' },
    ],
  });
  t.notOk('pass' in (dataset.conformities[1] ?? {}));
  t.notOk('service' in dataset);
  const service = parseMetadata(inspireService('cartes')).content;
  t.strictSame(service.service, {
    type: 'view',
    coupling: 'tight',
    versions: ['OGC:WMS 1.3.0'],
    operations: [
      { name: 'GetCapabilities', platforms: ['WebServices'], links: [{ url: 'https://example.test/wms?a=1&b=2' }] },
    ],
    coupled: [{ operation: 'GetMap', identifier: 'crues', name: 'crues:aleas' }],
    operatesOn: [{ identifier: 'crues', url: 'https://example.test/csw?id=crues' }],
  });
  for (const content of [dataset, service]) {
    t.strictSame(parseMetadata(renderXml(gmdRecord(RIVERS, content, 'full'))).content, content);
    t.strictSame(parseMetadata(renderXml(mdbRecord(RIVERS, content, 'full'))).content, { ...content, standard: 'mdb' });
  }
  for (const write of [gmdRecord, mdbRecord]) {
    const brief = parseMetadata(renderXml(write(RIVERS, service, 'brief'))).content;
    t.match(brief.service, { type: 'view', versions: ['OGC:WMS 1.3.0'], operations: [], operatesOn: [] });
    t.strictSame(parseMetadata(renderXml(write(RIVERS, dataset, 'brief'))).content.periods, []);
  }
});

void t.test('periods and operations as others write them', async (t) => {
  const read = (xml: string) => parseMetadata(xml).content;
  const periods = (xml: string) =>
    read(inspireDataset('crues').replace(/<gml:TimePeriod gml:id="p1">[\s\S]*?<\/gml:TimePeriod>/, xml)).periods[0];
  const instant = (date: string) => `<gml:TimeInstant><gml:timePosition>${date}</gml:timePosition></gml:TimeInstant>`;
  t.strictSame(periods(instant('2011')), { begin: '2011', end: '2011' });
  t.strictSame(
    periods(
      `<gml:TimePeriod><gml:begin>${instant('2011')}</gml:begin><gml:end>${instant('2012')}</gml:end></gml:TimePeriod>`,
    ),
    { begin: '2011', end: '2012' },
  );
  t.strictSame(
    periods(
      '<gml:TimePeriod><gml:beginPosition>2011</gml:beginPosition><gml:endPosition indeterminatePosition="now"/></gml:TimePeriod>',
    ),
    { begin: '2011' },
  );
  t.strictSame(periods('<gml:TimePeriod/>'), { begin: '2008-06', end: '2009-07-01' }, 'one that says nothing');
  const empty = read(
    inspireService('cartes').replace(/<srv:serviceType>[\s\S]*?(?=<\/srv:SV_ServiceIdentification>)/, ''),
  );
  t.strictSame(empty.service, { versions: [], operations: [], coupled: [], operatesOn: [] });
  for (const write of [gmdRecord, mdbRecord]) {
    t.strictSame(read(renderXml(write(RIVERS, empty, 'full'))).service, empty.service);
  }
});

void t.test('who answers for a record that names nobody is who published it', async (t) => {
  const content = parseMetadata(iso19139({ identifier: 'a' })).content;
  for (const write of [gmdRecord, mdbRecord]) {
    t.strictSame(parseMetadata(renderXml(write(RIVERS, content, 'full'))).content.contacts, [PUBLISHER]);
    const named = { ...content, parties: [{ individual: 'Ana', role: 'owner' }] };
    t.strictSame(parseMetadata(renderXml(write(RIVERS, named, 'full'))).content.contacts, named.parties);
  }
});

void t.test('what cannot be used is left out, and long texts and lists are cut', async (t) => {
  const read = (source: Partial<MetadataSource>) => parseMetadata(iso19139({ identifier: 'a', ...source })).content;
  for (const box of [
    [-200, 0, 1, 1],
    [0, 5, 1, 4],
    [0, -91, 1, 4],
    [0, Number.NaN, 1, 4],
  ] as const) {
    t.strictSame(read({ box }).boxes, [], box.join());
  }
  t.strictSame(read({ box: [170, -20, -170, -10] }).boxes, [{ west: 170, south: -20, east: -170, north: -10 }]);
  t.strictSame(read({ denominator: -1, distance: Number.NaN }).denominators, []);
  t.equal(read({ abstract: 'é'.repeat(50_000) }).abstract?.length, 20_000);
  t.equal(read({ abstract: `${'a'.repeat(19_999)}😀` }).abstract?.length, 19_999, 'no half of a character');
  t.equal(read({ keywords: Array.from({ length: 900 }, (_, i) => `k${i}`) }).keywords.length, 200);
  t.equal(read({ keywords: ['é'.repeat(3000)] }).keywords[0]?.length, 2000);
});
