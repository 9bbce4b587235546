import { parseCql } from '../../filter/cql.js';
import { type Filter, FilterError } from '../../filter/model.js';
import { WmsException, type WmsVersion } from './exceptions.js';
import { type ParameterReader, readCount, readList } from './parameters.js';
import { type MapView, readSymbolScale, readView } from './view.js';

/** WMS requests as typed values: OGC 06-042 §7.2 to §7.4, with the extensions of GeoServer that clients send. */

export interface GetCapabilitiesRequest {
  readonly operation: 'GetCapabilities';
  readonly version: WmsVersion;
}

/** What GetMap and GetFeatureInfo share. */
export interface MapContent {
  readonly version: WmsVersion;
  /** The first lies at the bottom. */
  readonly layers: readonly string[];
  /** As many as layers; empty names mean the default style. */
  readonly styles: readonly string[];
  /** As many as layers. */
  readonly filters: readonly (Filter | null)[];
  readonly view: MapView;
  /** Factor on symbol sizes: 1 for pixels of 0.28 mm. */
  readonly symbolScale: number;
}

export interface GetMapRequest extends MapContent {
  readonly operation: 'GetMap';
  readonly format: 'png' | 'jpeg';
  /** `#rrggbb`; `null`: transparent. */
  readonly background: string | null;
}

export interface GetFeatureInfoRequest extends MapContent {
  readonly operation: 'GetFeatureInfo';
  readonly queryLayers: readonly string[];
  readonly infoFormat: InfoFormat;
  /** Pixel asked about, from the upper left corner. */
  readonly i: number;
  readonly j: number;
  readonly featureCount: number;
  /** Pixels around the point; `null`: what the style suggests. */
  readonly buffer: number | null;
  /** Attributes wanted for each query layer; `null`: all. */
  readonly propertyNames: readonly (readonly string[] | null)[];
}

export type WmsRequest = GetCapabilitiesRequest | GetMapRequest | GetFeatureInfoRequest;

export const MAP_FORMATS: Readonly<Record<string, 'png' | 'jpeg'>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
};

export type InfoFormat = 'application/json' | 'text/plain' | 'text/html';

export const INFO_FORMATS: readonly InfoFormat[] = ['text/plain', 'text/html', 'application/json'];

const DEFAULT_FEATURE_COUNT = 1;
const MAX_FEATURE_COUNT = 1000;
const MAX_BUFFER = 50;

/** The version a request asks for, as far as exceptions are concerned: unknown ones are answered in 1.3.0. */
export function requestedVersion(read: ParameterReader): WmsVersion {
  const version = read('version') ?? read('wmtver') ?? '1.3.0';
  return /^1\.[01]\./.test(version) ? '1.1.1' : '1.3.0';
}

/**
 * Reads a request.
 * @param limits.maxPixels largest image
 * @throws WmsException
 */
export function readWmsRequest(read: ParameterReader, limits: { readonly maxPixels: number }): WmsRequest {
  const service = read('service');
  if (service !== undefined && service.toUpperCase() !== 'WMS') {
    throw new WmsException('InvalidParameterValue', `No service: ( ${service} )`, 'service');
  }
  const version = requestedVersion(read);
  const operation = read('request') ?? '';
  switch (operation.toLowerCase()) {
    case 'getcapabilities':
    case 'capabilities':
      return { operation: 'GetCapabilities', version };
    case 'getmap':
    case 'map':
      return readGetMap(read, version, limits.maxPixels);
    case 'getfeatureinfo':
      return readGetFeatureInfo(read, version, limits.maxPixels);
    case '':
      throw new WmsException(
        'MissingParameterValue',
        'Could not determine geoserver request from http request',
        'request',
      );
    default:
      throw new WmsException('OperationNotSupported', `No such operation WMS ${operation}`, 'request');
  }
}

function readGetMap(read: ParameterReader, version: WmsVersion, maxPixels: number): GetMapRequest {
  const content = readContent(read, version, maxPixels);
  const formatName = (read('format') ?? '').toLowerCase().split(';', 1)[0]?.trim() ?? '';
  if (formatName === '') throw new WmsException('InvalidFormat', 'No output map format requested', 'format');
  const format = Object.hasOwn(MAP_FORMATS, formatName) ? MAP_FORMATS[formatName] : undefined;
  if (format === undefined) {
    throw new WmsException('InvalidFormat', `There is no support for creating maps in ${formatName} format`, 'format');
  }
  const isTransparent = read('transparent')?.toLowerCase() === 'true' && format === 'png';
  return { ...content, operation: 'GetMap', format, background: isTransparent ? null : readBackground(read) };
}

