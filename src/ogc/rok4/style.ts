import { UnreadableFileError } from '../unreadable.js';
import { JsonObject } from './json-object.js';
import {
  type PaletteColour,
  type Rok4Style,
  SLOPE_UNITS,
  STYLE_INTERPOLATIONS,
  type StyleComputation,
  type StyleLegend,
  type StylePalette,
} from './style-model.js';

/** How elevations or colours are computed: one way at most. */
const COMPUTATIONS = ['pente', 'exposition', 'estompage', 'terrainrgb', 'colorize'] as const;

/** Elevation that is none, unless the style names another. */
const NO_ELEVATION = -99999;

/** Faults that are told. */
const MAX_FAULTS = 50;

/**
 * Reads a style. Members that a style does not have are ignored, as the server does.
 * @throws UnreadableFileError with a French sentence per fault, naming the path in the document
 */
export function parseRok4Style(text: string): Rok4Style {
  const faults: string[] = [];
  const root = new JsonObject(readJson(text), '', faults);
  const identifier = root.text('identifier', { required: true }) ?? '';
  const title = root.text('title');
  const abstract = root.text('abstract');
  const keywords = root.list('keywords', isText, 'des chaînes de caractères') ?? [];
  const legend = readLegend(root);
  const computation = readComputation(root);
  const palette = readPalette(root);
  if (faults.length > 0) {
    throw new UnreadableFileError(faults.slice(0, MAX_FAULTS).map((fault) => `Style ROK4 invalide : ${fault}.`));
  }
  return {
    identifier,
    ...(title === undefined ? {} : { title }),
    ...(abstract === undefined ? {} : { abstract }),
    keywords,
    ...(legend === undefined ? {} : { legend }),
    ...(computation === undefined ? {} : { computation }),
    ...(palette === undefined ? {} : { palette }),
  };
}

function readJson(text: string): Record<string, unknown> {
  const value = parse(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new UnreadableFileError(['Style ROK4 invalide : le document doit être un objet JSON.']);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    const where = position === undefined ? '' : `, ligne ${text.slice(0, Number(position)).split('\n').length}`;
    throw new UnreadableFileError([`Style ROK4 invalide${where} : le fichier n'est pas un document JSON.`]);
  }
}

function readLegend(root: JsonObject): StyleLegend | undefined {
  const legend = root.object('legend');
  if (legend === undefined) return undefined;
  const format = legend.text('format', { required: true }) ?? '';
  const url = legend.text('url', { required: true }) ?? '';
  const width = legend.number('width', { required: true, integer: true, min: 1 }) ?? 0;
  const height = legend.number('height', { required: true, integer: true, min: 1 }) ?? 0;
  const min = legend.number('min_scale_denominator', { required: true, min: 0 });
  const max = legend.number('max_scale_denominator', { required: true, min: 0 });
  if (min !== undefined && max !== undefined && min > max) {
    legend.fault('min_scale_denominator', 'ne doit pas dépasser legend.max_scale_denominator');
  }
  return { format, url, width, height, minScaleDenominator: min ?? 0, maxScaleDenominator: max ?? 0 };
}

function readComputation(root: JsonObject): StyleComputation | undefined {
  const given = COMPUTATIONS.filter((name) => root.has(name));
  if (given.length > 1) root.fault(given.join(', '), 'ne peuvent pas être donnés ensemble');
  // All of them, for their faults.
  return given.map((name) => READERS[name](root)).find((computation) => computation !== undefined);
}

