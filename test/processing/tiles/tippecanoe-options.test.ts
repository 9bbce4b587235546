import t from 'tap';
import { DEFAULT_TILE_OPTIONS } from '../../../src/processing/tiles/tile-options.js';
import { readTippecanoeOptions, TippecanoeOptionError } from '../../../src/processing/tiles/tippecanoe-options.js';

const DEFAULTS = DEFAULT_TILE_OPTIONS;

void t.test('what the options of producers mean', async (t) => {
  const cases = {
    '': {},
    '-S10': { simplification: 10 },
    '-S 10': { simplification: 10 },
    '--simplification=2.5': { simplification: 2.5 },
    '--simplification 2.5': { simplification: 2.5 },
    '-ps': { simplification: 0 },
    '-pS -S3': { simplification: 3, simplifyBottom: false },
    '-psS': { simplification: 0, simplifyBottom: false },
    '-D8 -d10': { lowExtent: 256, fullExtent: 1024 },
    '-b 0': { buffer: 0 },
    '-pt': { joinTiny: false },
    '-pk -pf': { maxBytes: Infinity, maxFeatures: Infinity },
    '-M 200000 -O 50': { maxBytes: 200_000, maxFeatures: 50 },
    '-r1': { pointDrop: { rate: 1, baseLevel: null } },
    '-rg': { pointDrop: null },
    '-B 9': { pointDrop: { rate: 2.5, baseLevel: 9 } },
    '-r2 -B9': { pointDrop: { rate: 2, baseLevel: 9 } },
    '--drop-densest-as-needed --coalesce-smallest-as-needed --extend-zooms-if-still-dropping': {},
    '-x nom -x "code insee"': { excluded: new Set(['nom', 'code insee']) },
    "-y 'nom' -ycode": { included: new Set(['nom', 'code']) },
    '-X': { included: new Set() },
  };
  for (const [text, expected] of Object.entries(cases)) {
    t.same(readTippecanoeOptions(text), { options: { ...DEFAULTS, ...expected }, warnings: [] }, text);
  }
});

void t.test('options without effect are named', async (t) => {
  const { options, warnings } = readTippecanoeOptions('-aL -D8 -S15 -pn --coalesce -z 12 -l couche');
  t.same(options, { ...DEFAULTS, lowExtent: 256, simplification: 15 });
  t.equal(warnings.length, 5);
  for (const name of ['-aL', '-pn', '--coalesce', '-z', '-l']) {
    t.ok(
      warnings.some((warning) => warning.startsWith(`Option ${name} de tippecanoe sans effet : `)),
      name,
    );
  }
});

void t.test('what cannot be read is refused by name', async (t) => {
  for (const [text, message] of [
    ['--simplify', /inconnue : --simplify/],
    ['-S10 -W', /inconnue : -W/],
    ['-pZ', /inconnue : -pZ/],
    ['--constructor', /inconnue : --constructor/],
    ['-S', /-S de tippecanoe attend une valeur/],
    ['-S beaucoup', /-S .*« beaucoup »/],
    ['-D 99', /-D .*« 99 »/],
    ['-r 0', /-r .*« 0 »/],
    ['--force=1', /--force .*n'attend pas/],
    ['-y "nom', /guillemet/],
    ['fichier.json', /« fichier.json »/],
  ] as const) {
    t.throws(() => readTippecanoeOptions(text), { constructor: TippecanoeOptionError, message }, text);
  }
});
