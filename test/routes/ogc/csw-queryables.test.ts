import t from 'tap';
import { inspireDataset, inspireService } from '../../../fixtures/generate/inspire-metadata.js';
import { iso191153 } from '../../../fixtures/generate/metadata.js';
import { parseMetadata } from '../../../src/ogc/iso/metadata.js';
import { mdbRecord } from '../../../src/ogc/iso/write-mdb.js';
import { child, childrenNamed, renderXml } from '../../../src/ogc/xml.js';
import { logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { askCsw, exceptionIn, findByCql, publishRecord, setPublished } from '../../helpers/records.js';
import { DATASTORE } from '../../helpers/seed.js';

void t.test('properties of services and of INSPIRE, in either standard', async (t) => {
  const emulator = await startApi(t);
  const producer = await logIn(emulator);
  const search = (constraint: string) => findByCql(emulator, constraint);
  await publishRecord(producer, { identifier: 'forets', organisation: 'Office' });
  const publisher = { role: 'pointOfContact' };
  for (const write of [
    (xml: string) => xml,
    (xml: string) => {
      const { fileIdentifier: identifier, content } = parseMetadata(xml);
      return renderXml(mdbRecord({ identifier, publisher }, content, 'full'));
    },
  ]) {
    const paths = [
      await publishRecord(producer, write(inspireDataset('crues'))),
      await publishRecord(producer, write(inspireService('cartes'))),
    ];
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ["ServiceType = 'VIEW'", ['cartes']],
      ['apiso:ServiceType IS NOT NULL', ['cartes']],
      ["ServiceTypeVersion LIKE '%WMS%'", ['cartes']],
      ["CouplingType = 'tight'", ['cartes']],
      ["Operation = 'GetCapabilities'", ['cartes']],
      ["Operation = 'GetMap'", []],
      ["OperatesOn = 'crues'", ['cartes']],
      ["OperatesOn LIKE 'https://example.test/csw?%'", ['cartes']],
      ["OperatesOnIdentifier = 'crues'", ['cartes']],
      ["OperatesOnName = 'GetMap'", ['cartes']],
      ['TempExtent_begin = 2008-06-01', ['crues']],
      ['TempExtent_begin < 2008-06-01', []],
      ['TempExtent_end = 2012-12-31', ['crues']],
      ["TempExtent_begin <= '2010-01-01T00:00:00Z' AND TempExtent_end >= '2010-01-01T00:00:00Z'", ['crues']],
      ["GeographicDescriptionCode = 'fr-75'", ['crues']],
      ["HasSecurityConstraints = 'true'", ['crues']],
      ['HasSecurityConstraints = FALSE', ['cartes', 'forets']],
      ["Classification = 'restricted'", ['crues']],
      ["Degree = 'true'", ['crues']],
      ["Degree = 'false'", ['cartes']],
      ["SpecificationTitle LIKE 'Règlement%'", ['cartes', 'crues']],
      ['SpecificationDate < 2010-01-01', ['cartes']],
      ['SpecificationDate BETWEEN 2014-12-31 AND 2015-01-01', ['crues']],
      ["SpecificationDateType = 'publication'", ['cartes', 'crues']],
      ["ResponsiblePartyRole = 'custodian'", ['crues']],
      ["MetadataPointOfContact = 'guichet'", ['cartes', 'crues']],
      ["AnyText = 'Géostandard'", ['crues']],
      ["AnyText LIKE '%aléas'", ['cartes']],
    ];
    for (const [constraint, expected] of cases) t.same(await search(constraint), expected, constraint);
    for (const [name, values] of [
      ['TempExtent_begin', ['2008-06-01', '2008-06-01']],
      ['TempExtent_end', ['2012-12-31', '2012-12-31']],
      ['SpecificationDate', ['2009-10-20', '2015-01-01']],
      ['Degree', ['false', 'true']],
      ['HasSecurityConstraints', ['false', 'true']],
      ['ServiceType', ['view']],
      ['OperatesOn', ['crues', 'https://example.test/csw?id=crues']],
      ['ResponsiblePartyRole', ['custodian', 'distributor', 'owner']],
    ] as const) {
      const { root } = await askCsw(emulator, { REQUEST: 'GetDomain', PROPERTYNAME: name });
      const [, list] = root.children[0]?.children ?? [];
      t.same(
        list?.children.map(({ text }) => text),
        values,
        name,
      );
    }
    const refused = { REQUEST: 'GetRecords', CONSTRAINTLANGUAGE: 'CQL_TEXT', CONSTRAINT: "Degree = 'peut-être'" };
    t.match(exceptionIn(await askCsw(emulator, { ...refused, TYPENAMES: 'csw:Record' })), {
      code: 'InvalidParameterValue',
      locator: 'constraint',
    });
    await setPublished(producer, 'unpublication', ['crues', 'cartes']);
    for (const path of paths) t.equal((await producer.call('DELETE', path)).status, 204);
  }
});

void t.test('each property that is advertised can be asked for and told, and no other is', async (t) => {
  const emulator = await startApi(t);
  const { root } = await askCsw(emulator, { REQUEST: 'GetCapabilities' });
  const operations = childrenNamed(child(root, 'OperationsMetadata') ?? root, 'Operation');
  const getRecords = operations.find(({ attributes }) => attributes['name'] === 'GetRecords') ?? root;
  const advertised = childrenNamed(getRecords, 'Constraint')
    .filter(({ attributes }) => attributes['name']?.endsWith('Queryables'))
    .flatMap(({ children }) => children.map(({ text }) => text));
  t.equal(new Set(advertised).size, 52);
  const sorted = { REQUEST: 'GetRecords', TYPENAMES: 'csw:Record', RESULTTYPE: 'results' };
  for (const name of advertised) {
    await findByCql(emulator, `${name} IS NULL`);
    t.equal((await askCsw(emulator, { REQUEST: 'GetDomain', PROPERTYNAME: name })).status, 200, name);
    if (name === 'AnyText' || name === 'BoundingBox') continue;
    t.equal((await askCsw(emulator, { ...sorted, SORTBY: `${name}:D` })).status, 200, name);
  }
  for (const other of ['KeywordType', 'CharacterSet']) {
    t.notOk(advertised.includes(other));
    t.equal((await askCsw(emulator, { REQUEST: 'GetDomain', PROPERTYNAME: other })).status, 400, other);
  }
});

void t.test('a record that names nobody has the contact of the community that publishes it', async (t) => {
  const emulator = await startApi(t);
  const producer = await logIn(emulator);
  const { body } = await producer.call<{ community: { contact: string } }>('GET', `/datastores/${DATASTORE}`);
  const { contact } = body.community;
  await publishRecord(producer, iso191153({ identifier: 'anonyme', title: 'Sans contact' }));
  const gmd = 'http://www.isotc211.org/2005/gmd';
  for (const ELEMENTSETNAME of ['summary', 'full', 'brief']) {
    const { text } = await askCsw(emulator, {
      ...{ REQUEST: 'GetRecordById', ID: 'anonyme', OUTPUTSCHEMA: gmd, ELEMENTSETNAME },
    });
    t.equal(text.includes(`<gco:CharacterString>${contact}<`), ELEMENTSETNAME !== 'brief', ELEMENTSETNAME);
    t.equal(text.includes('<gmd:contact>'), ELEMENTSETNAME !== 'brief');
  }
});
