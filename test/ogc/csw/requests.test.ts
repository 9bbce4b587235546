import t from 'tap';
import { readKvpRequest } from '../../../src/ogc/csw/kvp-request.js';
import { readXmlRequest } from '../../../src/ogc/csw/xml-request.js';
import { OwsException } from '../../../src/ogc/ows/exceptions.js';

const BASE = 'SERVICE=CSW&VERSION=2.0.2';

function refusal(read: () => unknown): Partial<OwsException> {
  try {
    read();
  } catch (error) {
    if (error instanceof OwsException) return error;
    throw error;
  }
  return { message: 'not refused' };
}

void t.test('GetRecords in both encodings is the same request', async (t) => {
  const kvp = readKvpRequest(
    `${BASE}&REQUEST=GetRecords&typeNames=csw:Record&resultType=results&elementSetName=full&startPosition=11&` +
      `maxRecords=5000&outputSchema=gmd&sortBy=dc:title:A,Modified:D,apiso:Type&constraintLanguage=CQL_TEXT&` +
      `constraint=${encodeURIComponent("csw:AnyText LIKE '%eau%' AND BBOX(ows:BoundingBox, 1, 2, 3, 4)")}`,
  );
  t.match(kvp, {
    operation: 'GetRecords',
    resultType: 'results',
    outputSchema: 'gmd',
    elementSet: 'full',
    elementNames: null,
    startPosition: 11,
    maxRecords: 1000,
    filter: { kind: 'and', filters: [{ kind: 'like', operand: { name: 'AnyText' } }, { kind: 'bbox' }] },
    sortBy: [
      { property: 'dc:title', descending: false },
      { property: 'Modified', descending: true },
      { property: 'apiso:Type', descending: false },
    ],
  });
  const xml = readXmlRequest(`<?xml version="1.0"?>
    <csw:GetRecords xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:ogc="http://www.opengis.net/ogc"
      xmlns:gml="http://www.opengis.net/gml" service="CSW" version="2.0.2" resultType="results" startPosition="11"
      maxRecords="5000" outputSchema="http://www.isotc211.org/2005/gmd" outputFormat="application/xml">
      <csw:Query typeNames="csw:Record"><csw:ElementSetName>full</csw:ElementSetName>
        <csw:Constraint version="1.1.0"><ogc:Filter><ogc:And>
          <ogc:PropertyIsLike wildCard="%" singleChar="_" escapeChar="\\">
            <ogc:PropertyName>csw:AnyText</ogc:PropertyName><ogc:Literal>%eau%</ogc:Literal></ogc:PropertyIsLike>
          <ogc:BBOX><ogc:PropertyName>ows:BoundingBox</ogc:PropertyName><gml:Envelope>
            <gml:lowerCorner>1 2</gml:lowerCorner><gml:upperCorner>3 4</gml:upperCorner></gml:Envelope></ogc:BBOX>
        </ogc:And></ogc:Filter></csw:Constraint>
        <ogc:SortBy><ogc:SortProperty><ogc:PropertyName>dc:title</ogc:PropertyName></ogc:SortProperty>
          <ogc:SortProperty><ogc:PropertyName>Modified</ogc:PropertyName><ogc:SortOrder>DESC</ogc:SortOrder>
          </ogc:SortProperty><ogc:SortProperty><ogc:PropertyName>apiso:Type</ogc:PropertyName></ogc:SortProperty>
        </ogc:SortBy>
      </csw:Query></csw:GetRecords>`);
  t.strictSame(JSON.parse(JSON.stringify(xml)), JSON.parse(JSON.stringify(kvp)));
});

