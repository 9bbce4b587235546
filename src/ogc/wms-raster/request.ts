import { type Bbox, parseFiniteNumber } from '../../geo/bbox.js';
import { type Crs, parseCrs, UnknownCrsError } from '../../geo/crs.js';
import type { Kvp } from '../ows/kvp.js';
import { isEchoed, sentence } from '../rok4/echo.js';
import { INFO_FORMATS, type InfoFormat } from '../rok4/pixel-values.js';
import type { Rok4Style } from '../rok4/style-model.js';
import { RasterWmsException, type RasterWmsExceptionCode } from './exceptions.js';
import { type FormatOptions, MAP_FORMATS, type MapFormat, readFormatOptions } from './formats.js';
import { isLatitudeFirst, isServed } from './layer-crs.js';
import type { RasterLayer } from './model.js';

/** WMS requests about pyramids, read and refused in the order of the platform's server (spec diffusion §6.1, §6.4). */

export const WMS_VERSION = '1.3.0';

/** What a request may not pass. */
export const LIMITS = { layers: 2, width: 10_000, height: 10_000 } as const;

const OPERATIONS = { getcapabilities: 'GetCapabilities', getmap: 'GetMap', getfeatureinfo: 'GetFeatureInfo' } as const;
export type RasterWmsOperation = (typeof OPERATIONS)[keyof typeof OPERATIONS];

type LayersByName = ReadonlyMap<string, RasterLayer>;

/** A layer in one of its styles. */
export interface StyledLayer {
  readonly layer: RasterLayer;
  readonly style: Rok4Style;
}

export interface GetMapRequest {
  /** The first lies at the bottom. */
  readonly layers: readonly StyledLayer[];
  readonly view: RasterMapView;
  readonly format: MapFormat;
  readonly options: FormatOptions;
}

/** The piece of the world on the image. */
export interface RasterMapView {
  readonly crs: Crs;
  /** In the CRS, x eastwards whatever the order of the request. */
  readonly bbox: Bbox;
  readonly width: number;
  readonly height: number;
}

export interface GetFeatureInfoRequest extends GetMapRequest {
  /** The layer asked about. */
  readonly queried: RasterLayer;
  readonly infoFormat: InfoFormat;
  /** Pixel asked about, from the upper left corner. */
  readonly i: number;
  readonly j: number;
  readonly featureCount: number;
}

/** What a request asks for. @throws RasterWmsException */
export function readOperation(kvp: Kvp): RasterWmsOperation {
  const service = required(kvp, 'SERVICE');
  if (service.toLowerCase() !== 'wms') throw invalid('SERVICE query parameter have to be WMS');
  const version = kvp.get('version');
  if (version !== undefined && version !== WMS_VERSION) {
    throw refusal('VersionNegotiationFailed', 'VERSION query parameter have to be 1.3.0 or empty');
  }
  const name = kvp.get('request')?.toLowerCase() ?? '';
  const operation = Object.entries(OPERATIONS).find(([key]) => key === name)?.[1];
  if (operation === undefined) throw refusal('OperationNotSupported', 'REQUEST query parameter unknown');
  return operation;
}

/** Whether the capabilities are to be those of INSPIRE. */
export function isInspire(kvp: Kvp): boolean {
  return kvp.get('inspire') === '1';
}

/** @throws RasterWmsException */
export function readGetMap(kvp: Kvp, byName: LayersByName): GetMapRequest {
  return readMap(kvp, readLayers(kvp, byName));
}

/** @throws RasterWmsException */
export function readGetFeatureInfo(kvp: Kvp, byName: LayersByName): GetFeatureInfoRequest {
  const layers = readLayers(kvp, byName, kvp.get('query_layers'));
  const queried = readQueried(kvp, byName, layers);
  const map = readMap(kvp, layers);
  const infoFormat = readKnown(kvp, 'INFO_FORMAT', INFO_FORMATS, 'INFO_FORMAT');
  return {
    ...map,
    queried,
    infoFormat,
    i: readPixel(kvp, 'I', map.view.width, 'width'),
    j: readPixel(kvp, 'J', map.view.height, 'height'),
    featureCount: readFeatureCount(kvp),
  };
}

/**
 * Names of nothing are told before anything is looked up: a lookup may be refused.
 * @param queried the layer that is asked about, if any
 */
function readLayers(kvp: Kvp, byName: LayersByName, queried?: string): RasterLayer[] {
  const names = required(kvp, 'LAYERS').split(',');
  if (names.length > LIMITS.layers) throw invalid(`Number of layers exceed the limit (${LIMITS.layers})`);
  const unknownName = [...names, ...(queried === undefined || queried.includes(',') ? [] : [queried])].find(
    (name) => !byName.has(name),
  );
  if (unknownName !== undefined) throw unknownLayer(unknownName);
  return names.map((name) => findLayer(name, byName));
}

function readQueried(kvp: Kvp, byName: LayersByName, layers: readonly RasterLayer[]): RasterLayer {
  const [name = '', ...others] = required(kvp, 'QUERY_LAYERS').split(',');
  if (others.length > 0) throw invalid('Only one query layer is allowed');
  const layer = findLayer(name, byName);
  if (layer.featureInfo === null) throw refusal('LayerNotQueryable', `Layer ${name} not queryable`);
  if (!layers.includes(layer)) throw refusal('LayerNotDefined', `Layer ${name} unknown`);
  return layer;
}

