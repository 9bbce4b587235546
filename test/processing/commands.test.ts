import t from 'tap';
import { dumpCommand } from '../../src/processing/commands.js';
import { referenceOf, sameReference } from '../../src/processing/spatial-reference.js';

void t.test('the command of a dump says only what was asked', async (t) => {
  const { args, output } = dumpCommand({ layer: 'zones', srid: 2154, keepFid: true, output: '/tmp/x' });
  t.equal(output, '/tmp/x');
  t.equal(args.at(-1), 'zones');
  t.ok(args.includes('-preserve_fid'));
  t.ok(args.includes('SRID=2154'));
  t.same(
    args.filter((_, at) => args[at - 1] === '-nlt'),
    ['CONVERT_TO_LINEAR'],
  );
  for (const option of ['-t_srs', '-s_srs', '-dim', '-unsetFid']) t.notOk(args.includes(option), option);
});

void t.test('reprojection, promotion and dimension become options', async (t) => {
  const request = { layer: 'zones', srid: 3857, keepFid: false, output: '/tmp/x' } as const;
  const { args } = dumpCommand({
    ...request,
    sourceSrs: 'EPSG:4326',
    targetSrs: 'EPSG:3857',
    geometryType: 'PROMOTE_TO_MULTI',
    dimension: 'XYZ',
  });
  t.match(args.join(' '), /-unsetFid .*-nlt PROMOTE_TO_MULTI -dim XYZ -s_srs EPSG:4326 -t_srs EPSG:3857 zones$/);
});

void t.test('a layer name cannot become an option', async (t) => {
  t.throws(() => dumpCommand({ layer: '-sql', srid: 4326, keepFid: false, output: '/tmp/x' }), /dash/);
});

void t.test('a reference system is recognised without its authority', async (t) => {
  const of = (name: string) => {
    const reference = referenceOf(name);
    if (reference === null) throw new Error(name);
    return reference;
  };
  const esri = of(
    'PROJCS["RGF93_Lambert_93",GEOGCS["GCS_RGF_1993",DATUM["D_RGF_1993",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],PARAMETER["False_Easting",700000.0],PARAMETER["False_Northing",6600000.0],PARAMETER["Central_Meridian",3.0],PARAMETER["Standard_Parallel_1",49.0],PARAMETER["Standard_Parallel_2",44.0],PARAMETER["Latitude_Of_Origin",46.5],UNIT["Meter",1.0]]',
  );
  t.ok(sameReference(esri, of('EPSG:2154')));
  t.ok(sameReference(of('IGNF:LAMB93'), of('EPSG:2154')));
  t.ok(sameReference(of('OGC:CRS84'), of('EPSG:4326')));
  t.notOk(sameReference(of('EPSG:4326'), of('EPSG:2154')));
  t.notOk(sameReference(of('EPSG:4326'), of('EPSG:4171')));
  t.notOk(sameReference(of('EPSG:3857'), of('EPSG:2154')));
  t.equal(referenceOf('EPSG:999999'), null);
});