void t.test('defaults, and other operations', async (t) => {
  t.match(readKvpRequest(`${BASE}&request=getrecords`), {
    resultType: 'hits',
    outputSchema: 'dc',
    elementSet: 'summary',
    startPosition: 1,
    maxRecords: 10,
    filter: { kind: 'include' },
    sortBy: [],
  });
  t.match(readKvpRequest(`${BASE}&request=GetRecords&elementName=dc:title,dct:abstract`), {
    elementNames: ['title', 'abstract'],
  });
  t.match(readKvpRequest(`service=CSW&request=GetCapabilities&sections=operationsmetadata`), {
    operation: 'GetCapabilities',
    sections: ['OperationsMetadata'],
  });
  t.match(readKvpRequest(`${BASE}&request=GetRecordById&id=a,b&outputSchema=own`), {
    ids: ['a', 'b'],
    outputSchema: 'own',
  });
  t.match(readKvpRequest(`${BASE}&request=DescribeRecord&typeName=gmd:MD_Metadata`), {
    typeNames: [{ local: 'md_metadata', namespace: 'http://www.isotc211.org/2005/gmd' }],
  });
  t.match(readKvpRequest(`${BASE}&request=DescribeRecord&typeName={urn:x}Record,my:Record,Record`), {
    typeNames: [
      { local: 'record', namespace: 'urn:x' },
      { local: 'record', namespace: null },
      { local: 'record', namespace: null },
    ],
  });
  t.match(readKvpRequest(`${BASE}&request=GetDomain&propertyName=Type`), { propertyNames: ['Type'] });
  const ns = 'xmlns="http://www.opengis.net/cat/csw/2.0.2"';
  t.match(
    readXmlRequest(
      `<GetRecordById ${ns}><Id>a b</Id><Id>c,d</Id><ElementSetName>brief</ElementSetName></GetRecordById>`,
    ),
    {
      ids: ['a b', 'c,d'],
      elementSet: 'brief',
    },
  );
  t.match(readXmlRequest(`<GetDomain ${ns}><ParameterName>GetRecords.resultType</ParameterName></GetDomain>`), {
    parameterNames: ['GetRecords.resultType'],
  });
  t.match(readXmlRequest(`<DescribeRecord ${ns}><TypeName>csw:Record</TypeName></DescribeRecord>`), {
    typeNames: [{ local: 'record' }],
  });
  t.match(
    readXmlRequest(`<GetCapabilities ${ns} xmlns:ows="http://www.opengis.net/ows"><ows:AcceptVersions>
      <ows:Version>2.0.2</ows:Version></ows:AcceptVersions></GetCapabilities>`),
    { operation: 'GetCapabilities' },
  );
  t.match(
    readXmlRequest(`<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>
      <GetRecords ${ns}><Query typeNames="csw:Record"><Constraint><CqlText>Title = 'a'</CqlText></Constraint></Query>
      </GetRecords></e:Body></e:Envelope>`),
    { operation: 'GetRecords', filter: { kind: 'comparison' } },
  );
  t.match(readXmlRequest(`<GetRecords ${ns}><Query><Constraint><Filter/></Constraint></Query></GetRecords>`), {
    filter: { kind: 'include' },
  });
});

void t.test('what is refused, with its code and locator', async (t) => {
  const cases: readonly (readonly [string, string, string?])[] = [
    ['', 'MissingParameterValue', 'request'],
    ['request=GetRecords', 'MissingParameterValue', 'service'],
    ['service=WFS&request=GetRecords', 'InvalidParameterValue', 'service'],
    ['service=CSW&request=GetRecords', 'MissingParameterValue', 'version'],
    ['service=CSW&request=GetRecords&version=3.0.0', 'InvalidParameterValue', 'version'],
    ['service=CSW&request=GetCapabilities&acceptVersions=3.0.0', 'VersionNegotiationFailed', 'acceptVersions'],
    ['service=CSW&request=GetCapabilities&sections=Rest', 'InvalidParameterValue', 'sections'],
    [`${BASE}&request=Transaction`, 'OperationNotSupported', 'Transaction'],
    [`${BASE}&request=Dance`, 'OperationNotSupported', 'Dance'],
    [`${BASE}&request=GetRecordById`, 'MissingParameterValue', 'id'],
    [`${BASE}&request=GetDomain`, 'MissingParameterValue', 'propertyName'],
    [`${BASE}&request=DescribeRecord&typeName=a:b`, 'InvalidParameterValue', 'typeName'],
    [`${BASE}&request=DescribeRecord&schemaLanguage=relaxng`, 'InvalidParameterValue', 'schemaLanguage'],
    [`${BASE}&request=GetRecords&typeNames=rim:Thing`, 'InvalidParameterValue', 'typeNames'],
    [`${BASE}&request=GetRecords&outputFormat=text/html`, 'InvalidParameterValue', 'outputFormat'],
    [`${BASE}&request=GetRecords&outputSchema=http://example.test`, 'InvalidParameterValue', 'outputSchema'],
    [`${BASE}&request=GetRecords&resultType=some`, 'InvalidParameterValue', 'resultType'],
    [`${BASE}&request=GetRecords&elementSetName=all`, 'InvalidParameterValue', 'ElementSetName'],
    [`${BASE}&request=GetRecords&elementSetName=full&elementName=title`, 'InvalidParameterValue', 'elementName'],
    [`${BASE}&request=GetRecords&outputSchema=gmd&elementName=title`, 'InvalidParameterValue', 'elementName'],
    [`${BASE}&request=GetRecords&startPosition=0`, 'InvalidParameterValue', 'startPosition'],
    [`${BASE}&request=GetRecords&maxRecords=-1`, 'InvalidParameterValue', 'maxRecords'],
    [`${BASE}&request=GetRecords&maxRecords=1e3`, 'InvalidParameterValue', 'maxRecords'],
    [`${BASE}&request=GetRecords&constraint=a`, 'MissingParameterValue', 'constraintLanguage'],
    [`${BASE}&request=GetRecords&constraint=a&constraintLanguage=SQL`, 'InvalidParameterValue', 'constraintLanguage'],
    [`${BASE}&request=GetRecords&constraint=a%20=&constraintLanguage=CQL_TEXT`, 'InvalidParameterValue', 'constraint'],
    [`${BASE}&request=GetRecords&constraint=%3Ca&constraintLanguage=FILTER`, 'InvalidParameterValue', 'constraint'],
    [`${BASE}&request=GetRecords&responseHandler=ftp://a`, 'OptionNotSupported', 'responseHandler'],
    [`${BASE}&request=GetRecords&request=GetDomain`, 'InvalidParameterValue', 'request'],
  ];
  for (const [query, code, locator] of cases)
    t.match(
      refusal(() => readKvpRequest(query)),
      { code, locator, status: 400 },
      query,
    );
});