function findLayer(name: string, byName: LayersByName): RasterLayer {
  const layer = byName.get(name);
  if (layer === undefined) throw unknownLayer(name);
  return layer;
}

function unknownLayer(name: string): RasterWmsException {
  return refusal('LayerNotDefined', sentence('Layer', name, 'unknown'));
}

function readMap(kvp: Kvp, layers: readonly RasterLayer[]): GetMapRequest {
  const width = readSide(kvp, 'WIDTH', LIMITS.width);
  const height = readSide(kvp, 'HEIGHT', LIMITS.height);
  const crs = readCrs(kvp, layers);
  const format = readKnown(kvp, 'FORMAT', MAP_FORMATS, 'Format');
  const bbox = readBbox(kvp, crs);
  if ((kvp.get('exception') ?? 'XML') !== 'XML') throw invalid('EXCEPTION query parameter invalid (only XML accepted)');
  const styles = readStyles(kvp, layers);
  return {
    layers: layers.flatMap((layer, index) => {
      const style = styles[index];
      return style === undefined ? [] : { layer, style };
    }),
    view: { crs, bbox, width, height },
    format,
    options: readFormatOptions(kvp.get('format_options') ?? ''),
  };
}

function readSide(kvp: Kvp, name: string, limit: number): number {
  const text = required(kvp, name);
  if (!/^[+-]?\d{1,15}$/.test(text)) throw invalid(`Invalid ${name} value`);
  const value = Number(text);
  if (value <= 0) throw invalid(`${name} query parameter have to be a strictly positive integer`);
  if (value > limit) throw invalid(`${name} query parameter exceed the limit (${limit})`);
  return value;
}

function readCrs(kvp: Kvp, layers: readonly RasterLayer[]): Crs {
  const text = required(kvp, 'CRS');
  const crs = parseKnown(text);
  const other = layers.find((layer) => !isServed(layer, crs.srid));
  if (other !== undefined) throw invalid(`CRS is not available for the layer ${other.name}`);
  return crs;
}

function parseKnown(text: string): Crs {
  try {
    return parseCrs(text);
  } catch (error) {
    if (error instanceof UnknownCrsError) throw unknown('CRS', text);
    throw error;
  }
}

function readBbox(kvp: Kvp, crs: Crs): Bbox {
  const parts = required(kvp, 'BBOX').split(',');
  const numbers = parts.flatMap((part) => parseFiniteNumber(part) ?? []);
  if (parts.length !== 4 || numbers.length !== 4) {
    throw invalid('BBOX query parameter invalid (require 4 comma separated numbers)');
  }
  const [a = 0, b = 0, c = 0, d = 0] = numbers;
  if (a >= c || b >= d) throw invalid('BBOX query parameter invalid (max have to be bigger than min)');
  return isLatitudeFirst(crs) ? { minX: b, minY: a, maxX: d, maxY: c } : { minX: a, minY: b, maxX: c, maxY: d };
}

/** The parameter must be there, be it empty: then every layer is in its first style. */
function readStyles(kvp: Kvp, layers: readonly RasterLayer[]): Rok4Style[] {
  if (!kvp.has('styles')) throw missing('STYLES');
  const text = kvp.get('styles');
  const names = text === undefined ? layers.map(() => '') : text.split(',');
  if (names.length !== layers.length) {
    throw invalid('STYLES query parameter invalid (comma separated styles identifier, one by requested layer)');
  }
  return layers.map((layer, index) => findStyle(layer, names[index] ?? ''));
}

function findStyle({ name, styles }: RasterLayer, identifier: string): Rok4Style {
  const style = identifier === '' ? styles[0] : styles.find((each) => each.identifier === identifier);
  if (style !== undefined) return style;
  if (!isEchoed(identifier)) throw invalid('Style unknown');
  throw invalid(`Style ${identifier} is not available for the layer ${name}`);
}

function readKnown<Value extends string>(kvp: Kvp, name: string, values: readonly Value[], subject: string): Value {
  const text = required(kvp, name);
  const value = values.find((each) => each === text);
  if (value === undefined) throw unknown(subject, text);
  return value;
}

function readPixel(kvp: Kvp, name: string, size: number, side: string): number {
  const text = required(kvp, name);
  if (!/^\+?\d{1,15}$/.test(text)) {
    throw refusal('InvalidPoint', `${name} query parameter have to be a positive integer`);
  }
  if (Number(text) >= size) throw refusal('InvalidPoint', `${name} query parameter have to be smaller than ${side}`);
  return Number(text);
}

/** What is no number is 1. */
function readFeatureCount(kvp: Kvp): number {
  const text = kvp.get('feature_count') ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : 1;
}

function required(kvp: Kvp, name: string): string {
  const value = kvp.get(name);
  if (value === undefined) throw missing(name);
  return value;
}

const refusal = (code: RasterWmsExceptionCode, message: string) => new RasterWmsException(code, message);
const missing = (name: string) => refusal('MissingParameterValue', `${name} query parameter missing`);
const invalid = (message: string) => refusal('InvalidParameterValue', message);
const unknown = (subject: string, text: string) => invalid(sentence(subject, text, 'unknown'));
