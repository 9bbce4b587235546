import { UnreadableFileError } from '../unreadable.js';
import { JsonObject } from './json-object.js';

/** Styles of the raster services (spec diffusion §6.5): what is checked when one is sent. */

export interface Rok4Style {
  /** Public name, unique within a layer. */
  readonly identifier: string;
  readonly legendUrl?: string;
}

/** How elevations or colours are computed: one way at most. */
const COMPUTATIONS = ['pente', 'exposition', 'estompage', 'terrainrgb', 'colorize'] as const;

const INTERPOLATIONS = ['nn', 'linear', 'bicubic', 'lanczos', 'lanczos_2', 'lanczos_3', 'lanczos_4'] as const;

/** Faults that are told. */
const MAX_FAULTS = 50;

/**
 * Reads a style. Members that a style does not have are ignored, as the server does.
 * @throws UnreadableFileError with a French sentence per fault, naming the path in the document
 */
export function parseRok4Style(text: string): Rok4Style {
  const faults: string[] = [];
  const root = new JsonObject(readJson(text), '', faults);
  const identifier = root.text('identifier', { required: true });
  root.text('title');
  root.text('abstract');
  root.list('keywords', (value) => typeof value === 'string', 'des chaînes de caractères');
  const legendUrl = readLegend(root);
  readComputation(root);
  readPalette(root);
  if (faults.length > 0) {
    throw new UnreadableFileError(faults.slice(0, MAX_FAULTS).map((fault) => `Style ROK4 invalide : ${fault}.`));
  }
  return { identifier: identifier ?? '', ...(legendUrl === undefined ? {} : { legendUrl }) };
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

function readLegend(root: JsonObject): string | undefined {
  const legend = root.object('legend');
  if (legend === undefined) return undefined;
  legend.text('format', { required: true });
  const url = legend.text('url', { required: true });
  for (const name of ['width', 'height']) legend.number(name, { required: true, integer: true, min: 1 });
  const min = legend.number('min_scale_denominator', { required: true, min: 0 });
  const max = legend.number('max_scale_denominator', { required: true, min: 0 });
  if (min !== undefined && max !== undefined && min > max) {
    legend.fault('min_scale_denominator', 'ne doit pas dépasser legend.max_scale_denominator');
  }
  return url;
}

function readComputation(root: JsonObject): void {
  const given = COMPUTATIONS.filter((name) => root.has(name));
  if (given.length > 1) root.fault(given.join(', '), 'ne peuvent pas être donnés ensemble');
  const pente = root.object('pente');
  pente?.oneOf('algo', ['H']);
  pente?.oneOf('unit', ['degree', 'pourcent']);
  pente?.oneOf('interpolation', INTERPOLATIONS);
  for (const name of ['image_nodata', 'slope_nodata', 'slope_max']) pente?.number(name);
  const exposition = root.object('exposition');
  exposition?.oneOf('algo', ['H']);
  exposition?.number('min_slope');
  const estompage = root.object('estompage');
  for (const name of ['zenith', 'azimuth', 'z_factor']) estompage?.number(name);
  estompage?.oneOf('interpolation', INTERPOLATIONS);
  const terrainrgb = root.object('terrainrgb');
  for (const name of ['min_elevation', 'step']) terrainrgb?.number(name, { required: true });
  const colorize = root.object('colorize');
  for (const name of ['source', 'destination']) colorize?.list(name, isChannel, 'des entiers de 0 à 255');
  colorize?.number('tolerance', { min: 0 });
}

function readPalette(root: JsonObject): void {
  const palette = root.object('palette');
  if (palette === undefined) return;
  palette.number('max_value');
  for (const name of ['rgb_continuous', 'alpha_continuous', 'no_alpha']) palette.boolean(name);
  for (const colour of palette.objects('colours')) {
    colour.number('value', { required: true });
    for (const name of ['red', 'green', 'blue', 'alpha']) {
      colour.number(name, { required: true, integer: true, min: 0, max: 255 });
    }
  }
}

const isChannel = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