function readGetFeatureInfo(read: ParameterReader, version: WmsVersion, maxPixels: number): GetFeatureInfoRequest {
  const content = readContent(read, version, maxPixels);
  const { width, height } = content.view;
  const queryLayers = readList(read('query_layers'));
  if (queryLayers.length === 0) {
    throw new WmsException(
      'LayerNotQueryable',
      'No QUERY_LAYERS has been requested, or no queriable layer in the request anyways',
    );
  }
  const infoFormat = readInfoFormat(read);
  const i = readPixel(read, 'i', 'x');
  const j = readPixel(read, 'j', 'y');
  if (i < 0 || i >= width || j < 0 || j >= height) {
    throw new WmsException('InvalidPoint', `${i}, ${j} not in dimensions of image: ${width}, ${height}`);
  }
  return {
    ...content,
    operation: 'GetFeatureInfo',
    queryLayers,
    infoFormat,
    i,
    j,
    featureCount: Math.min(readCount(read, 'feature_count') ?? DEFAULT_FEATURE_COUNT, MAX_FEATURE_COUNT),
    buffer: readBuffer(read),
    propertyNames: readPropertyNames(read('propertyname'), queryLayers.length),
  };
}

function readContent(read: ParameterReader, version: WmsVersion, maxPixels: number): MapContent {
  const layers = readList(read('layers'));
  if (layers.length === 0) throw new WmsException('LayerNotDefined', 'No layers have been requested', 'layers');
  if (read('sld') !== undefined || read('sld_body') !== undefined) {
    throw new WmsException('OperationNotSupported', 'Styles given in the request (SLD, SLD_BODY) are not supported');
  }
  const styles = (read('styles') ?? '').split(',').map((style) => style.trim());
  const isEmpty = styles.every((style) => style === '');
  if (!isEmpty && styles.length !== layers.length) {
    throw new WmsException(
      'StyleNotDefined',
      `${layers.length} layers requested, but found ${styles.length} styles specified. `,
      'styles',
    );
  }
  return {
    version,
    layers,
    styles: isEmpty ? layers.map(() => '') : styles,
    filters: readFilters(read, layers.length),
    view: readView(read, version, maxPixels),
    symbolScale: readSymbolScale(read),
  };
}

function readPixel(read: ParameterReader, name: string, oldName: string): number {
  const text = (read(name) ?? read(oldName) ?? '').trim();
  if (/^-?\d{1,9}$/.test(text)) return Number(text);
  throw new WmsException('InvalidPoint', `${name.toUpperCase()} must be a whole number, got '${text}'`, name);
}

function readBuffer(read: ParameterReader): number | null {
  const text = read('buffer')?.trim() ?? '';
  if (text === '') return null;
  if (/^\d{1,4}$/.test(text)) return Math.min(Number(text), MAX_BUFFER);
  throw new WmsException('InvalidParameterValue', `BUFFER must be a whole number, got '${text}'`, 'buffer');
}

function readInfoFormat(read: ParameterReader): InfoFormat {
  const text = (read('info_format') ?? 'text/plain').toLowerCase();
  const format = INFO_FORMATS.find((each) => each === text.split(';', 1)[0]?.trim());
  if (format !== undefined) return format;
  throw new WmsException(
    'InvalidFormat',
    `Invalid format '${text}', supported formats are [${INFO_FORMATS.join(', ')}]`,
    'info_format',
  );
}

function readBackground(read: ParameterReader): string {
  const text = read('bgcolor')?.trim() ?? '';
  if (text === '') return '#ffffff';
  const digits = /^(?:0x|#)?([0-9a-f]{6})$/i.exec(text)?.[1];
  if (digits !== undefined) return `#${digits.toLowerCase()}`;
  throw new WmsException('InvalidParameterValue', `Cannot parse color: ${text}`, 'bgcolor');
}

/** Filters in CQL, separated by semicolons, one for each layer. */
function readFilters(read: ParameterReader, count: number): (Filter | null)[] {
  const text = read('cql_filter')?.trim() ?? '';
  if (text === '') return Array.from({ length: count }, () => null);
  try {
    const filters = splitFilters(text).map((one) => parseCql(one));
    if (filters.length === count) return filters;
    throw new WmsException(
      'InvalidParameterValue',
      `${count} layers requested, but found ${filters.length} filters specified`,
      'cql_filter',
    );
  } catch (error) {
    if (error instanceof FilterError) {
      throw new WmsException(
        'InvalidParameterValue',
        `Could not parse CQL filter list. ${error.message}`,
        'cql_filter',
      );
    }
    throw error;
  }
}

/** Semicolons inside quoted texts do not separate. */
function splitFilters(text: string): string[] {
  return text.match(/(?:'(?:[^']|'')*'|[^;'])+/g) ?? [];
}

/** `a,b` for one layer, `(a,b)(c)` for several. */
function readPropertyNames(text: string | undefined, count: number): (readonly string[] | null)[] {
  const groups = [...(text ?? '').matchAll(/\(([^()]*)\)/g)].map((match) => readList(match[1]));
  const lists = groups.length > 0 ? groups : [readList(text)];
  return Array.from({ length: count }, (_, index) => {
    const names = lists[lists.length === 1 ? 0 : index] ?? [];
    return names.length === 0 || names.includes('*') ? null : names;
  });
}
