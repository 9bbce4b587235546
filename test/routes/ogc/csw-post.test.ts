import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { exceptionIn, foundIn, postCsw, publishRecord } from '../../helpers/records.js';

/** Requests in XML as clients write them: every operator of Filter 1.1, orders of axes, and the habits of pycsw's. */

const NAMESPACES = `xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:ogc="http://www.opengis.net/ogc"
  xmlns:gml="http://www.opengis.net/gml" xmlns:ows="http://www.opengis.net/ows" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:dct="http://purl.org/dc/terms/" xmlns:apiso="http://www.opengis.net/cat/csw/apiso/1.0"`;

const RECORDS = [
  {
    identifier: 'lacs',
    level: 'dataset',
    title: 'Lacs de montagne',
    abstract: '50% des lacs_naturels',
    keywords: ['hydrographie'],
    modified: '2020-01-15',
    published: '2019-06-01',
    denominator: 10_000,
    box: [6, 45, 7, 46],
  },
  {
    identifier: 'cols',
    level: 'series',
    title: 'COLS de montagne',
    abstract: 'Passages',
    keywords: ['relief', 'hydrographie'],
    modified: '2022-01-15',
    denominator: 50_000,
    box: [6.5, 45.5, 8, 47],
  },
  {
    identifier: 'plages',
    title: 'Plages',
    abstract: '505 des rivages',
    keywords: ['littoral'],
    modified: '2024-01-15',
    box: [-4, 47, -3, 48],
  },
] as const;

const name = (property: string) => `<ogc:PropertyName>${property}</ogc:PropertyName>`;
const literal = (text: string) => `<ogc:Literal>${text}</ogc:Literal>`;
const compare = (operator: string, property: string, text: string, attributes = '') =>
  `<ogc:PropertyIs${operator} ${attributes}>${name(property)}${literal(text)}</ogc:PropertyIs${operator}>`;
const like = (property: string, text: string, attributes = 'wildCard="%" singleChar="_" escapeChar="\\"') =>
  compare('Like', property, text, attributes);
const between = (property: string, low: string, high: string) =>
  `<ogc:PropertyIsBetween>${name(property)}<ogc:LowerBoundary>${literal(low)}</ogc:LowerBoundary>
   <ogc:UpperBoundary>${literal(high)}</ogc:UpperBoundary></ogc:PropertyIsBetween>`;
const envelope = (lower: string, upper: string, crs = '') =>
  `<gml:Envelope${crs === '' ? '' : ` srsName="${crs}"`}><gml:lowerCorner>${lower}</gml:lowerCorner>
   <gml:upperCorner>${upper}</gml:upperCorner></gml:Envelope>`;
const bbox = (lower: string, upper: string, crs = '') =>
  `<ogc:BBOX>${name('ows:BoundingBox')}${envelope(lower, upper, crs)}</ogc:BBOX>`;
const polygon = (positions: string) =>
  `<gml:Polygon srsName="urn:ogc:def:crs:OGC:1.3:CRS84"><gml:exterior><gml:LinearRing><gml:posList>${positions}
   </gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>`;
const spatial = (operator: string, geometry: string, more = '') =>
  `<ogc:${operator}>${name('apiso:BoundingBox')}${geometry}${more}</ogc:${operator}>`;
const point = (position: string) => `<gml:Point><gml:pos>${position}</gml:pos></gml:Point>`;
const kilometres = (length: number) => `<ogc:Distance units="km">${length}</ogc:Distance>`;