void t.test('hostile XML', async (t) => {
  const documents = [
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><GetCapabilities service="CSW">&b;</GetCapabilities>',
    `${'<a>'.repeat(100)}`,
    `<a>${'<b/>'.repeat(6000)}</a>`,
    'x'.repeat(600_000),
    '<a>&nothing;</a>',
    '',
    '<a',
  ];
  for (const xml of documents) {
    t.match(
      refusal(() => readXmlRequest(xml)),
      { code: 'NoApplicableCode', status: 400 },
      xml.slice(0, 40),
    );
  }
  t.match(
    refusal(() => readXmlRequest('<Envelope><Body/></Envelope>')),
    { code: 'MissingParameterValue' },
  );
  t.match(
    refusal(() => readXmlRequest('<GetRecords><Query><Constraint/></Query></GetRecords>')),
    {
      code: 'InvalidParameterValue',
      locator: 'constraint',
    },
  );
});

void t.test('what asks for too much', async (t) => {
  const xml =
    (constraint: string, query = '') =>
    () =>
      readXmlRequest(
        `<GetRecords service="CSW" version="2.0.2"><Query typeNames="csw:Record">${query}
       <Constraint version="1.1.0">${constraint}</Constraint></Query></GetRecords>`,
      );
  const cql = (text: string) => xml(`<CqlText>${text}</CqlText>`);
  const times = (count: number, text: string, separator = '') =>
    Array.from({ length: count }, () => text).join(separator);
  const isNull = '<PropertyIsNull><PropertyName>Title</PropertyName></PropertyIsNull>';
  const cases: readonly (readonly [() => unknown, string])[] = [
    [cql(times(1001, "Title = 'a'", ' OR ')), 'constraint'],
    [cql(times(30_000, "Subject='a'", ' AND ')), 'constraint'],
    [cql(`Identifier IN (${times(100_000, "''", ',')})`), 'constraint'],
    [cql(`IN (${times(1001, "'a'", ',')})`), 'constraint'],
    [cql(`Title LIKE '${times(1001, '%a')}'`), 'constraint'],
    [cql(`AnyText LIKE '%${times(2001, 'é')}%'`), 'constraint'],
    [cql(`AnyText = '${times(1001, 'a-')}'`), 'constraint'],
    [cql(`AnyText = '${times(65, 'mot ')}'`), 'constraint'],
    [cql(`AnyText LIKE '%${times(65, 'mot ')}%'`), 'constraint'],
    [cql(`Title = 'a' AND NOT AnyText IN ('mot', '${times(65, 'mot ')}')`), 'constraint'],
    [cql(`'${times(1001, 'a ')}' <> csw:AnyText`.replace('<', '&lt;').replace('>', '&gt;')), 'constraint'],
    [cql(`AnyText IN ('a', '${times(1001, 'a ')}')`), 'constraint'],
    [xml(`<Filter><Not><Or>${times(1000, isNull)}</Or></Not></Filter>`), 'constraint'],
    [xml('<Filter/>', times(101, '<ElementName>dc:title</ElementName>')), 'elementName'],
    [
      xml(
        '<Filter/>',
        `<SortBy>${times(101, '<SortProperty><PropertyName>Title</PropertyName></SortProperty>')}</SortBy>`,
      ),
      'sortBy',
    ],
    [() => readKvpRequest(`${BASE}&request=GetRecords&typeNames=${times(101, 'csw:Record', ',')}`), 'typeNames'],
    [() => readKvpRequest(`${BASE}&request=GetDomain&propertyName=${times(101, 'Title', ',')}`), 'propertyName'],
    [() => readKvpRequest(`${BASE}&request=GetDomain&parameterName=${times(101, 'Title', ',')}`), 'parameterName'],
    [() => readKvpRequest(`${BASE}&request=GetRecordById&id=${times(1001, 'a', ',')}`), 'id'],
  ];
  for (const [index, [read, locator]] of cases.entries()) {
    t.match(refusal(read), { code: 'InvalidParameterValue', locator, status: 400 }, `case ${index}`);
  }
  t.match(cql(`AnyText LIKE '%${times(64, 'mot ')}%' AND Title = '${times(65, 'mot ')}'`)(), {
    operation: 'GetRecords',
  });
  t.match(cql(times(999, "Title = 'a'", ' OR '))(), { operation: 'GetRecords' });
  t.match(readKvpRequest(`${BASE}&request=GetRecordById&id=a,b,a`), { ids: ['a', 'b'] });
});
