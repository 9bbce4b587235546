import { DEFAULT_TILE_OPTIONS, type TileOptions } from './tile-options.js';

/**
 * The options of tippecanoe, as producers write them (lifecycle §4.9), read as options of our own cutter. Table for
 * producers: docs/vector.md.
 */

/** What a text of options means: the options, and what is told about those that change nothing. */
export interface ReadOptions {
  readonly options: TileOptions;
  /** French sentences, each naming an option. */
  readonly warnings: readonly string[];
}

/** Raised with a French sentence for an option that is unknown or whose value cannot be read. */
export class TippecanoeOptionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TippecanoeOptionError';
  }
}

/** An option: whether it takes a value, and what it changes; a text is why it changes nothing. */
interface Option {
  readonly value?: true;
  readonly means: string | ((options: Draft, value: string) => void) | null;
}

type Draft = { -readonly [Name in keyof TileOptions]: TileOptions[Name] };

const HELD = null;
const LEVELS = 'les niveaux sont ceux de la composition';
const OUTPUT = 'les entrées et sorties sont celles du traitement';
const TOPOLOGY = 'chaque géométrie est simplifiée seule';
const UNDONE = "l'émulateur ne la connaît pas d'équivalent";

const number = (read: (value: number, options: Draft) => void, min: number, max: number): Option => ({
  value: true,
  means: (options, text) => {
    const found = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (!(found >= min && found <= max)) throw new RangeError(`entre ${min} et ${max}`);
    read(found, options);
  },
});

const detail = (name: 'fullExtent' | 'lowExtent') =>
  number(
    (value, options) => {
      options[name] = 2 ** Math.round(value);
    },
    4,
    15,
  );

