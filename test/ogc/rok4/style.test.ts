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
  t.strictSame(parse({ identifier: 'normal' }), { identifier: 'normal', keywords: [] });
  t.strictSame(
    parse({ identifier: 'hypso', title: 'Relief', abstract: 'Teintes', keywords: ['MNT'], legend: LEGEND, unknown: 1 }),
    {
      identifier: 'hypso',
      title: 'Relief',
      abstract: 'Teintes',
      keywords: ['MNT'],
      legend: {
        format: 'image/png',
        url: 'https://example.org/legende.png',
        width: 100,
        height: 50,
        minScaleDenominator: 0,
        maxScaleDenominator: 30,
      },
    },
  );
});

void t.test('every computation, as it is and with what ROK4 takes for the rest', async (t) => {
  const computed = (style: object) => parse({ identifier: 'a', ...style }).computation;
  t.strictSame(
    computed({
      pente: {
        algo: 'H',
        unit: 'pourcent',
        interpolation: 'linear',
        image_nodata: -1,
        slope_nodata: 91,
        slope_max: 80,
      },
    }),
    { kind: 'pente', unit: 'pourcent', interpolation: 'linear', imageNodata: -1, slopeNodata: 91, slopeMax: 80 },
  );
  t.strictSame(computed({ pente: {} }), {
    kind: 'pente',
    unit: 'degree',
    imageNodata: -99999,
    slopeNodata: 0,
    slopeMax: 90,
  });
  t.strictSame(computed({ exposition: { algo: 'H', min_slope: 2, image_nodata: 0, aspect_nodata: -2 } }), {
    kind: 'exposition',
    minSlope: 2,
    imageNodata: 0,
    aspectNodata: -2,
  });
  t.match(computed({ exposition: {} }), { minSlope: 1, imageNodata: -99999, aspectNodata: -1 });
  t.strictSame(
    computed({ estompage: { zenith: 30, azimuth: 90, z_factor: 2, interpolation: 'bicubic', estompage_nodata: 255 } }),
    {
      kind: 'estompage',
      zenith: 30,
      azimuth: 90,
      zFactor: 2,
      interpolation: 'bicubic',
      imageNodata: -99999,
      shadeNodata: 255,
    },
  );
  t.match(computed({ estompage: {} }), { zenith: 45, azimuth: 315, zFactor: 1, shadeNodata: 0 });
  t.strictSame(computed({ terrainrgb: { min_elevation: -10000, step: 0.1 } }), {
    kind: 'terrainrgb',
    minElevation: -10000,
    step: 0.1,
  });
  t.strictSame(computed({ colorize: { source: [0, 0, 0], destination: [255, 0, 0], tolerance: 2 } }), {
    kind: 'colorize',
    source: [0, 0, 0],
    destination: [255, 0, 0],
    tolerance: 2,
  });
  t.match(computed({ colorize: {} }), { source: [255, 255, 255], destination: [255, 255, 255, 0], tolerance: 0 });
});

void t.test('palettes', async (t) => {
  const colour = (value: number, red: number) => ({ value, red, green: 10, blue: 255, alpha: 64 });
  const all = { max_value: 255, no_alpha: true, rgb_continuous: true, alpha_continuous: true };
  t.strictSame(parse({ identifier: 'a', palette: { ...all, colours: [colour(0.5, 0)] } }).palette, {
    maxValue: 255,
    noAlpha: true,
    rgbContinuous: true,
    alphaContinuous: true,
    colours: [colour(0.5, 0)],
  });
  t.strictSame(
    parse({ identifier: 'a', palette: { colours: [colour(2, 1), colour(-1, 2), colour(2, 3)] } }).palette,
    { noAlpha: false, rgbContinuous: false, alphaContinuous: false, colours: [colour(-1, 2), colour(2, 1)] },
    'in order, each value once',
  );
  t.equal(parse({ identifier: 'a', palette: { colours: [] } }).palette, undefined, 'without a colour it is none');
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
  t.match(faults({ identifier: 'a', title: 'a\u0000', abstract: 'a\ud800' }), [
    /"title" contient/,
    /"abstract" contient/,
  ]);
  t.match(faults({ identifier: 'a', keywords: ['a\u0000'] }), [/"keywords" doit être une liste/]);
  t.match(parse({ identifier: 'a', abstract: 'deux\nlignes' }), { abstract: 'deux\nlignes' });
  t.match(faults({ identifier: 'a', palette: [] }), [/"palette" doit être un objet/]);
  t.match(faults({ identifier: 'a', terrainrgb: { min_elevation: 0, step: 0 } }), [/"terrainrgb.step" doit être sup/]);
  t.match(faults({ identifier: 'a', colorize: { source: [1, 2] } }), [/"colorize.source" doit contenir trois ou/]);
  t.match(faults({ identifier: 'a', pente: { unit: 'm', interpolation: 1 } }), [/pente.unit/, /pente.interpolation/]);
  t.equal(faults({ identifier: 'a', palette: { colours: Array(100).fill(1) } }).length, 50, 'fifty are enough');
});
