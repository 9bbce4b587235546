import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { inspireDataset, inspireService } from '../../fixtures/generate/inspire-metadata.js';
import { iso191153, iso19139 } from '../../fixtures/generate/metadata.js';
import type { RecordContent } from '../../src/ogc/iso/content.js';
import { parseMetadata } from '../../src/ogc/iso/metadata.js';
import { mdbRecord } from '../../src/ogc/iso/write-mdb.js';
import { renderXml } from '../../src/ogc/xml.js';
import { logIn } from '../helpers/api.js';
import { startApi } from '../helpers/deposit.js';
import { PYCSW } from '../helpers/pycsw.js';
import { pythonWith } from '../helpers/python.js';
import { askCsw, postCsw, publishRecord } from '../helpers/records.js';

/** Answers of the catalogue against the schemas of OGC and ISO, which pycsw brings. */

const python = await pythonWith(...PYCSW);
const skip = 'missing' in python ? python.missing : false;

const SCRIPT = `
import glob, json, os, sys
import pycsw
from lxml import etree
root = os.path.dirname(pycsw.__file__)
core = os.path.join(root, 'core/schemas/ogc')
def schema(path):
    return etree.XMLSchema(etree.parse(path))
csw = schema(os.path.join(core, 'csw/2.0.2/CSW-discovery.xsd'))
ows = schema(os.path.join(core, 'ows/1.0.0/owsExceptionReport.xsd'))
iso = os.path.join(root, 'plugins/profiles/apiso/schemas/ogc/iso/19139')
both = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
for name, path in (('gmd', '20070417/gmd/gmd.xsd'), ('srv', '20060504/srv/srv.xsd')):
    both += f'<xs:import namespace="http://www.isotc211.org/2005/{name}" schemaLocation="{os.path.join(iso, path)}"/>'
gmd = etree.XMLSchema(etree.fromstring(both + '</xs:schema>'))
faults = {}
def check(name, by, node):
    if not by.validate(node):
        faults[name] = [str(each) for each in by.error_log][:3]
checked = 0
for path in sorted(glob.glob(os.path.join(sys.argv[1], '*.xml'))):
    name = os.path.basename(path)
    document = etree.parse(path)
    records = document.findall('.//{http://www.isotc211.org/2005/gmd}MD_Metadata')
    if name.startswith('refusal'):
        check(name, ows, document)
    elif records:
        for record in records:
            check(name, gmd, etree.ElementTree(etree.fromstring(etree.tostring(record))))
    else:
        check(name, csw, document)
    checked += max(1, len(records))
print(json.dumps({'checked': checked, 'faults': faults}))
`;

const PUBLISHER = { organisation: 'Office', email: 'office@example.test', role: 'pointOfContact' };
const HEAD = { identifier: 'entier-mdb', publisher: PUBLISHER };

/** A record that says all that the catalogue reads. */
const WHOLE = {
  identifier: 'entier',
  level: 'series',
  title: 'Forêts',
  abstract: 'Arbres',
  keywords: ['bois', 'forêt'],
  inspireThemes: ['Habitats'],
  topics: ['biota'],
  organisation: 'Office',
  email: 'office@example.test',
  modified: '2024-01-02',
  created: '2020-01-01',
  published: '2021-01-01',
  language: 'fre',
  formats: ['GPKG'],
  crs: 'EPSG:2154',
  box: [2, 48, 3, 49],
  links: [{ url: 'https://example.test/wfs', protocol: 'OGC:WFS', name: 'forets' }],
  licence: 'Licence ouverte',
  lineage: 'Levés',
  denominator: 25_000,
  distance: 5,
  parent: 'milieux',
} as const;

void t.test('answers are valid', { skip }, async (t) => {
  if ('missing' in python) return;
  const emulator = await startApi(t);
  const producer = await logIn(emulator);
  await publishRecord(producer, { identifier: 'nu' });
  await publishRecord(producer, WHOLE);
  const { content } = parseMetadata(iso19139(WHOLE));
  await publishRecord(producer, renderXml(mdbRecord(HEAD, content, 'full')));
  await publishRecord(producer, iso191153({ identifier: 'nu-mdb' }));
  const asMdb = (identifier: string, xml: string) =>
    renderXml(mdbRecord({ ...HEAD, identifier }, parseMetadata(xml).content, 'full'));
  const ofNobody = asMdb('anonyme', iso19139({ ...WHOLE, organisation: undefined }));
  await publishRecord(producer, ofNobody.replace(/<mdb:contact>[\s\S]*?<\/mdb:contact>/, ''));
  await publishRecord(producer, asMdb('crues', inspireDataset('crues')));
  await publishRecord(producer, asMdb('cartes', inspireService('cartes')));

  const folder = await mkdtemp(join(t.testdir(), 'answers-'));
  const keep = async (name: string, { text }: { text: string }) => writeFile(join(folder, `${name}.xml`), text);
  await keep('capabilities', await askCsw(emulator, { REQUEST: 'GetCapabilities' }));
  await keep(
    'portal',
    await askCsw(emulator, { REQUEST: 'GetCapabilities', SECTIONS: 'ServiceProvider' }, '/csw/INSPIRE'),
  );
  await keep('description', await askCsw(emulator, { REQUEST: 'DescribeRecord' }));
  await keep('domain', await askCsw(emulator, { REQUEST: 'GetDomain', PROPERTYNAME: 'Type,Modified,Lineage' }));
  await keep('parameter', await askCsw(emulator, { REQUEST: 'GetDomain', PARAMETERNAME: 'GetRecords.resultType,x' }));
  await keep('hits', await askCsw(emulator, { REQUEST: 'GetRecords', TYPENAMES: 'csw:Record' }));
  await keep(
    'validate',
    await askCsw(emulator, { REQUEST: 'GetRecords', TYPENAMES: 'csw:Record', RESULTTYPE: 'validate' }),
  );
  for (const ELEMENTSETNAME of ['brief', 'summary', 'full']) {
    const records = { REQUEST: 'GetRecords', TYPENAMES: 'csw:Record', RESULTTYPE: 'results', ELEMENTSETNAME };
    await keep(`records-${ELEMENTSETNAME}`, await askCsw(emulator, records));
    const byId = { REQUEST: 'GetRecordById', ID: 'entier,nu', ELEMENTSETNAME };
    await keep(`by-id-${ELEMENTSETNAME}`, await askCsw(emulator, byId));
  }
  // Shorter sets, and records that lack what ISO 19139 demands, are not valid by themselves.
  const gmd = { OUTPUTSCHEMA: 'http://www.isotc211.org/2005/gmd', ELEMENTSETNAME: 'full' };
  const ID = 'entier-mdb,crues,cartes,anonyme';
  await keep('gmd', await askCsw(emulator, { REQUEST: 'GetRecordById', ID, ...gmd }));
  await keep(
    'gmd-summary',
    await askCsw(emulator, { REQUEST: 'GetRecordById', ID, ...gmd, ELEMENTSETNAME: 'summary' }),
  );
  await keep('refusal', await askCsw(emulator, { REQUEST: 'GetRecords', MAXRECORDS: 'x' }));
  await keep('refusal-unreadable', await postCsw(emulator, '<a'));
  await keep('refusal-portal', await askCsw(emulator, { REQUEST: 'GetCapabilities' }, '/csw/nobody'));

  const answer = await python.run(['-W', 'ignore', '-c', SCRIPT, folder]);
  t.same(JSON.parse(answer.slice(answer.indexOf('{'))), { checked: 24, faults: {} });
});

