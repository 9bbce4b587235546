import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { childEnvironment } from '../../src/config.js';
import { logIn } from '../helpers/api.js';
import { startApi } from '../helpers/deposit.js';
import { publishRecord } from '../helpers/records.js';
import { pythonWith } from '../helpers/python.js';

/** Clients of catalogues: OWSLib, which QGIS MetaSearch is built on, with MetaSearch's own requests, and GDAL. */

const python = await pythonWith('OWSLib==0.28.1');
const skip = 'missing' in python ? python.missing : false;

const SCRIPT = `
import json, sys
from owslib.csw import CatalogueServiceWeb
from owslib.fes import PropertyIsLike, PropertyIsEqualTo, BBox, And, SortBy, SortProperty

csw = CatalogueServiceWeb(sys.argv[1], timeout=30)
out = {'title': csw.identification.title, 'operations': sorted(op.name for op in csw.operations)}
out['constraints'] = sorted(csw.get_operation_by_name('GetRecords').constraints[0].values)[:3]

def ask(constraints, **more):
    csw.getrecords2(constraints=constraints, maxrecords=10, **more)
    return [sorted(csw.records), csw.results]

like = PropertyIsLike('csw:AnyText', '%transport%')
box = BBox([1.0, 47.0, 4.0, 50.0])
latlon = BBox([47.0, 1.0, 50.0, 4.0], crs='urn:ogc:def:crs:EPSG::4326')
out['keyword'] = ask([like], esn='full', startposition=0)[0]
out['box'] = ask([box], esn='full')[0]
out['latlon'] = ask([latlon], esn='full')[0]
out['either'] = ask([like, box], esn='brief')[0]
out['both'] = ask([[like, box]], esn='full', startposition=1)
record = csw.records['routes']
out['record'] = [record.title, record.subjects, record.abstract, [r['url'] for r in record.references],
  [float(x) for x in (record.bbox.minx, record.bbox.miny, record.bbox.maxx, record.bbox.maxy)]]
out['and'] = ask([[like, PropertyIsEqualTo('dc:type', 'series')]], esn='brief')[0]
out['sorted'] = ask([], sortby=SortBy([SortProperty('dc:title', 'DESC')]), esn='summary', startposition=1)[1]
out['cql'] = ask([], cql="dc:title LIKE 'Ré%'", esn='brief')[0]
csw.getrecords2(constraints=[like], outputschema='http://www.isotc211.org/2005/gmd', esn='full')
out['gmd'] = sorted(r.identification.title for r in csw.records.values())
csw.getrecordbyid(id=['routes'], outputschema='http://www.isotc211.org/2005/gmd', esn='full')
out['gmdById'] = csw.records['routes'].identification.title
csw.getrecordbyid(id=['forets'])
out['byId'] = csw.records['forets'].title
csw.describerecord()
csw.getdomain('dc:type', 'property')
out['domain'] = csw.results['values']
try:
    csw.getrecords2(constraints=[PropertyIsEqualTo('Colour', 'red')])
except Exception as error:
    out['refused'] = str(error)
else:
    out['refused'] = str(csw.exceptionreport.exceptions[0]['ExceptionText']) if csw.exceptionreport else None
print(json.dumps(out))
`;

void t.test('OWSLib reads the catalogue', { skip }, async (t) => {
  if ('missing' in python) return;
  const emulator = await startApi(t);
  const producer = await logIn(emulator);
  await publishRecord(producer, {
    identifier: 'forets',
    level: 'dataset',
    title: 'Forêts',
    keywords: ['bois'],
    box: [-5.1, 41.2, 9.6, 51.1],
  });
  await publishRecord(producer, {
    identifier: 'routes',
    level: 'series',
    title: 'Réseau routier',
    abstract: 'Chaussées.',
    keywords: ['transport'],
    box: [2, 48, 3, 49],
    links: [{ url: 'https://example.test/wfs', protocol: 'OGC:WFS', name: 'routes' }],
  });
  await publishRecord(producer, { identifier: 'avions', title: 'Aérodromes', keywords: ['transports'] });

  const out = JSON.parse(await python.run(['-W', 'ignore', '-c', SCRIPT, `${emulator.origin}/csw`])) as Record<
    string,
    unknown
  >;
  t.match(out, {
    title: 'Catalogue de la Géoplateforme (émulateur)',
    operations: ['DescribeRecord', 'GetCapabilities', 'GetDomain', 'GetRecordById', 'GetRecords'],
    keyword: ['avions', 'routes'],
    box: ['forets', 'routes'],
    latlon: ['forets', 'routes'],
    either: ['avions', 'forets', 'routes'],
    both: [['routes'], { matches: 1, returned: 1, nextrecord: 0 }],
    record: ['Réseau routier', ['transport'], 'Chaussées.', ['https://example.test/wfs'], [2, 48, 3, 49]],
    and: ['routes'],
    sorted: { matches: 3, returned: 3, nextrecord: 0 },
    cql: ['routes'],
    gmd: ['Aérodromes', 'Réseau routier'],
    gmdById: 'Réseau routier',
    byId: 'Forêts',
    domain: ['dataset', 'series'],
    refused: /Colour/,
  });
});

const execute = promisify(execFile);
const skipGdal = await execute('ogrinfo', ['--formats']).then(
  ({ stdout }) => (/\bCSW\b/.test(stdout) ? false : 'GDAL has no driver of catalogues here'),
  () => 'no ogrinfo here',
);

void t.test('GDAL reads the catalogue', { skip: skipGdal }, async (t) => {
  const emulator = await startApi(t);
  const producer = await logIn(emulator);
  for (let i = 1; i <= 12; i += 1) {
    await publishRecord(producer, {
      identifier: `fiche-${i}`,
      level: i === 3 ? 'series' : 'dataset',
      title: i === 5 ? 'Limites de la forêt' : 'Bâtiments',
      keywords: ['bati'],
      modified: `2024-01-${String(i).padStart(2, '0')}`,
      box: [i, 45, i + 0.5, 46],
    });
  }
  const read = async (...options: string[]) => {
    const args = ['-ro', '-q', '-al', ...options, `CSW:${emulator.origin}/csw`];
    const { stdout } = await execute('ogrinfo', args, { env: childEnvironment({}) });
    return [...stdout.matchAll(/ {2}identifier \(String\) = (.*)/g)].map(([, identifier]) => identifier);
  };
  t.equal((await read('-oo', 'MAX_RECORDS=5')).length, 12, 'page after page');
  t.same(await read('-where', "anytext LIKE '%la forêt%'"), ['fiche-5']);
  t.same(await read('-where', "type = 'series' AND subject = 'bati'"), ['fiche-3']);
  t.same(await read('-where', "modified > '2024-01-10'"), ['fiche-11', 'fiche-12']);
  t.same(await read('-spat', '7.6', '44', '8.4', '47'), ['fiche-8']);
  t.same(await read('-oo', 'ELEMENTSETNAME=brief', '-where', "identifier = 'fiche-7'"), ['fiche-7']);
});
