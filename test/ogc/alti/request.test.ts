import t from 'tap';
import { type AltimetryError, readElevationRequest, readProfileRequest } from '../../../src/ogc/alti/request.js';

const POINT = { resource: 'mnt', lon: '2', lat: '48' };

void t.test('a request of elevations, in texts', async (t) => {
  t.strictSame(readElevationRequest({ resource: 'mnt', lon: '1.48|-1e1|.5', lat: '43.54| 43. |-90' }), {
    resource: 'mnt',
    places: [
      { lon: 1.48, lat: 43.54 },
      { lon: -10, lat: 43 },
      { lon: 0.5, lat: -90 },
    ],
    indent: false,
    measures: false,
    zonly: false,
  });
  for (const delimiter of [';', ',']) {
    const list = (values: number[]) => values.join(delimiter);
    t.match(readElevationRequest({ resource: 'a', lon: list([1, 2]), lat: list([3, 4]), delimiter }), {
      places: [
        { lon: 1, lat: 3 },
        { lon: 2, lat: 4 },
      ],
    });
  }
  const told = readElevationRequest({ ...POINT, indent: 'True', measures: 'false', zonly: '1', delimiter: '' });
  t.match(told, { indent: true, measures: false, zonly: true });
  t.match(
    readElevationRequest({ resource: 'mnt', lon: 2, lat: 48, zonly: true }),
    { zonly: true },
    'numbers of a body',
  );
});

void t.test('profiles', async (t) => {
  const line = { resource: 'mnt', lon: '1|2|3', lat: '3|4|5' };
  t.equal(readProfileRequest(line).sampling, null, 'its own points');
  t.equal(readProfileRequest({ ...line, sampling: '10' }).sampling, 10);
  t.equal(readProfileRequest({ ...line, sampling: '5000', profile_mode: 'accurate' }).sampling, 10_000);
  t.equal(readProfileRequest({ ...line, profile_mode: 'accurate' }).sampling, 6);
});

void t.test('refusals name the parameter', async (t) => {
  const refused = (read: () => unknown, message: RegExp) =>
    t.throws(read, {
      name: 'AltimetryError',
      status: 400,
      code: 'BAD_PARAMETER',
      message,
    } as unknown as AltimetryError);
  const elevations = (raw: object, message: RegExp) =>
    refused(() => readElevationRequest({ ...POINT, ...raw }), message);
  elevations({ resource: undefined }, /"resource" est obligatoire/);
  elevations({ lon: undefined }, /"lon" est obligatoire/);
  elevations({ lat: '' }, /"lat" est obligatoire/);
  elevations({ lon: '1|2' }, /autant de valeurs : 2 et 1/);
  elevations({ lon: '181' }, /La valeur 1 du paramètre "lon" doit être un nombre de -180 à 180/);
  elevations({ lat: '48|x', lon: '1|2' }, /La valeur 2 du paramètre "lat" doit être un nombre de -90 à 90/);
  for (const wrong of ['1,2', '0x10', 'Infinity', 'NaN', '1||2', '1\u0000']) elevations({ lon: wrong }, /"lon"/);
  elevations({ lon: `${'1'.repeat(1_000_000)}x` }, /La valeur 1 du paramètre "lon"/);
  elevations({ delimiter: '-' }, /"delimiter" doit être l'une des valeurs : \| ; ,/);
  elevations({ indent: 'oui' }, /"indent" doit être true ou false/);
  elevations({ lon: ['1', '2'] }, /"lon" doit être donné une seule fois/);
  elevations({ lon: { a: 1 } }, /"lon" doit être un texte/);
  const many = Array(5001).fill('1').join('|');
  elevations({ lon: many, lat: many }, /"lon" compte plus de 5000 valeurs/);
  const line = { resource: 'mnt', lon: '1|2', lat: '3|4' };
  const profile = (raw: object, message: RegExp) => refused(() => readProfileRequest({ ...line, ...raw }), message);
  profile(POINT, /au moins deux points/);
  for (const sampling of ['1', '5001', '2.5', 'x', '-3', '1e3']) profile({ sampling }, /"sampling".*de 2 à 5000/);
  profile({ profile_mode: 'exact' }, /"profile_mode" doit être l'une des valeurs : simple accurate/);
});