/** The schemas of ISO 19115-3, and those of ISO 19139 that they bring in; of these packages nothing is run. */
const iso = await pythonWith('--no-deps', 'ckanext-iso19115==0.2.4', 'pycsw==2.6.2', 'lxml==6.1.3');

const MDB_SCRIPT = `
import glob, json, os, sys
from lxml import etree
root, folder = sys.argv[1:]
schemas = os.path.join(root, 'ckanext/iso19115/namespaces')
class Here(etree.Resolver):
    def resolve(self, url, identifier, context):
        if url.endswith('/xlink.xsd'):
            return self.resolve_filename(os.path.join(root, 'pycsw/core/schemas/w3c/1999/xlink.xsd'), context)
        if url.startswith('http://schemas.opengis.net/'):
            return self.resolve_filename(os.path.join(schemas, url[len('http://'):]), context)
parser = etree.XMLParser(no_network=True)
parser.resolvers.add(Here())
mdb = etree.XMLSchema(etree.parse(os.path.join(schemas, '19115/-3/mdb/2.0/mdb.xsd'), parser))
out = {}
for path in sorted(glob.glob(os.path.join(folder, '*.xml'))):
    # The schemas at hand have the version of srv before, which says the same of services.
    with open(path, encoding='utf-8') as file:
        text = file.read().replace('/-3/srv/2.1', '/-3/srv/2.0')
    valid = mdb.validate(etree.ElementTree(etree.fromstring(text.encode('utf-8'))))
    out[os.path.basename(path)] = [] if valid else [str(each) for each in mdb.error_log][:3]
print(json.dumps(out))
`;

void t.test('records in ISO 19115-3 are valid', { skip: 'missing' in iso ? iso.missing : false }, async (t) => {
  if ('missing' in iso) return;
  const read = parseMetadata(iso19139(WHOLE)).content;
  const everything: RecordContent = {
    ...read,
    alternateTitles: ['Bois'],
    contacts: [{ organisation: 'Office', individual: 'Ana', email: 'ana@example.test', role: 'pointOfContact' }],
    parties: [...read.parties, { individual: 'Ana', email: 'ana@example.test', role: 'author' }],
    dates: { creation: '2020', publication: '2021-02', revision: '2022-03-04T05:06:07Z' },
    resourceLanguages: ['fre', 'oci', 'bre'],
    overviews: ['https://example.test/a.png'],
    accessConstraints: ['license'],
    useConditions: ['Aucune'],
    resourceIdentifiers: ['https://example.test/forets'],
  };
  const folder = t.testdir();
  const write = async (name: string, content: RecordContent, extent: 'full' | 'summary' | 'brief') =>
    writeFile(join(folder, `${name}.xml`), renderXml(mdbRecord({ ...HEAD, identifier: 'entier' }, content, extent)));
  await write('everything', everything, 'full');
  await write('read', read, 'full');
  await write('summary', everything, 'summary');
  await write('nobody', { ...read, contacts: [], parties: [] }, 'full');
  await write('dataset', parseMetadata(inspireDataset('crues')).content, 'full');
  const service = parseMetadata(inspireService('cartes')).content;
  await write('service', service, 'full');
  await write('service-summary', service, 'summary');
  await write('brief', everything, 'brief');

  const answer = await iso.run(['-c', MDB_SCRIPT, iso.env['PYTHONPATH'] ?? '', folder]);
  const { 'brief.xml': brief, ...others } = JSON.parse(answer.slice(answer.indexOf('{'))) as Record<string, string[]>;
  t.equal(Object.keys(others).length, 7);
  for (const [name, faults] of Object.entries(others)) t.same(faults, [], name);
  t.match(brief, [/contact/], 'the schema is looked at');
});
