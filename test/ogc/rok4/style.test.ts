import t from 'tap';
import { parseRok4Style } from '../../../src/ogc/rok4/style.js';
import { UnreadableFileError } from '../../../src/ogc/unreadable.js';

const LEGEND = {
  format: 'image/png',
  url: 'https://example.org/legende.png',
  width: 100,
  height: 50,
  min_scale_denominator: 0,
  max_scale_denominator: 30,
};

const parse = (style: object) => parseRok4Style(JSON.stringify(style));

function faults(style: object | string): string[] {
  try {
    parseRok4Style(typeof style === 'string' ? style : JSON.stringify(style));
  } catch (error) {
    if (error instanceof UnreadableFileError) return [...error.sentences];
    throw error;
  }
  throw new Error('not refused');
}

void t.test('what is read of a style', async (t) => {
  t.strictSame(parse({ identifier: 'normal' }), { identifier: 'normal' });
  t.strictSame(parse({ identifier: 'hypso', title: 'Relief', keywords: ['MNT'], legend: LEGEND, unknown: 1 }), {
    identifier: 'hypso',
    legendUrl: 'https://example.org/legende.png',
  });
});

void t.test('every computation, with a palette', async (t) => {
  const colour = { value: 0.5, red: 0, green: 10, blue: 255, alpha: 64 };
  const palette = { max_value: 255, no_alpha: false, rgb_continuous: true, alpha_continuous: true, colours: [colour] };
  for (const computation of [
    { pente: { algo: 'H', unit: 'pourcent', interpolation: 'linear', image_nodata: -99999, slope_max: 90 } },
    { exposition: { algo: 'H', min_slope: 1 } },
    { estompage: { zenith: 45, azimuth: 315, z_factor: 1, interpolation: 'bicubic' } },
    { terrainrgb: { min_elevation: -10000, step: 0.1 } },
    { colorize: { source: [255, 255, 255], destination: [255, 255, 255, 0], tolerance: 2 } },
    {},
  ]) {
    t.match(parse({ identifier: 'a', ...computation, palette }), { identifier: 'a' });
  }
});

void t.test('every fault has a sentence with its path', async (t) => {
  t.strictSame(
    faults({
      title: 3,
      keywords: ['a', 1],
      legend: { ...LEGEND, url: '', width: 1.5, height: undefined, min_scale_denominator: 40 },
      pente: { algo: 'Z', slope_max: '90' },
      terrainrgb: { step: 1 },
      palette: { rgb_continuous: 'oui', colours: [{ value: 1, red: 256, green: 0, blue: -1, alpha: 0 }, 'rouge'] },
    }),
    [
      '"identifier" est obligatoire',
      '"title" doit être une chaîne de caractères',
      '"keywords" doit être une liste qui contient des chaînes de caractères',
      '"legend.url" ne doit pas être vide',
      '"legend.width" doit être un nombre entier',
      '"legend.height" est obligatoire',
      '"legend.min_scale_denominator" ne doit pas dépasser legend.max_scale_denominator',
      '"pente, terrainrgb" ne peuvent pas être donnés ensemble',
      '"pente.algo" doit être l\'une des valeurs : H',
      '"pente.slope_max" doit être un nombre',
      '"terrainrgb.min_elevation" est obligatoire',
      '"palette.rgb_continuous" doit être un booléen',
      '"palette.colours[1]" doit être un objet',
      '"palette.colours[0].red" doit être inférieur ou égal à 255',
      '"palette.colours[0].blue" doit être supérieur ou égal à 0',
    ].map((fault) => `Style ROK4 invalide : ${fault}.`),
  );
});

void t.test('what is no style at all', async (t) => {
  t.match(faults('{\n"identifier": }'), [/^Style ROK4 invalide(, ligne 2)? : le fichier n'est pas un document JSON/]);
  t.match(faults('[]'), [/doit être un objet JSON/]);
  t.match(faults('null'), [/doit être un objet JSON/]);
  t.match(faults({ identifier: 'a\u0000' }), [/caractère de contrôle/]);
  t.match(faults('{"identifier": "\\ud800"}'), [/caractère de contrôle/]);
  t.match(faults({ identifier: 'a', palette: [] }), [/"palette" doit être un objet/]);
  t.equal(faults({ identifier: 'a', palette: { colours: Array(100).fill(1) } }).length, 50, 'fifty are enough');
});