const OPTIONS: Readonly<Record<string, Option>> = {
  simplification: number(
    (value, options) => {
      options.simplification = value;
    },
    0,
    1000,
  ),
  'no-line-simplification': { means: (options) => void (options.simplification = 0) },
  'simplify-only-low-zooms': { means: (options) => void (options.simplifyBottom = false) },
  'no-tiny-polygon-reduction': { means: (options) => void (options.joinTiny = false) },
  'full-detail': detail('fullExtent'),
  'low-detail': detail('lowExtent'),
  'minimum-detail': { value: true, means: 'le détail ne dépend pas de la taille des tuiles' },
  buffer: number(
    (value, options) => {
      options.buffer = value;
    },
    0,
    127,
  ),
  'drop-rate': {
    value: true,
    means: (options, text) => {
      // "g" and "f" let the density decide, which is what we do without a rate.
      if (/^[gf]\d*$/.test(text)) options.pointDrop = null;
      else if (/^\d+(\.\d+)?$/.test(text) && Number(text) >= 1 && Number(text) <= 1000) {
        options.pointDrop = { rate: Number(text), baseLevel: options.pointDrop?.baseLevel ?? null };
      } else throw new RangeError('un nombre de 1 à 1000, ou g');
    },
  },
  'base-zoom': {
    value: true,
    means: (options, text) => {
      if (/^[gf]\d*$/.test(text)) return;
      if (!/^\d{1,2}$/.test(text)) throw new RangeError('un niveau, ou g');
      options.pointDrop = { rate: options.pointDrop?.rate ?? 2.5, baseLevel: Number(text) };
    },
  },
  'maximum-tile-bytes': number(
    (value, options) => {
      options.maxBytes = value;
    },
    1000,
    100_000_000,
  ),
  'maximum-tile-features': number(
    (value, options) => {
      options.maxFeatures = value;
    },
    1,
    10_000_000,
  ),
  'no-tile-size-limit': { means: (options) => void (options.maxBytes = Number.POSITIVE_INFINITY) },
  'no-feature-limit': { means: (options) => void (options.maxFeatures = Number.POSITIVE_INFINITY) },
  exclude: {
    value: true,
    means: (options, name) => void (options.excluded = new Set([...options.excluded, name])),
  },
  include: {
    value: true,
    means: (options, name) => void (options.included = new Set([...(options.included ?? []), name])),
  },
  'exclude-all': { means: (options) => void (options.included ??= new Set()) },
  'drop-densest-as-needed': { means: HELD },
  'drop-fraction-as-needed': { means: HELD },
  'drop-smallest-as-needed': { means: HELD },
  'coalesce-smallest-as-needed': { means: HELD },
  'coalesce-densest-as-needed': { means: HELD },
  'coalesce-fraction-as-needed': { means: HELD },
  'extend-zooms-if-still-dropping': { means: HELD },
  'grid-low-zooms': { means: 'les sommets sont posés sur la grille du détail, les côtés restent obliques' },
  'no-simplification-of-shared-nodes': { means: TOPOLOGY },
  'detect-shared-borders': { means: TOPOLOGY },
  'no-polygon-splitting': { means: HELD },
  'preserve-input-order': { means: HELD },
  'no-clipping': { means: 'les tuiles sont toujours découpées' },
  'no-duplication': { means: 'un objet va dans chaque tuile qu’il touche' },
  'no-tile-compression': { means: HELD },
  'no-progress-indicator': { means: HELD },
  'no-tile-stats': { means: 'les statistiques des attributs sont toujours calculées' },
  quiet: { means: HELD },
  force: { means: HELD },
  'read-parallel': { means: HELD },
  coalesce: { means: UNDONE },
  reorder: { means: UNDONE },
  reverse: { means: UNDONE },
  hilbert: { means: UNDONE },
  'calculate-feature-density': { means: UNDONE },
  gamma: { value: true, means: UNDONE },
  'cluster-distance': { value: true, means: UNDONE },
  'cluster-densest-as-needed': { means: UNDONE },
  'limit-base-zoom-to-maximum-zoom': { means: HELD },
  'drop-lines': { means: UNDONE },
  'drop-polygons': { means: UNDONE },
  'generate-ids': { means: 'l’identifiant est la clé primaire, quand elle est entière' },
  'convert-stringified-ids-to-numbers': { means: 'l’identifiant est la clé primaire, quand elle est entière' },
  'use-attribute-for-id': { value: true, means: 'l’identifiant est la clé primaire, quand elle est entière' },
  'attribute-type': { value: true, means: 'les types sont ceux de la base' },
  'feature-filter': { value: true, means: 'le filtre est celui de la composition' },
  layer: { value: true, means: 'les noms des couches sont ceux de la composition' },
  'named-layer': { value: true, means: OUTPUT },
  name: { value: true, means: OUTPUT },
  description: { value: true, means: OUTPUT },
  attribution: { value: true, means: OUTPUT },
  output: { value: true, means: OUTPUT },
  'output-to-directory': { value: true, means: OUTPUT },
  'temporary-directory': { value: true, means: OUTPUT },
  projection: { value: true, means: OUTPUT },
  'maximum-zoom': { value: true, means: LEVELS },
  'minimum-zoom': { value: true, means: LEVELS },
};

const SHORT: Readonly<Record<string, string>> = {
  ...{ S: 'simplification', d: 'full-detail', D: 'low-detail', m: 'minimum-detail', b: 'buffer', r: 'drop-rate' },
  ...{ B: 'base-zoom', M: 'maximum-tile-bytes', O: 'maximum-tile-features', x: 'exclude', y: 'include' },
  ...{ X: 'exclude-all', q: 'quiet', f: 'force', P: 'read-parallel', g: 'gamma', K: 'cluster-distance', l: 'layer' },
  ...{ L: 'named-layer', n: 'name', N: 'description', A: 'attribution', o: 'output', e: 'output-to-directory' },
  ...{ t: 'temporary-directory', s: 'projection', z: 'maximum-zoom', Z: 'minimum-zoom', T: 'attribute-type' },
  ...{ j: 'feature-filter', F: 'force' },
  ...{ pn: 'no-simplification-of-shared-nodes', ps: 'no-line-simplification', pS: 'simplify-only-low-zooms' },
  ...{ pt: 'no-tiny-polygon-reduction', pk: 'no-tile-size-limit', pf: 'no-feature-limit', pi: 'preserve-input-order' },
  ...{ pc: 'no-clipping', pD: 'no-duplication', pC: 'no-tile-compression', pg: 'no-tile-stats' },
  ...{ pp: 'no-polygon-splitting', aL: 'grid-low-zooms', ab: 'detect-shared-borders', as: 'drop-densest-as-needed' },
  ...{ ad: 'drop-fraction-as-needed', an: 'drop-smallest-as-needed', aN: 'coalesce-smallest-as-needed' },
  ...{ aD: 'coalesce-densest-as-needed', aS: 'coalesce-fraction-as-needed', ae: 'extend-zooms-if-still-dropping' },
  ...{ ac: 'coalesce', ao: 'reorder', ar: 'reverse', ah: 'hilbert', ag: 'calculate-feature-density' },
  ...{ al: 'drop-lines', ap: 'drop-polygons', ai: 'generate-ids', aI: 'convert-stringified-ids-to-numbers' },
};

