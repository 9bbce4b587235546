import { type Bbox, BboxError, parseBboxNumbers, swapAxes } from '../../geo/bbox.js';
import { type Crs, isGeographic, parseCrs, UnknownCrsError } from '../../geo/crs.js';
import { WmsException, type WmsVersion } from './exceptions.js';
import type { ParameterReader } from './parameters.js';

/** Size, place and scale of a map: OGC 06-042 §6.7 and §7.3.3. */

/** The piece of the world on the image. */
export interface MapView {
  readonly crs: Crs;
  readonly isGeographic: boolean;
  /** In the CRS, x eastwards whatever the axis order of the request. */
  readonly bbox: Bbox;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** Widest and highest image: beyond it one row alone would cost too much. */
export const MAX_SIDE = 20_000;

/** A pixel is 0.28 mm wide, degrees are counted on the equator (§7.2.4.6.9). */
const PIXEL_METRES = 0.00028;

/** Dots per inch of a 0.28 mm pixel. */
const STANDARD_DPI = 25.4 / 0.28;

const METRES_PER_DEGREE = (6378137 * Math.PI) / 180;

/**
 * Reads the view.
 * @throws WmsException
 */
export function readView(read: ParameterReader, version: WmsVersion, maxPixels: number): MapView {
  const width = readSide(read, 'width');
  const height = readSide(read, 'height');
  if (width > MAX_SIDE || height > MAX_SIDE) {
    throw new WmsException('NoApplicableCode', `WIDTH and HEIGHT must not be above ${MAX_SIDE}`);
  }
  if (width * height > maxPixels) {
    // GeoServer counts the memory of the image: 4 bytes for a pixel.
    const used = Math.ceil((width * height * 4) / 1024);
    const allowed = Math.floor((maxPixels * 4) / 1024);
    throw new WmsException(
      'NoApplicableCode',
      `Rendering request would use ${used}KB, whilst the maximum memory allowed is ${allowed}KB`,
    );
  }
  const crs = readCrs(read, version);
  const bbox = readBbox(read, version, crs);
  return { crs, isGeographic: isGeographic(crs.srid), bbox, width, height };
}

/** Both keys are read in both versions (spec diffusion §5). */
function readCrs(read: ParameterReader, version: WmsVersion): Crs {
  const name = version === '1.3.0' ? 'crs' : 'srs';
  const text = read('crs') ?? read('srs') ?? '';
  if (text === '')
    throw new WmsException('MissingParameterValue', `The ${name.toUpperCase()} parameter is missing`, name);
  try {
    return parseCrs(text);
  } catch (error) {
    if (error instanceof UnknownCrsError) {
      throw new WmsException('InvalidCRS', `Error occurred decoding the espg code ${text}`, name);
    }
    throw error;
  }
}

/** WMS 1.3.0 follows the axis order of the CRS's authority, 1.1.1 always puts east first. */
function readBbox(read: ParameterReader, version: WmsVersion, crs: Crs): Bbox {
  const text = read('bbox');
  if (text === undefined || text === '') {
    throw new WmsException('MissingBBox', 'GetMap requests must include a BBOX parameter.', 'bbox');
  }
  try {
    const written = parseBboxNumbers(text);
    const bbox = version === '1.3.0' && crs.isLatLon ? swapAxes(written) : written;
    if (bbox.minX < bbox.maxX && bbox.minY < bbox.maxY) return bbox;
    throw new WmsException('InvalidBBox', `The request bounding box has zero area: ${text}`, 'bbox');
  } catch (error) {
    if (error instanceof BboxError)
      throw new WmsException('InvalidBBox', `Illegal bounding box: ${error.message}`, 'bbox');
    throw error;
  }
}

function readSide(read: ParameterReader, name: string): number {
  const text = read(name)?.trim() ?? '';
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw new WmsException(
    'missingorinvalidparameter',
    `Missing or invalid requested map size. Parameters WIDTH and HEIGHT shall be present and be integers > 0. ` +
      `Got WIDTH=${read('width') ?? ''}, HEIGHT=${read('height') ?? ''}`,
  );
}

/** `format_options=dpi:n` draws symbols as large as on a screen of that density. */
export function readSymbolScale(read: ParameterReader): number {
  const dpi = /(?:^|;)\s*dpi\s*:\s*(\d{1,4}(?:\.\d+)?)\s*(?:;|$)/i.exec(read('format_options') ?? '')?.[1];
  if (dpi === undefined || Number(dpi) <= 0) return 1;
  return Number(dpi) / STANDARD_DPI;
}

/** Scale denominator of a view, larger pixels of `format_options=dpi:n` taken into account. */
export function scaleDenominator(view: MapView, symbolScale: number): number {
  const units = (view.bbox.maxX - view.bbox.minX) / view.width;
  return ((units * (view.isGeographic ? METRES_PER_DEGREE : 1)) / PIXEL_METRES) * symbolScale;
}
