import t from 'tap';
import { differences } from '../../../src/processing/raster/homogeneity.js';
import { isOnEarth, placementOf } from '../../../src/processing/raster/placement.js';
import { sizeFault } from '../../../src/processing/raster/read-pixels.js';
import type { ImageTraits } from '../../../src/processing/raster/traits.js';
import { referenceOf } from '../../../src/processing/spatial-reference.js';

const TRAITS: ImageTraits = {
  width: 100,
  height: 50,
  bands: 3,
  type: 'Byte',
  palette: false,
  clearColours: false,
  alpha: false,
  mask: false,
  compression: null,
  nodata: null,
  geoTransform: [1000, 2, 0, 5000, 0, -4],
  controlPoints: false,
  blockBytes: 1000,
  pages: false,
};

void t.test('the place of an image', (t) => {
  t.same(placementOf(TRAITS), { box: [1000, 4800, 1200, 5000], resolution: [2, 4] });
  const wrong = (geoTransform: number[] | null, more: Partial<ImageTraits> = {}) =>
    placementOf({ ...TRAITS, geoTransform, ...more });
  t.equal(wrong(null), "n'est pas géoréférencée");
  t.match(wrong(null, { controlPoints: true }), /points de calage/);
  t.match(wrong([0, 0, 0, 0, 0, 0]), /ne placent pas/);
  t.match(wrong([NaN, 1, 0, 0, 0, -1]), /ne placent pas/);
  t.match(wrong([0, 1, 0, 0, 0, Infinity]), /ne placent pas/);
  t.match(wrong([0, 1, 0.1, 0, 0, -1]), /tournée ou inclinée/);
  t.match(wrong([0, 1, 0, 0, 0, 1]), /commence par le sud/);
  t.match(wrong([0, -1, 0, 0, 0, -1]), /commence par l’est/);
  t.end();
});

void t.test('places that a reference system does not have', (t) => {
  const degrees = referenceOf('EPSG:4326');
  const lambert = referenceOf('EPSG:2154');
  if (degrees === null || lambert === null) throw new Error('unknown systems');
  t.equal(isOnEarth([-180.0001, -90, 180, 90], degrees), true);
  t.equal(isOnEarth([0, 0, 700_000, 6_600_000], degrees), false);
  t.equal(isOnEarth([100_000, 6_000_000, 1_200_000, 7_100_000], lambert), true);
  t.equal(isOnEarth([0, 0, 1e300, 1e300], lambert), false);
  t.end();
});

void t.test('places east and west of 90 degrees, whatever the order of the ordinates', (t) => {
  const places: Readonly<Record<string, [number, number, number, number]>> = {
    'EPSG:3163': [400_000, 280_000, 410_000, 290_000],
    'EPSG:3297': [230_000, 8_060_000, 231_000, 8_061_000],
    'EPSG:4749': [166, -22.5, 166.1, -22.4],
    'EPSG:3035': [3_200_000, 2_100_000, 4_300_000, 3_100_000],
    'EPSG:3857': [-20_037_508.34, -20_037_508.34, 20_037_508.34, 20_037_508.34],
  };
  for (const [name, box] of Object.entries(places)) {
    const reference = referenceOf(name);
    t.equal(reference !== null && isOnEarth(box, reference), true, name);
  }
  const caledonia = referenceOf('EPSG:4749');
  t.equal(caledonia !== null && isOnEarth([-22.5, 166, -22.4, 166.1], caledonia), false, 'latitude first');
  t.end();
});

void t.test('images are compared with the first one', (t) => {
  const reference = { path: 'a.tif', traits: TRAITS, resolution: [2, 4] as const };
  const compared = (traits: Partial<ImageTraits>, resolution: readonly [number, number] | null = [2, 4]) =>
    differences({ path: 'b.tif', traits: { ...TRAITS, ...traits }, resolution }, reference);
  t.same(compared({}, [2.019, 3.961]), { faults: [], warnings: [] });
  t.same(compared({}, null), { faults: [], warnings: [] });
  t.match(compared({}, [2, 4.05]).faults, [/Écart de résolution : b\.tif 2 x 4\.05, a\.tif \(référence\) 2 x 4/]);
  t.match(compared({ bands: 4, palette: true }).faults, [
    /Nombre de bandes différent/,
    /palette, a\.tif \(référence\) sans/,
  ]);
  t.match(compared({ alpha: true, nodata: 0 }).warnings, [/transparence/, /b\.tif 0, a\.tif \(référence\) aucune/]);
  t.end();
});

void t.test('images that are too large for their file, or whose blocks are too large, are not read', (t) => {
  t.equal(sizeFault(TRAITS, 1), null);
  const large = { ...TRAITS, width: 100_000, height: 100_000 };
  t.equal(sizeFault(large, 30_000_000), null, 'an empty image, compressed');
  t.match(
    sizeFault(large, 1000),
    /déclare 100000 x 100000 pixels \(30000000000 octets\) dans un fichier de 1000 octets/,
  );
  t.match(sizeFault({ ...TRAITS, blockBytes: 2 ** 30 }, 2 ** 30), /découpée en blocs/);
  t.end();
});