/**
 * Reads a text of options, as a shell would.
 * @throws TippecanoeOptionError
 */
export function readTippecanoeOptions(text: string): ReadOptions {
  const words = wordsOf(text);
  const options: Draft = { ...DEFAULT_TILE_OPTIONS };
  const warnings: string[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    for (const { written, name, attached } of readWord(word)) {
      const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
      if (option === undefined) throw new TippecanoeOptionError(`Option de tippecanoe inconnue : ${written}`);
      const value = option.value === true ? (attached ?? words.shift()) : '';
      if (value === undefined) throw new TippecanoeOptionError(`L'option ${written} de tippecanoe attend une valeur`);
      if (option.value !== true && attached !== undefined) {
        throw new TippecanoeOptionError(`L'option ${written} de tippecanoe n'attend pas de valeur`);
      }
      apply(option, options, written, value, warnings);
    }
  }
  return { options, warnings };
}

function apply({ means }: Option, options: Draft, written: string, value: string, warnings: string[]): void {
  if (typeof means === 'string') warnings.push(`Option ${written} de tippecanoe sans effet : ${means}`);
  if (typeof means !== 'function') return;
  try {
    means(options, value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TippecanoeOptionError(
      `Valeur illisible de l'option ${written} de tippecanoe : « ${value} » (${error.message})`,
    );
  }
}

interface Word {
  readonly written: string;
  /** Long name; empty for none. */
  readonly name: string;
  /** Value written in the same word. */
  readonly attached: string | undefined;
}

function readWord(word: string): Word[] {
  const long = /^--([a-z-]+)(?:=(.*))?$/s.exec(word);
  if (long !== null) return [{ written: `--${long[1]}`, name: long[1] ?? '', attached: long[2] }];
  const several = /^-([ap])([A-Za-z]+)$/.exec(word);
  if (several !== null) {
    return [...(several[2] ?? '')].map((letter) => {
      const short = `${several[1]}${letter}`;
      return { written: `-${short}`, name: SHORT[short] ?? '', attached: undefined };
    });
  }
  const short = /^-([A-Za-z])(.*)$/s.exec(word);
  if (short === null) throw new TippecanoeOptionError(`Options de tippecanoe illisibles : « ${word} »`);
  const name = SHORT[short[1] ?? ''] ?? '';
  return [{ written: `-${short[1]}`, name, attached: short[2] === '' ? undefined : short[2] }];
}

/** Words separated by blanks, with quotes as in a shell. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  const pattern = /\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'])+)\s*/sy;
  let at = 0;
  while (at < text.length && text.slice(at).trim() !== '') {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) throw new TippecanoeOptionError('Options de tippecanoe illisibles : un guillemet reste ouvert');
    at = pattern.lastIndex;
    words.push(
      (found[1] ?? '').replaceAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/gs, (_, double, single) =>
        double === undefined ? String(single) : String(double).replaceAll(/\\(.)/gs, '$1'),
      ),
    );
  }
  return words;
}