const READERS: Readonly<Record<(typeof COMPUTATIONS)[number], (root: JsonObject) => StyleComputation | undefined>> = {
  pente(root) {
    const pente = root.object('pente');
    if (pente === undefined) return undefined;
    pente.oneOf('algo', ['H']);
    return {
      kind: 'pente',
      unit: pente.oneOf('unit', SLOPE_UNITS) ?? 'degree',
      ...readInterpolation(pente),
      imageNodata: pente.number('image_nodata') ?? NO_ELEVATION,
      slopeNodata: pente.number('slope_nodata') ?? 0,
      slopeMax: pente.number('slope_max') ?? 90,
    };
  },
  exposition(root) {
    const exposition = root.object('exposition');
    if (exposition === undefined) return undefined;
    exposition.oneOf('algo', ['H']);
    return {
      kind: 'exposition',
      minSlope: exposition.number('min_slope') ?? 1,
      imageNodata: exposition.number('image_nodata') ?? NO_ELEVATION,
      aspectNodata: exposition.number('aspect_nodata') ?? -1,
    };
  },
  estompage(root) {
    const estompage = root.object('estompage');
    if (estompage === undefined) return undefined;
    return {
      kind: 'estompage',
      zenith: estompage.number('zenith') ?? 45,
      azimuth: estompage.number('azimuth') ?? 315,
      zFactor: estompage.number('z_factor') ?? 1,
      ...readInterpolation(estompage),
      imageNodata: estompage.number('image_nodata') ?? NO_ELEVATION,
      shadeNodata: estompage.number('estompage_nodata') ?? 0,
    };
  },
  terrainrgb(root) {
    const terrainrgb = root.object('terrainrgb');
    if (terrainrgb === undefined) return undefined;
    const minElevation = terrainrgb.number('min_elevation', { required: true }) ?? 0;
    const step = terrainrgb.number('step', { required: true });
    if (step !== undefined && step <= 0) terrainrgb.fault('step', 'doit être supérieur à 0');
    return { kind: 'terrainrgb', minElevation, step: step ?? 1 };
  },
  colorize(root) {
    const colorize = root.object('colorize');
    if (colorize === undefined) return undefined;
    return {
      kind: 'colorize',
      source: readColour(colorize, 'source') ?? [255, 255, 255],
      destination: readColour(colorize, 'destination') ?? [255, 255, 255, 0],
      tolerance: colorize.number('tolerance', { min: 0 }) ?? 0,
    };
  },
};

function readInterpolation(computation: JsonObject): Pick<StyleComputation & { kind: 'pente' }, 'interpolation'> {
  const interpolation = computation.oneOf('interpolation', STYLE_INTERPOLATIONS);
  return interpolation === undefined ? {} : { interpolation };
}

/** A colour of three channels, or of four with the transparency. */
function readColour(colorize: JsonObject, name: string): readonly number[] | undefined {
  const colour = colorize.list(name, isChannel, 'des entiers de 0 à 255');
  if (colour === undefined || colour.length === 3 || colour.length === 4) return colour;
  return colorize.fault(name, 'doit contenir trois ou quatre entiers');
}

function readPalette(root: JsonObject): StylePalette | undefined {
  const palette = root.object('palette');
  if (palette === undefined) return undefined;
  const maxValue = palette.number('max_value');
  const rgbContinuous = palette.boolean('rgb_continuous') ?? false;
  const alphaContinuous = palette.boolean('alpha_continuous') ?? false;
  const noAlpha = palette.boolean('no_alpha') ?? false;
  const byValue = new Map<number, PaletteColour>();
  for (const colour of palette.objects('colours').map(readPaletteColour)) {
    // Of two colours of a value the first is kept, as the server does.
    if (!byValue.has(colour.value)) byValue.set(colour.value, colour);
  }
  // Without a colour it changes nothing.
  if (byValue.size === 0) return undefined;
  const colours = [...byValue.values()].sort((one, other) => one.value - other.value);
  return { ...(maxValue === undefined ? {} : { maxValue }), rgbContinuous, alphaContinuous, noAlpha, colours };
}

function readPaletteColour(colour: JsonObject): PaletteColour {
  const value = colour.number('value', { required: true }) ?? 0;
  const channel = (name: string) => colour.number(name, { required: true, integer: true, min: 0, max: 255 }) ?? 0;
  return { value, red: channel('red'), green: channel('green'), blue: channel('blue'), alpha: channel('alpha') };
}

const isText = (value: unknown): value is string => typeof value === 'string' && !/\p{Cc}|\p{Surrogate}/u.test(value);

const isChannel = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
