import t from 'tap';
import { iso191153, iso19139 } from '../../../fixtures/generate/metadata.js';
import { child, childrenNamed } from '../../../src/ogc/xml.js';
import { logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { fileForm } from '../../helpers/diffusion.js';
import {
  askCsw,
  CATALOGUE_ENDPOINT,
  exceptionIn,
  findByCql,
  foundIn,
  METADATA,
  postCsw,
  publishRecord,
  setPublished,
} from '../../helpers/records.js';
import { DATASTORE, SANDBOX_DATASTORE } from '../../helpers/seed.js';

const FOREST = {
  identifier: 'forets',
  level: 'dataset',
  title: 'Forêts publiques',
  abstract: 'Limites des forêts gérées, avec leurs rivières et l’étang d’à côté.',
  keywords: ['forêt', 'domaine public'],
  topics: ['biota'],
  organisation: 'Office des bois',
  modified: '2023-01-10',
  created: '2010-05',
  published: '2012-06-01',
  language: 'fre',
  formats: ['GPKG'],
  crs: 'EPSG:2154',
  box: [-5.1, 41.2, 9.6, 51.1],
  links: [{ url: 'https://example.test/wfs', protocol: 'OGC:WFS', name: 'forets' }],
  licence: 'Licence ouverte 2.0',
  lineage: 'Levés de terrain',
  denominator: 25_000,
  parent: 'milieux',
} as const;

const ROADS = {
  identifier: 'routes',
  level: 'series',
  title: 'Réseau routier',
  abstract: 'Tronçons de chaussées.',
  keywords: ['transport'],
  inspireThemes: ['Réseaux de transport'],
  topics: ['transportation'],
  organisation: 'Ministère des routes',
  modified: '2024-03-04',
  created: '2020-01-01',
  box: [2, 48, 3, 49],
  distance: 5,
} as const;

const REUNION = {
  identifier: 'reunion.xml',
  title: 'Aérodromes de La Réunion',
  abstract: 'Pistes et parkings.',
  keywords: ['Transport aérien'],
  organisation: 'Aviation',
  modified: '2021-12-31',
  box: [55.2, -21.4, 55.9, -20.8],
} as const;

/** As many different words as the index could hold. */
function words(start: number): string {
  const letters = 'éàùêîâ';
  return Array.from({ length: 490 }, (_, i) => {
    const value = (start * 490 + i).toString(6).padStart(3, '0');
    return [...value].map((digit) => letters[Number(digit)]).join('');
  }).join(' ');
}

await t.test('the catalogue', async (t) => {
  const emulator = await startApi(t);
  const producer = await logIn(emulator);
  const search = (constraint: string, more = {}, path?: string) => findByCql(emulator, constraint, more, path);
  const records = (parameters: Readonly<Record<string, string>>, path?: string) =>
    askCsw(emulator, { REQUEST: 'GetRecords', TYPENAMES: 'csw:Record', RESULTTYPE: 'results', ...parameters }, path);

  await t.test('nothing is shown before it is published', async (t) => {
    t.same(await search(''), []);
    await producer.call('POST', METADATA, fileForm(iso19139({ identifier: 'kept' })));
    t.same(await search(''), []);
    const byId = await askCsw(emulator, { REQUEST: 'GetRecordById', ID: 'kept' });
    t.equal(byId.status, 200);
    t.same(byId.root.children, [], 'an unknown identifier answers nothing');
  });

  await publishRecord(producer, FOREST, { open_data: 'true' });
  await publishRecord(producer, ROADS, { type: 'INSPIRE' });
  await publishRecord(producer, iso191153(REUNION));
  const all = ['forets', 'reunion.xml', 'routes'];

  await t.test('capabilities, whole and by sections, and what describes records', async (t) => {
    const { root } = await askCsw(emulator, { REQUEST: 'GetCapabilities' });
    t.same(
      root.children.map(({ name }) => name),
      ['ServiceIdentification', 'ServiceProvider', 'OperationsMetadata', 'Filter_Capabilities'],
    );
    t.equal(root.namespace, 'http://www.opengis.net/cat/csw/2.0.2');
    t.match(JSON.stringify(root), `${emulator.origin}/csw`);
    const some = await askCsw(emulator, { REQUEST: 'GetCapabilities', SECTIONS: 'ServiceProvider' });
    t.same(
      some.root.children.map(({ name }) => name),
      ['ServiceProvider', 'Filter_Capabilities'],
    );
    const described = await askCsw(emulator, { REQUEST: 'DescribeRecord', TYPENAME: 'csw:Record' });
    t.match(described.root, { name: 'DescribeRecordResponse', children: [{ name: 'SchemaComponent' }] });
    t.ok((await askCsw(emulator, { REQUEST: 'DescribeRecord' })).root.children.length > 3);
    for (const [prefix, namespace] of [
      ['gmd', 'http://www.isotc211.org/2005/gmd'],
      ['mdb', 'http://standards.iso.org/iso/19115/-3/mdb/2.0'],
    ] as const) {
      const { root } = await askCsw(emulator, { REQUEST: 'DescribeRecord', TYPENAME: `${prefix}:MD_Metadata` });
      t.same(
        root.children.map(({ attributes }) => attributes['targetNamespace']),
        [namespace],
      );
    }
  });

  await t.test('the INSPIRE catalogue describes itself as a discovery service', async (t) => {
    const capabilities = async (path: string, more: Readonly<Record<string, string>> = {}) => {
      const { root } = await askCsw(emulator, { REQUEST: 'GetCapabilities', ...more }, path);
      return child(root, 'OperationsMetadata')?.children.at(-1);
    };
    const extended = await capabilities('/csw/INSPIRE', { LANGUAGE: 'fre' });
    t.match(extended, {
      name: 'ExtendedCapabilities',
      namespace: 'http://inspire.ec.europa.eu/schemas/inspire_ds/1.0',
    });
    const content = extended?.children ?? [];
    t.same(
      content.map(({ name }) => name),
      [
        'ResourceLocator',
        'ResourceType',
        'TemporalReference',
        'Conformity',
        'MetadataPointOfContact',
        'MetadataDate',
        'SpatialDataServiceType',
        'MandatoryKeyword',
        'SupportedLanguages',
        'ResponseLanguage',
      ],
      'in the order of its schema',
    );
    t.ok(content.every(({ namespace }) => namespace === 'http://inspire.ec.europa.eu/schemas/common/1.0'));
    const [locator] = content;
    t.match(locator?.children[0]?.text, `${emulator.origin}/csw/INSPIRE?SERVICE=CSW`);
    t.equal((await fetch(locator?.children[0]?.text ?? '')).status, 200);
    for (const other of ['/csw', '/csw/OPENDATA', '/sandbox/csw']) {
      t.not((await capabilities(other))?.name, 'ExtendedCapabilities', other);
    }
    const { text } = await askCsw(
      emulator,
      { REQUEST: 'GetCapabilities', SECTIONS: 'ServiceProvider' },
      '/csw/INSPIRE',
    );
    t.notMatch(text, 'inspire_ds');
  });

  await t.test('full text knows French', async (t) => {
    for (const words of ['forêt', 'foret', 'FORÊTS', 'forets publique', 'rivière', "l'étang", 'bois']) {
      t.same(await search(`AnyText LIKE '%${words.replaceAll("'", "''")}%'`), ['forets'], words);
      t.same(await search(`csw:AnyText = '${words.replaceAll("'", "''")}'`), ['forets'], words);
    }
    t.same(await search("AnyText LIKE '%transport%'"), ['reunion.xml', 'routes']);
    t.same(await search("AnyText LIKE 'tron%'"), ['routes'], 'the beginning of a word');
    t.same(await search("AnyText = 'tron'"), [], 'without a wildcard it is a word');
    t.same(await search("AnyText LIKE '%'"), all);
    t.same(await search("AnyText LIKE '%licence ouverte%'"), ['forets']);
    t.same(await search("NOT AnyText LIKE '%transport%'"), ['forets']);
    await publishRecord(producer, {
      identifier: 'orthographe',
      title: 'Foret communale d’Île de France',
      abstract: 'Grand œuvre, Saint-Étienne et bord d’eau.',
    });
    for (const [words, found] of [
      ['forêts', ['forets', 'orthographe']],
      ['communales', ['orthographe']],
      ['oeuvres', ['orthographe']],
      ['ŒUVRE', ['orthographe']],
      ['ile-de-france', ['orthographe']],
      ['saint-etienne', ['orthographe']],
      ['Saint Étienne', ['orthographe']],
      ["l''eau", ['orthographe']],
      ['forêt-noire', []],
    ] as const) {
      t.same(await search(`AnyText = '${words}'`), found, words);
      t.same(await search(`AnyText LIKE '%${words}%'`), found, words);
    }
    for (const words of [
      'de la forêt',
      'forêt de la rivière',
      'forêts de',
      'la rivière',
      'la forêt et les rivières',
      'les forêts à côté',
    ]) {
      t.same(await search(`AnyText LIKE '%${words}%'`), await search(`AnyText = '${words}'`), words);
      t.ok((await search(`AnyText LIKE '%${words}%'`)).includes('forets'), words);
    }
    t.same(await search("AnyText LIKE '%de la%'"), [], 'words that say nothing find nothing alone');
    t.same(await search("AnyText LIKE '%de la zzz%'"), []);
    await setPublished(producer, 'unpublication', ['orthographe']);
    for (const hostile of ["' & | ! :* <-> (", '\\', "'''", '&zz;', ':*:*', '()', 'a\\b', '-', '(x-y)|z', "x'-'y:*"]) {
      t.same(await search(`AnyText LIKE '%${hostile.replaceAll("'", "''")}%'`), [], hostile);
    }
  });

  await t.test('full text finds what is within words where wildcards are', async (t) => {
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ["AnyText LIKE '%orêt%'", ['forets']],
      ["AnyText LIKE '%sport%'", ['reunion.xml', 'routes']],
      ["AnyText LIKE '%drome%'", ['reunion.xml']],
      ["AnyText LIKE '%dromes'", ['reunion.xml']],
      ["AnyText LIKE '%drome'", []],
      ["AnyText LIKE 'drome%'", []],
      ["AnyText LIKE 'chaussée%'", ['routes']],
      ["AnyText LIKE '%seau routie%'", ['routes']],
      ["AnyText LIKE '%ine publi%'", ['forets']],
      ["AnyText LIKE '%ine routie%'", []],
      ["AnyText LIKE 'l''étan%'", ['forets']],
      ["NOT AnyText LIKE '%sport%'", ['forets']],
      ["AnyText = 'sport'", []],
    ];
    for (const [constraint, expected] of cases) t.same(await search(constraint), expected, constraint);
    t.same(await search(`AnyText LIKE '%${'é'.repeat(1900)}%'`), [], 'a word longer than any');
  });

  await t.test('every property of the capabilities', async (t) => {
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ["Title = 'réseau ROUTIER'", ['routes']],
      ["dc:title LIKE '%a%'", ['reunion.xml', 'routes']],
      ["dct:abstract LIKE 'piste_ et%'", ['reunion.xml']],
      ["Identifier = 'REUNION.xml'", ['reunion.xml']],
      ["dc:identifier IN ('forets', 'routes')", ['forets', 'routes']],
      ["Type = 'series'", ['routes']],
      ["Subject = 'transport'", ['routes']],
      ["Subject LIKE 'transp%'", ['reunion.xml', 'routes']],
      ["Subject <> 'transport'", ['forets', 'reunion.xml']],
      ["TopicCategory = 'biota'", ['forets']],
      ["InspireTheme LIKE 'Réseaux%'", ['routes']],
      ["OrganisationName = 'Office des bois'", ['forets']],
      ["Creator LIKE '%routes'", ['routes']],
      ['Modified > 2023-01-10T00:00:00Z', ['routes']],
      ['Modified BETWEEN 2021-01-01 AND 2023-12-31', ['forets', 'reunion.xml']],
      ['CreationDate = 2010-05-01', ['forets']],
      ['PublicationDate IS NULL', ['reunion.xml', 'routes']],
      ['PublicationDate IS NOT NULL', ['forets']],
      ["Format = 'gpkg'", ['forets']],
      ["Language = 'fre'", ['forets']],
      ["CRS LIKE '%2154'", ['forets']],
      ['Denominator <= 25000', ['forets']],
      ['Denominator BETWEEN 30000 AND 50000', []],
      ['DistanceValue < 5.5', ['routes']],
      ["DistanceUOM = 'm'", ['routes']],
      ["ParentIdentifier = 'milieux'", ['forets']],
      ["Lineage LIKE 'levés%'", ['forets']],
      ["OnlineResourceType = 'OGC:WFS'", ['forets']],
      ["OnlineResource LIKE 'https://example.test/%'", ['forets']],
      ["OtherConstraints LIKE 'Licence%'", ['forets']],
      ["HarvestTag = 'INSPIRE'", ['routes']],
      ["HarvestTag = 'OPENDATA'", ['forets']],
      ['BBOX(ows:BoundingBox, 2.1, 48.1, 2.2, 48.2)', ['forets', 'routes']],
      ['BBOX(BoundingBox, 55, -22, 56, -20)', ['reunion.xml']],
      ["BBOX(BoundingBox, 48.1, 2.1, 48.2, 2.2, 'urn:ogc:def:crs:EPSG::4326')", ['forets', 'routes']],
      ['NOT BBOX(BoundingBox, 55, -22, 56, -20)', ['forets', 'routes']],
      ['WITHIN(BoundingBox, POLYGON((1 47, 4 47, 4 50, 1 50, 1 47)))', ['routes']],
      ['CONTAINS(BoundingBox, POINT(5 45))', ['forets']],
      ["Title = 'Réseau routier' OR Type = 'series' AND Subject = 'nothing'", ['routes']],
      ["(Type = 'series' OR Type = 'dataset') AND NOT Subject = 'transport'", ['forets', 'reunion.xml']],
      ['INCLUDE', all],
      ['EXCLUDE', []],
      ["Title = ''' OR 1=1 --'", []],
    ];
    for (const [constraint, expected] of cases) t.same(await search(constraint), expected, constraint);
  });

  await t.test('pages, orders and hits', async (t) => {
    const hits = foundIn(await records({ RESULTTYPE: 'hits' }));
    t.match(hits, { matched: 3, returned: 0, next: 1, records: [] });
    const page = (start: string, more = {}) =>
      records({ STARTPOSITION: start, MAXRECORDS: '2', SORTBY: 'Title:A', ...more }).then(foundIn);
    t.match(await page('1'), { matched: 3, returned: 2, next: 3, ids: ['reunion.xml', 'forets'] });
    t.match(await page('3'), { matched: 3, returned: 1, next: 0, ids: ['routes'] });
    t.match(await page('4'), { matched: 3, returned: 0, next: 0, ids: [] });
    t.match(await page('1', { SORTBY: 'dct:modified:D' }), { ids: ['routes', 'forets'] });
    t.match(await page('1', { SORTBY: 'Denominator,Identifier:D' }), { ids: ['forets', 'routes'] });
    t.match(await page('1', { MAXRECORDS: '0' }), { matched: 3, returned: 0, next: 1 });
    t.match((await page('1', { SORTBY: '' })).ids, ['forets', 'routes'], 'the order of publication');
    await publishRecord(producer, { identifier: 'etangs', title: 'étangs' });
    t.match(await page('1', { MAXRECORDS: '9' }), { ids: ['reunion.xml', 'etangs', 'forets', 'routes'] });
    await setPublished(producer, 'unpublication', ['etangs']);
  });

  await t.test('element sets and elements of Dublin Core', async (t) => {
    const one = async (more: Readonly<Record<string, string>>) => {
      const [record] = foundIn(
        await records({ CONSTRAINTLANGUAGE: 'CQL_TEXT', CONSTRAINT: "Identifier = 'forets'", ...more }),
      ).records;
      if (record === undefined) throw new Error('no record');
      return { name: record.name, elements: record.children.map(({ name }) => name), record };
    };
    t.match(await one({ ELEMENTSETNAME: 'brief' }), {
      name: 'BriefRecord',
      elements: ['identifier', 'title', 'type', 'BoundingBox'],
    });
    const summary = await one({});
    t.equal(summary.name, 'SummaryRecord');
    t.ok(summary.elements.includes('abstract'));
    t.notOk(summary.elements.includes('references'));
    const full = await one({ ELEMENTSETNAME: 'full' });
    t.equal(full.name, 'Record');
    const text = (name: string) => childrenNamed(full.record, name).map((each) => each.text);
    t.same(text('title'), ['Forêts publiques']);
    t.same(text('subject'), ['forêt', 'domaine public', 'biota']);
    t.same(text('references'), ['https://example.test/wfs']);
    t.same(text('rights'), ['Licence ouverte 2.0']);
    t.same(text('creator'), ['Office des bois']);
    const box = child(full.record, 'BoundingBox');
    t.same(
      box?.children.map((corner) => corner.text),
      ['41.2 -5.1', '51.1 9.6'],
      'latitude first',
    );
    t.match(await one({ ELEMENTNAME: 'dc:title,dct:abstract' }), { name: 'Record', elements: ['title', 'abstract'] });
  });

  await t.test('output schemas', async (t) => {
    const byId = (id: string, OUTPUTSCHEMA: string, ELEMENTSETNAME = 'full') =>
      askCsw(emulator, { REQUEST: 'GetRecordById', ID: id, OUTPUTSCHEMA, ELEMENTSETNAME });
    const body = (xml: string) => xml.replace(/^<\?xml[^>]*\?>/, '');
    const gmd = 'http://www.isotc211.org/2005/gmd';
    const mdb = 'http://standards.iso.org/iso/19115/-3/mdb/2.0';
    t.ok((await byId('forets', gmd)).text.includes(body(iso19139(FOREST))), 'the XML as it was sent');
    t.ok((await byId('reunion.xml', mdb)).text.includes(body(iso191153(REUNION))));
    t.ok((await byId('reunion.xml', 'own')).text.includes(body(iso191153(REUNION))));
    t.match((await byId('reunion.xml', gmd)).root.children, [{ name: 'MD_Metadata', namespace: gmd }]);
    t.match((await byId('forets', mdb)).root.children, [{ name: 'MD_Metadata', namespace: mdb }]);
    const brief = await byId('forets', gmd, 'brief');
    t.match(brief.text, 'Forêts publiques');
    t.notMatch(brief.text, 'Levés de terrain');
    t.match((await byId('forets', 'http://www.w3.org/ns/dcat#')).root.children, [{ name: 'Dataset' }]);
    const default_ = await askCsw(emulator, { REQUEST: 'GetRecordById', ID: 'routes,FORETS,none' });
    t.match(default_.root.children, [{ name: 'SummaryRecord' }, { name: 'SummaryRecord' }]);
    t.equal(child(default_.root.children[0] ?? default_.root, 'identifier')?.text, 'routes', 'as they were asked for');
    t.match(foundIn(await records({ OUTPUTSCHEMA: gmd, ELEMENTSETNAME: 'full' })).records, [
      { name: 'MD_Metadata' },
      { name: 'MD_Metadata' },
      { name: 'MD_Metadata' },
    ]);
  });

  await t.test('requests in XML', async (t) => {
    const ns = `xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:ogc="http://www.opengis.net/ogc"
      xmlns:gml="http://www.opengis.net/gml" xmlns:ows="http://www.opengis.net/ows"`;
    const post = (filter: string, attributes = 'resultType="results"') =>
      postCsw(
        emulator,
        `<?xml version="1.0" encoding="ISO-8859-1" standalone="no"?><csw:GetRecords ${ns} service="CSW"
          version="2.0.2" outputSchema="http://www.opengis.net/cat/csw/2.0.2" outputFormat="application/xml"
          maxRecords="10" ${attributes}><csw:Query typeNames="csw:Record"><csw:ElementSetName>full</csw:ElementSetName>
          <csw:Constraint version="1.1.0"><ogc:Filter>${filter}</ogc:Filter></csw:Constraint></csw:Query></csw:GetRecords>`,
        '/csw',
        'text/xml',
      );
    const like = `<ogc:PropertyIsLike wildCard="%" singleChar="_" escapeChar="\\">
      <ogc:PropertyName>csw:AnyText</ogc:PropertyName><ogc:Literal>%transport%</ogc:Literal></ogc:PropertyIsLike>`;
    const box = `<ogc:BBOX><ogc:PropertyName>ows:BoundingBox</ogc:PropertyName><gml:Envelope>
      <gml:lowerCorner>1 47</gml:lowerCorner><gml:upperCorner>4 50</gml:upperCorner></gml:Envelope></ogc:BBOX>`;
    t.same(foundIn(await post(like)).ids, ['routes', 'reunion.xml']);
    t.same(foundIn(await post(box)).ids, ['forets', 'routes']);
    t.same(foundIn(await post(`<ogc:And>${like}${box}</ogc:And>`)).ids, ['routes']);
    t.same(foundIn(await post(`<ogc:Not>${like}</ogc:Not>`)).ids, ['forets']);
    t.same(foundIn(await post('')).ids.length, 3);
    t.match((await post(like, 'resultType="validate"')).root, {
      name: 'Acknowledgement',
      children: [{ name: 'EchoedRequest', children: [{ name: 'GetRecords' }] }],
    });
    const asked = {
      RESULTTYPE: 'validate',
      SORTBY: 'Title:D',
      CONSTRAINTLANGUAGE: 'CQL_TEXT',
      CONSTRAINT: "Title='&é'",
    };
    const echoed = child((await records(asked)).root, 'EchoedRequest')?.children[0];
    t.equal(echoed?.name, 'Get');
    const { searchParams } = new URL(echoed?.attributes['href'] ?? '');
    t.match(Object.fromEntries(searchParams), asked, 'the request as it came');
    t.match(
      exceptionIn(await post('<ogc:PropertyIsNull><ogc:PropertyName>x</ogc:PropertyName></ogc:PropertyIsNull>')),
      {
        code: 'InvalidParameterValue',
        locator: 'constraint',
      },
    );
    const form = await fetch(`${emulator.origin}/csw`, {
      method: 'POST',
      body: new URLSearchParams({ service: 'CSW', request: 'GetCapabilities' }),
    });
    t.equal(form.status, 200);
    const byId = await postCsw(
      emulator,
      `<csw:GetRecordById ${ns} service="CSW" version="2.0.2"><csw:Id>forets</csw:Id></csw:GetRecordById>`,
    );
    t.equal(byId.root.children.length, 1);
  });

  await t.test('values of properties and parameters', async (t) => {
    const values = async (parameters: Readonly<Record<string, string>>) =>
      (await askCsw(emulator, { REQUEST: 'GetDomain', ...parameters })).root.children.map((domain) =>
        domain.children.slice(1).flatMap((list) => list.children.map(({ text }) => text)),
      );
    t.same(await values({ PROPERTYNAME: 'Type,TopicCategory,Modified' }), [
      ['dataset', 'series'],
      ['biota', 'transportation'],
      ['2021-12-31', '2024-03-04'],
    ]);
    t.same(await values({ PARAMETERNAME: 'GetRecords.resultType,Nothing' }), [['hits', 'results', 'validate'], []]);
    t.same(await values({ PROPERTYNAME: 'AnyText,ows:BoundingBox' }), [[], []], 'no values that could be listed');
    t.match(exceptionIn(await askCsw(emulator, { REQUEST: 'GetDomain', PROPERTYNAME: 'Colour' })), {
      code: 'InvalidParameterValue',
      locator: 'propertyName',
    });
  });

  await t.test('portals: INSPIRE, open data, one datastore', async (t) => {
    t.same(await search('', {}, '/csw/INSPIRE'), ['routes']);
    t.same(await search('', {}, '/csw/OPENDATA'), ['forets']);
    t.same(await search('', {}, '/csw/producteur-demo'), all);
    t.same(await search('', {}, `/csw/${DATASTORE}`), all, 'by its identifier too');
    t.same(await search('', {}, `/csw/${DATASTORE.toUpperCase()}/`), all);
    t.same(await search('', {}, `/csw/${SANDBOX_DATASTORE}`), []);
    t.same(await search('', {}, '/geonetwork/srv/fre/csw'), all);
    t.same(await search('', {}, '/csw/'), all);
    const outside = await askCsw(emulator, { REQUEST: 'GetRecordById', ID: 'forets' }, '/csw/INSPIRE');
    t.same(outside.root.children, [], 'a record of another portal');
    for (const portal of ['nobody', '%00', "'--"]) {
      const answer = await askCsw(emulator, { REQUEST: 'GetCapabilities' }, `/csw/${portal}`);
      t.match([answer.status, exceptionIn(answer).code], [404, 'NotFound'], portal);
    }
  });

  await t.test('the sandbox has a catalogue of its own', async (t) => {
    const admin = await logIn(emulator, 'admin');
    const path = await publishRecord(admin, { identifier: 'SANDBOX.essai', title: 'Essai' }, {}, SANDBOX_DATASTORE);
    t.same(await search('', {}, '/sandbox/csw'), ['SANDBOX.essai']);
    const byId = { REQUEST: 'GetRecordById', ID: 'SANDBOX.essai', OUTPUTSCHEMA: 'http://www.isotc211.org/2005/gmd' };
    t.match((await askCsw(emulator, byId, '/sandbox/csw')).text, /<gco:CharacterString>SANDBOX\.essai</);
    for (const portal of ['/csw', '/csw/INSPIRE', '/csw/sandbox', `/csw/${SANDBOX_DATASTORE}`]) {
      t.same((await askCsw(emulator, byId, portal)).root.children, [], portal);
    }
    t.equal((await fetch(`${emulator.origin}/catalogue/fiche?id=SANDBOX.essai`)).status, 404);
    const { text } = await askCsw(emulator, { REQUEST: 'GetCapabilities' }, '/sandbox/csw/');
    t.match(text, `<ows:Get xlink:href="${emulator.origin}/sandbox/csw"`);
    t.match(text, /<ows:Title>Catalogue du bac à sable/);
    t.same(
      (
        await admin.call('POST', `/datastores/${SANDBOX_DATASTORE}/metadata/publication`, {
          file_identifiers: ['SANDBOX.essai'],
          endpoint: CATALOGUE_ENDPOINT,
        })
      ).status,
      404,
      'the public catalogue is not lent to the sandbox',
    );
    await setPublished(admin, 'unpublication', ['SANDBOX.essai'], SANDBOX_DATASTORE);
    t.same(await search('', {}, '/sandbox/csw'), []);
    t.equal((await admin.call('DELETE', path)).status, 204);
  });

  await t.test('records of an inactive datastore are shown, as its layers on open services', async (t) => {
    const setActive = (active: boolean) =>
      emulator.deps.prisma.datastore.update({ where: { id: DATASTORE }, data: { active } });
    await setActive(false);
    t.equal((await producer.call('GET', METADATA)).status, 403);
    t.same(await search(''), all);
    t.same(await search('', {}, '/csw/producteur-demo'), all);
    t.equal((await fetch(`${emulator.origin}/catalogue/fiche?id=forets`)).status, 200);
    const wfs = await fetch(`${emulator.origin}/wfs?SERVICE=WFS&REQUEST=GetCapabilities`);
    t.match(await wfs.text(), 'demo_regions:chefs_lieux');
    await setActive(true);
  });

  await t.test('the catalogue follows the records', async (t) => {
    const path = await publishRecord(producer, { identifier: 'suivi', title: 'Premier' }, { type: 'INSPIRE' });
    t.same(await search("Title = 'premier'"), ['suivi']);
    await producer.call('PUT', path, fileForm(iso19139({ identifier: 'suivi', title: 'Second' })));
    t.same([await search("Title = 'premier'"), await search("Title = 'second'")], [[], ['suivi']], 'a new file');
    await producer.call('PATCH', path, { type: 'ISOAP', open_data: true });
    t.ok((await search('', {}, '/csw/INSPIRE')).includes('suivi'), 'other attributes wait for a publication');
    await producer.call('PUT', path, fileForm(iso19139({ identifier: 'suivi', title: 'Troisième' })));
    t.ok((await search('', {}, '/csw/INSPIRE')).includes('suivi'), 'a new file does not publish them');
    await setPublished(producer, 'publication', ['suivi']);
    t.notOk((await search('', {}, '/csw/INSPIRE')).includes('suivi'));
    t.ok((await search('', {}, '/csw/OPENDATA')).includes('suivi'));
    t.equal((await producer.call('DELETE', path)).status, 409);
    await setPublished(producer, 'unpublication', ['suivi']);
    t.same(await search("Identifier = 'suivi'"), []);
    t.equal((await producer.call('DELETE', path)).status, 204);
    const { rows } = await emulator.deps.pool.query('SELECT 1 FROM geopf.catalogue_record');
    t.equal(rows.length, 3, 'nothing is left of it');
  });

  await t.test('extents that are no plain boxes', async (t) => {
    await publishRecord(producer, { identifier: 'fidji', box: [175, -20, -175, -15] });
    await publishRecord(producer, { identifier: 'point', box: [120, 10, 120, 10] });
    t.same(await search('BBOX(BoundingBox, 178, -18, 179, -17)'), ['fidji']);
    t.same(await search('BBOX(BoundingBox, -179, -18, -178, -17)'), ['fidji']);
    t.same(await search('BBOX(BoundingBox, 0, -18, 50, -17)'), []);
    t.same(await search('BBOX(BoundingBox, 119, 9, 121, 11)'), ['point']);
    await setPublished(producer, 'unpublication', ['fidji', 'point']);
  });

  await t.test('refusals', async (t) => {
    const refused = await askCsw(emulator, { REQUEST: 'GetRecords', MAXRECORDS: 'x' });
    t.equal(refused.status, 400);
    t.match(refused.root, { name: 'ExceptionReport', namespace: 'http://www.opengis.net/ows' });
    t.match(exceptionIn(refused), { code: 'InvalidParameterValue', locator: 'maxRecords' });
    t.equal((await postCsw(emulator, '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')).status, 400);
    t.equal((await postCsw(emulator, `<a>${'x'.repeat(600_000)}</a>`)).status, 413);
    t.equal((await postCsw(emulator, '<a '.repeat(1000))).status, 400);
    const deep = `${'('.repeat(200)}Title = 'a'${')'.repeat(200)}`;
    t.equal((await records({ CONSTRAINTLANGUAGE: 'CQL_TEXT', CONSTRAINT: deep })).status, 400);
    t.equal((await records({ CONSTRAINTLANGUAGE: 'CQL_TEXT', CONSTRAINT: "Title = 'a\u0000'" })).status, 400);
    t.equal((await records({ CONSTRAINTLANGUAGE: 'CQL_TEXT', CONSTRAINT: "AnyText = 'a\u0000'" })).status, 400);
    t.equal((await askCsw(emulator, { REQUEST: 'GetRecordById', ID: 'a\u0000' })).status, 400);
    t.match(exceptionIn(await records({ SORTBY: 'Colour' })), { code: 'InvalidParameterValue', locator: 'sortBy' });
    t.match(exceptionIn(await records({ SORTBY: 'AnyText', RESULTTYPE: 'validate' })), { locator: 'sortBy' });
    t.equal((await records({ STARTPOSITION: '999999999' })).status, 200);
    const heavy = (constraint: string) =>
      postCsw(
        emulator,
        `<GetRecords service="CSW" version="2.0.2" resultType="results"><Query typeNames="csw:Record"><Constraint version="1.1.0">
         <CqlText>${constraint}</CqlText></Constraint></Query></GetRecords>`,
      );
    const many = (count: number, text: string, separator: string) =>
      Array.from({ length: count }, () => text).join(separator);
    t.match(exceptionIn(await heavy(`Identifier IN (${many(150_000, "''", ',')})`)), {
      code: 'InvalidParameterValue',
      locator: 'constraint',
    });
    t.equal((await heavy(`AnyText = '${many(200_000, 'a', '-')}'`)).status, 400);
    t.equal((await heavy(many(990, "Subject LIKE '%a%b_%'", ' OR '))).status, 200, 'as much as is allowed');
    t.equal((await heavy(many(200, `AnyText LIKE '%${many(65, 'a-b', ' ')}%'`, ' AND '))).status, 400);
    t.equal((await heavy(many(200, `AnyText LIKE '%${many(64, 'a-b', ' ')}%'`, ' AND '))).status, 200);
    const ring = many(60_000, '0 0', ',');
    t.equal((await heavy(`INTERSECTS(BoundingBox, POLYGON((0 0, 0 1, 1 1, ${ring})))`)).status, 200);
    const bowtie = 'INTERSECTS(BoundingBox, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))';
    t.ok((await records({ CONSTRAINTLANGUAGE: 'CQL_TEXT', CONSTRAINT: bowtie })).status < 500);
    t.equal((await fetch(`${emulator.origin}/csw`)).status, 400);
    t.equal((await fetch(`${emulator.origin}/csw`, { method: 'DELETE' })).status, 404);
  });

  await t.test('the largest record is served as it was sent', async (t) => {
    const keywords = Array.from({ length: 200 }, (_, i) => words(i));
    const large = iso19139({ identifier: 'lourd', title: 'Lourd', paragraphs: 40_000, keywords });
    await publishRecord(producer, large);
    const read = await fetch(
      `${emulator.origin}/csw?service=CSW&version=2.0.2&request=GetRecordById&id=lourd&outputSchema=own`,
    );
    t.ok((await read.text()).includes(large.slice(large.indexOf('<gmd:'))));
    const summary = await fetch(`${emulator.origin}/csw?service=CSW&version=2.0.2&request=GetRecordById&id=lourd`);
    t.ok((await summary.text()).length < 600_000, 'what is read of it is cut');
    await setPublished(producer, 'unpublication', ['lourd']);
  });

  await t.test('publications and new files of one record at once leave one of it', async (t) => {
    const path = await publishRecord(producer, { identifier: 'dispute', title: 'Version 0' });
    const answers = await Promise.all(
      Array.from({ length: 9 }, async (_, i) => {
        if (i % 3 === 0) return setPublished(producer, 'publication', ['dispute']).then(() => 200);
        if (i % 3 === 1) return setPublished(producer, 'unpublication', ['dispute']).then(() => 200);
        const file = fileForm(iso19139({ identifier: 'dispute', title: `Version ${i}` }));
        return (await producer.call('PUT', path, file)).status;
      }),
    );
    t.ok(
      answers.every((status) => status === 200 || status === 409),
      answers.join(),
    );
    const { body } = await producer.call<{ endpoints: unknown[] }>('GET', path);
    t.equal((await search("Identifier = 'dispute'")).length, body.endpoints.length, 'shown when it is published');
    await setPublished(producer, 'publication', ['dispute']);
    const stored = await producer.call<string>('GET', `${path}/file`);
    const shown = await askCsw(emulator, { REQUEST: 'GetRecordById', ID: 'dispute', OUTPUTSCHEMA: 'own' });
    t.equal(shown.root.children.length, 1);
    const title = /Version \d/.exec(stored.body)?.[0] ?? '';
    t.match(shown.text, title, 'the file that is stored');
    await setPublished(producer, 'unpublication', ['dispute']);
  });

  await t.test('a page of many records comes whole', async (t) => {
    const identifiers = Array.from({ length: 45 }, (_, i) => `lot.${String(i).padStart(2, '0')}`);
    for (const identifier of identifiers) {
      await producer.call('POST', METADATA, fileForm(iso19139({ identifier, title: 'Lot' })));
    }
    await setPublished(producer, 'publication', identifiers);
    const found = foundIn(
      await records({
        MAXRECORDS: '100',
        CONSTRAINTLANGUAGE: 'CQL_TEXT',
        CONSTRAINT: "Title = 'lot'",
        SORTBY: 'Identifier',
        ELEMENTSETNAME: 'full',
      }),
    );
    t.match(found, { matched: 45, returned: 45, next: 0 });
    t.same(found.ids, identifiers);
  });
});

await t.test('the indexing delay', async (t) => {
  const emulator = await startApi(t, { CSW_INDEXING_DELAY: '86400000' });
  const producer = await logIn(emulator);
  const path = await publishRecord(producer, { identifier: 'demain', title: 'Demain' });
  t.same(await findByCql(emulator, ''), [], 'not yet');
  const pass = () =>
    emulator.deps.pool.query(
      `UPDATE geopf.catalogue_record SET visible_from = visible_from - interval '1 day',
         visible_until = visible_until - interval '1 day'`,
    );
  await pass();
  t.same(await findByCql(emulator, ''), ['demain'], 'a day later');
  await producer.call('PUT', path, fileForm(iso19139({ identifier: 'demain', title: 'Hier' })));
  t.same(await findByCql(emulator, "Title = 'demain'"), ['demain'], 'still the former file');
  await pass();
  t.same(await findByCql(emulator, "Title = 'hier'"), ['demain']);
  t.equal((await findByCql(emulator, '')).length, 1, 'one of them only');
  await setPublished(producer, 'unpublication', ['demain']);
  t.same(await findByCql(emulator, ''), ['demain'], 'still there');
  await pass();
  t.same(await findByCql(emulator, ''), []);
});