await t.test('requests in XML', async (t) => {
  const emulator = await startApi(t);
  const producer = await logIn(emulator);
  for (const record of RECORDS) await publishRecord(producer, record);
  const ask = (query: string, attributes = 'resultType="results"') =>
    postCsw(
      emulator,
      `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
       <csw:GetRecords ${NAMESPACES} service="CSW" version="2.0.2" maxRecords="10" ${attributes}>${query}</csw:GetRecords>`,
    );
  const filtered = (filter: string) =>
    ask(`<csw:Query typeNames="csw:Record"><csw:ElementSetName>brief</csw:ElementSetName>
      <csw:Constraint version="1.1.0"><ogc:Filter>${filter}</ogc:Filter></csw:Constraint></csw:Query>`);

  await t.test('every operator of the capabilities', async (t) => {
    const around = '5 44, 9 44, 9 48, 5 48, 5 44'.replaceAll(',', '');
    const cases: readonly (readonly [string, readonly string[]])[] = [
      [compare('EqualTo', 'dc:title', 'plages'), ['plages']],
      [compare('EqualTo', 'dc:title', 'plages', 'matchCase="false"'), ['plages']],
      [compare('EqualTo', 'dc:title', 'plages', 'matchCase="true"'), []],
      [compare('EqualTo', 'dc:title', 'Plages', 'matchCase="true"'), ['plages']],
      [compare('NotEqualTo', 'dc:subject', 'hydrographie'), ['plages']],
      [compare('LessThan', 'apiso:Denominator', '50000'), ['lacs']],
      [compare('LessThanOrEqualTo', 'apiso:Denominator', '50000'), ['cols', 'lacs']],
      [compare('GreaterThan', 'dct:modified', '2022-01-15T00:00:00Z'), ['plages']],
      [compare('GreaterThanOrEqualTo', 'dct:modified', '2022-01-15'), ['cols', 'plages']],
      [between('apiso:Modified', '2020-01-01', '2022-12-31'), ['cols', 'lacs']],
      [`<ogc:PropertyIsNull>${name('apiso:PublicationDate')}</ogc:PropertyIsNull>`, ['cols', 'plages']],
      [like('dc:title', '%montagne'), ['cols', 'lacs']],
      [like('dc:title', 'cols%', 'wildCard="%" singleChar="_" escapeChar="\\" matchCase="true"'), []],
      [like('dc:title', 'COLS%', 'wildCard="%" singleChar="_" escapeChar="\\" matchCase="true"'), ['cols']],
      [like('dct:abstract', '50_ des*', 'wildCard="*" singleChar="_" escapeChar="!"'), ['lacs', 'plages']],
      [like('dct:abstract', '50% des*', 'wildCard="*" singleChar="." escapeChar="!"'), ['lacs']],
      [like('dct:abstract', '50\\% des%'), ['lacs']],
      [like('dct:abstract', '%lacs\\_nat%'), ['lacs']],
      [like('csw:AnyText', '%Montagnes%'), ['cols', 'lacs']],
      [`<ogc:Not>${like('csw:AnyText', '%montagne%')}</ogc:Not>`, ['plages']],
      [
        `<ogc:Or>${compare('EqualTo', 'dc:type', 'series')}${compare('EqualTo', 'dc:subject', 'littoral')}</ogc:Or>`,
        ['cols', 'plages'],
      ],
      [
        `<ogc:And>${compare('EqualTo', 'dc:subject', 'hydrographie')}<ogc:Or>${compare('EqualTo', 'dc:type', 'series')}
         <ogc:Not>${like('dc:title', '%montagne%')}</ogc:Not></ogc:Or></ogc:And>`,
        ['cols'],
      ],
      ['<ogc:FeatureId fid="LACS"/><ogc:FeatureId fid="none"/>', ['lacs']],
      // Longitude first, unless the CRS says otherwise.
      [bbox('6.1 45.1', '6.2 45.2'), ['lacs']],
      [bbox('45.1 6.1', '45.2 6.2'), []],
      [bbox('45.1 6.1', '45.2 6.2', 'urn:ogc:def:crs:EPSG::4326'), ['lacs']],
      [bbox('45.1 6.1', '45.2 6.2', 'urn:x-ogc:def:crs:EPSG:6.11:4326'), ['lacs']],
      [bbox('6.1 45.1', '6.2 45.2', 'urn:ogc:def:crs:OGC:1.3:CRS84'), ['lacs']],
      [bbox('6.1 45.1', '6.2 45.2', 'EPSG:4326'), ['lacs']],
      [bbox('700000 5690000', '710000 5700000', 'EPSG:3857'), ['lacs']],
      [spatial('Intersects', point('6.8 45.8')), ['cols', 'lacs']],
      [spatial('Disjoint', point('6.8 45.8')), ['plages']],
      [spatial('Within', polygon(around)), ['cols', 'lacs']],
      [spatial('Contains', point('6.1 45.1')), ['lacs']],
      [spatial('Equals', polygon('6 45 7 45 7 46 6 46 6 45')), ['lacs']],
      [spatial('Touches', polygon('5 44 6 44 6 47 5 47 5 44')), ['lacs']],
      [spatial('Overlaps', polygon('5 44 6.2 44 6.2 47 5 47 5 44')), ['lacs']],
      [spatial('Crosses', '<gml:LineString><gml:posList>-5 47.5 -2 47.5</gml:posList></gml:LineString>'), ['plages']],
      [spatial('DWithin', point('5.9 45.5'), kilometres(20)), ['lacs']],
      [spatial('Beyond', point('5.9 45.5'), kilometres(100)), ['plages']],
    ];
    for (const [filter, expected] of cases) {
      t.same([...foundIn(await filtered(filter)).ids].sort(), expected, filter);
    }
    const unknown = await filtered(bbox('1 1', '2 2', 'urn:ogc:def:crs:EPSG::999999'));
    t.match([unknown.status, exceptionIn(unknown)], [400, { code: 'InvalidParameterValue', locator: 'constraint' }]);
    for (const refused of [
      compare('EqualTo', 'apiso:Colour', 'red'),
      compare('LessThan', 'apiso:Denominator', 'many'),
      `<ogc:PropertyIsEqualTo><ogc:Function name="length">${name('dc:title')}</ogc:Function>${literal('6')}</ogc:PropertyIsEqualTo>`,
      '<ogc:PropertyIsSimilar/>',
      spatial('Within', '<gml:Blob/>'),
    ]) {
      const answer = await filtered(refused);
      t.match([answer.status, exceptionIn(answer)], [400, { locator: 'constraint' }], refused);
    }
  });

  await t.test('the habits of clients', async (t) => {
    const inCql =
      "<csw:Constraint version=\"1.1.0\"><csw:CqlText>dc:title like '%montagne%' and dc:type = 'series'</csw:CqlText></csw:Constraint>";
    t.same(foundIn(await ask(`<csw:Query typeNames="csw:Record">${inCql}</csw:Query>`)).ids, ['cols']);
    const sorted = (order: string) =>
      ask(`<csw:Query typeNames="gmd:MD_Metadata"><csw:ElementSetName typeNames="gmd:MD_Metadata">summary</csw:ElementSetName>
        <ogc:SortBy><ogc:SortProperty><ogc:PropertyName>apiso:Modified</ogc:PropertyName>
        <ogc:SortOrder>${order}</ogc:SortOrder></ogc:SortProperty></ogc:SortBy></csw:Query>`);
    t.same(foundIn(await sorted('DESC')).ids, ['plages', 'cols', 'lacs']);
    t.same(foundIn(await sorted('ASC')).ids, ['lacs', 'cols', 'plages']);
    t.match(exceptionIn(await sorted('UP')), { code: 'InvalidParameterValue', locator: 'sortBy' });
    const elements = await ask(
      '<csw:Query typeNames="csw:Record"><csw:ElementName>dc:title</csw:ElementName><csw:ElementName>/csw:Record/dct:abstract</csw:ElementName></csw:Query>',
    );
    t.same(
      foundIn(elements).records[0]?.children.map((child) => child.name),
      ['title', 'abstract'],
    );
    const page = await ask(
      '<csw:Query typeNames="csw:Record"><csw:ElementSetName>full</csw:ElementSetName></csw:Query>',
      'resultType="results" startPosition="2" outputFormat="application/xml" outputSchema="http://www.opengis.net/cat/csw/2.0.2" requestId="abc"',
    );
    t.match(foundIn(page), { matched: 3, returned: 2, next: 0, ids: ['cols', 'plages'] });
    t.match(foundIn(await ask('<csw:Query typeNames="csw:Record"/>', 'resultType="hits"')), {
      matched: 3,
      returned: 0,
    });
    t.match(
      foundIn(await ask('<csw:Query typeNames="csw:Record"/>', '')),
      { matched: 3, returned: 0 },
      'hits by default',
    );

    const capabilities = await postCsw(
      emulator,
      `<csw:GetCapabilities ${NAMESPACES} service="CSW"><ows:AcceptVersions><ows:Version>2.0.2</ows:Version></ows:AcceptVersions>
       <ows:AcceptFormats><ows:OutputFormat>application/xml</ows:OutputFormat></ows:AcceptFormats></csw:GetCapabilities>`,
    );
    t.equal(capabilities.root.name, 'Capabilities');
    const described = await postCsw(
      emulator,
      `<csw:DescribeRecord ${NAMESPACES} service="CSW" version="2.0.2" outputFormat="application/xml"
       schemaLanguage="http://www.w3.org/XML/Schema"><csw:TypeName>csw:Record</csw:TypeName></csw:DescribeRecord>`,
    );
    t.equal(described.root.name, 'DescribeRecordResponse');
    const domain = await postCsw(
      emulator,
      `<csw:GetDomain ${NAMESPACES} service="CSW" version="2.0.2"><csw:PropertyName>dc:type</csw:PropertyName></csw:GetDomain>`,
    );
    t.match(domain.text, '<csw:Value>series</csw:Value>');
    const byId = await postCsw(
      emulator,
      `<csw:GetRecordById ${NAMESPACES} service="CSW" version="2.0.2" outputSchema="http://www.isotc211.org/2005/gmd">
       <csw:Id>plages</csw:Id><csw:Id>lacs</csw:Id><csw:Id>plages</csw:Id><csw:ElementSetName>full</csw:ElementSetName></csw:GetRecordById>`,
    );
    t.match(
      byId.root.children.map((record) => record.children[0]?.children[0]?.text),
      ['plages', 'lacs'],
    );
  });

  await t.test('requests in the encoding that they name', async (t) => {
    await publishRecord(producer, { identifier: 'forets', title: 'Forêts' });
    const request = `<csw:GetRecords ${NAMESPACES} service="CSW" version="2.0.2" resultType="results">
      <csw:Query typeNames="csw:Record"><csw:Constraint version="1.1.0"><ogc:Filter>${compare('EqualTo', 'dc:title', 'Forêts')}
      </ogc:Filter></csw:Constraint></csw:Query></csw:GetRecords>`;
    const inEncoding = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>${request}`;
    const sent = async (body: Buffer, contentType: string) => {
      const headers = { 'content-type': contentType };
      const response = await fetch(`${emulator.origin}/csw`, { method: 'POST', body, headers });
      return `${response.status} ${/numberOfRecordsMatched="\d+"|exceptionCode="\w+"/.exec(await response.text())?.[0]}`;
    };
    const found = '200 numberOfRecordsMatched="1"';
    const unreadable = '400 exceptionCode="NoApplicableCode"';
    t.equal(await sent(Buffer.from(request), 'text/xml'), found);
    t.equal(await sent(Buffer.from(inEncoding('ISO-8859-1'), 'latin1'), 'application/xml'), found);
    t.equal(await sent(Buffer.from(request, 'latin1'), 'text/xml; charset=ISO-8859-1'), found);
    t.equal(
      await sent(Buffer.from(inEncoding('ISO-8859-1')), 'text/xml; charset="utf-8"'),
      found,
      'the message decides',
    );
    t.equal(await sent(Buffer.from(request, 'utf16le'), 'application/xml;charset=utf-16'), found);
    t.equal(await sent(Buffer.from(request, 'latin1'), 'application/xml'), unreadable);
    t.equal(await sent(Buffer.from(request), 'application/xml; charset=nothing'), unreadable);
    t.equal(await sent(Buffer.from(inEncoding('nothing')), 'application/xml'), unreadable);
  });
});
