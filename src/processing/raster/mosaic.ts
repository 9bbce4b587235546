import type Gdal from 'gdal-async';
import { el, renderElement, type XmlElement } from '../../ogc/xml.js';
import type { Bbox } from '../../geo/bbox.js';
import { DataFault } from '../data-fault.js';
import type { ImageTraits } from './traits.js';

/**
 * Images of one delivery as a single one: a virtual dataset of GDAL, in the system of the delivery although it does not
 * say so, in which an image lies over those of a lesser path. Only files whose driver has been made sure of may be
 * named in it.
 */

/** An image of a mosaic. */
export interface MosaicImage {
  /** Absolute path. */
  readonly path: string;
  readonly traits: ImageTraits;
  readonly box: Bbox;
  readonly resolution: readonly [x: number, y: number];
  readonly blockSize: readonly [x: number, y: number];
}

/** Where the channels of a pyramid come from. */
export interface MosaicChannels {
  /** `UINT8` or, of a single band of whatever type, `FLOAT32`. */
  readonly sample: 'UINT8' | 'FLOAT32';
  /** Bands of colour, by number from 1; `palette` for the three colours that numbers stand for. */
  readonly colours: readonly number[] | 'palette';
  /** Number of the band of transparency, or `null`. */
  readonly alpha: number | null;
}

export interface Mosaic {
  /** The virtual dataset. */
  readonly xml: string;
  readonly box: Bbox;
  /** Sides of a pixel. */
  readonly resolution: readonly [x: number, y: number];
  /** Bands of colour, from 1; one of transparency may follow. */
  readonly bands: number;
  /** The value of no data of every band, if there is one. */
  readonly nodata: number | null;
}

/** The value that stands for no data in elevations that say nothing. */
const ELEVATION_NODATA = -99999;
/** Pixels of the side of an image of GDAL. */
const MAX_SIDE = 2 ** 31 - 1;
/** Part of a pixel that grids may be apart and still be the same. */
const SAME_GRID = 0.01;

/**
 * @param images in the order in which they are laid, at least one
 * @param resampling of the images that are not on the grid of the others, as GDAL names it
 * @throws DataFault when they are too far from each other for their resolution
 */
export function mosaicOf(images: readonly MosaicImage[], channels: MosaicChannels, resampling: string): Mosaic {
  const box = unionOf(images.map((image) => image.box));
  // No arguments of a function: deliveries may have more images than it takes.
  const resolution = images.reduce<readonly [number, number]>(
    ([x, y], image) => [Math.min(x, image.resolution[0]), Math.min(y, image.resolution[1])],
    [Infinity, Infinity],
  );
  const size = [
    Math.max(1, Math.round((box.maxX - box.minX) / resolution[0])),
    Math.max(1, Math.round((box.maxY - box.minY) / resolution[1])),
  ] as const;
  if (Math.max(...size) > MAX_SIDE) {
    throw new DataFault(
      `Les images couvrent ensemble ${size.join(' x ')} de leurs pixels, le maximum est ${MAX_SIDE} x ${MAX_SIDE}`,
    );
  }
  const nodata = nodataOf(images, channels);
  const isPalette = channels.colours === 'palette';
  const laid = images.map((image) => ({ image, at: rectangleOf(image, box, resolution) }));
  const told = { resampling, tellsNodata: nodata !== null || isPalette };
  const sources = laid.map(({ image, at }) => placed(image, at, told));
  const colours = isPalette ? [1, 1, 1] : channels.colours;
  const bands = colours.map((band, at) =>
    el(
      'VRTRasterBand',
      { dataType: channels.sample === 'UINT8' ? 'Byte' : 'Float32', band: at + 1 },
      nodata !== null && el('NoDataValue', {}, String(nodata)),
      sources.map((source) => source.colour(band, isPalette ? at + 1 : null)),
    ),
  );
  if (
    nodata === null &&
    (tellHoles(images, isPalette) ||
      !covers(
        laid.map(({ at }) => at),
        size,
      ))
  ) {
    bands.push(
      el(
        'VRTRasterBand',
        { dataType: 'Byte', band: bands.length + 1 },
        el('ColorInterp', {}, 'Alpha'),
        sources.map((source) => source.alpha(channels.alpha)),
      ),
    );
  }
  const xml = renderElement(
    el(
      'VRTDataset',
      { rasterXSize: size[0], rasterYSize: size[1] },
      el('GeoTransform', {}, [box.minX, resolution[0], 0, box.maxY, 0, -resolution[1]].join(', ')),
      bands,
    ),
  );
  return { xml, box, resolution, bands: colours.length, nodata };
}

/**
 * Transparency says more than a value; the value of one image stands for those of the others. That of a palette is the
 * number of a colour, and is none of the colours.
 */
function nodataOf(images: readonly MosaicImage[], { sample, alpha, colours }: MosaicChannels): number | null {
  if (sample === 'FLOAT32') return ELEVATION_NODATA;
  if (colours === 'palette') return null;
  if (alpha !== null || images.some(({ traits }) => traits.mask)) return null;
  return images.map(({ traits }) => traits.nodata).find((value) => value !== null) ?? null;
}

/** Where an image is in the mosaic, in pixels of it: whole ones when it is on its grid. */
interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly isOnGrid: boolean;
}

function rectangleOf(
  { traits, resolution, ...image }: MosaicImage,
  box: Bbox,
  side: readonly [number, number],
): Rectangle {
  const [x, y] = [(image.box.minX - box.minX) / side[0], (box.maxY - image.box.maxY) / side[1]];
  const [width, height] = [(traits.width * resolution[0]) / side[0], (traits.height * resolution[1]) / side[1]];
  const isOnGrid = [x, y, x + width, y + height].every((value) => Math.abs(value - Math.round(value)) < SAME_GRID);
  const exact = isOnGrid ? Math.round : (value: number) => value;
  return { x: exact(x), y: exact(y), width: exact(width), height: exact(height), isOnGrid };
}

/** The elements that show an image in a band. `tellsNodata`: pixels of its value of no data are left out. */
function placed(
  { traits, path, blockSize }: MosaicImage,
  { isOnGrid, ...at }: Rectangle,
  { resampling, tellsNodata }: { resampling: string; tellsNodata: boolean },
) {
  const source = (band: string, ...more: readonly (XmlElement | false)[]) =>
    el(
      // Much faster, where pixels are only copied.
      more.some((element) => element !== false) ? 'ComplexSource' : 'SimpleSource',
      isOnGrid ? {} : { resampling },
      el('SourceFilename', { relativeToVRT: 0, shared: 0 }, path),
      el('SourceBand', {}, band),
      // With these, files are opened when they are read and only so many at once.
      el('SourceProperties', {
        RasterXSize: traits.width,
        RasterYSize: traits.height,
        DataType: traits.type,
        BlockXSize: blockSize[0],
        BlockYSize: blockSize[1],
      }),
      el('SrcRect', { xOff: 0, yOff: 0, xSize: traits.width, ySize: traits.height }),
      el('DstRect', { xOff: at.x, yOff: at.y, xSize: at.width, ySize: at.height }),
      ...more,
    );
  // Real numbers that are none let those below be seen. A value would have GDAL forget the mask.
  const isBare = traits.type.startsWith('Float') && !traits.alpha;
  const ownNodata = traits.mask ? null : (traits.nodata ?? (isBare ? NaN : null));
  const nodata = tellsNodata && ownNodata !== null && el('NODATA', {}, String(ownNodata));
  return {
    colour: (band: number, component: number | null) =>
      source(
        String(band),
        component !== null && el('ColorTableComponent', {}, String(component)),
        (traits.alpha || traits.mask) && el('UseMaskBand', {}, 'true'),
        nodata,
      ),
    alpha: (band: number | null) =>
      band !== null
        ? source(String(band), el('UseMaskBand', {}, 'true'))
        : traits.mask
          ? source('mask,1', el('UseMaskBand', {}, 'true'))
          : source('1', el('ScaleOffset', {}, '255'), el('ScaleRatio', {}, '0'), nodata),
  };
}

/** Whether some image says which of its pixels are no data. */
function tellHoles(images: readonly MosaicImage[], isPalette: boolean): boolean {
  return images.some(({ traits }) => traits.alpha || traits.mask || (isPalette && traits.nodata !== null));
}

/** Images beyond this number are taken to leave holes: comparing each with each would take long. */
const MAX_COMPARED = 4000;

/** Whether images that do not overlap fill the mosaic to the pixel. Others are taken to leave holes. */
function covers(rectangles: readonly Rectangle[], [width, height]: readonly [number, number]): boolean {
  if (rectangles.length > MAX_COMPARED || !rectangles.every(({ isOnGrid }) => isOnGrid)) return false;
  if (rectangles.reduce((sum, one) => sum + one.width * one.height, 0) !== width * height) return false;
  return rectangles.every((one, at) =>
    rectangles
      .slice(at + 1)
      .every(
        (other) =>
          one.x + one.width <= other.x ||
          other.x + other.width <= one.x ||
          one.y + one.height <= other.y ||
          other.y + other.height <= one.y,
      ),
  );
}

/** The smallest box around all the given ones; at least one. */
export function unionOf(boxes: readonly Bbox[]): Bbox {
  return boxes.reduce((one, other) => ({
    minX: Math.min(one.minX, other.minX),
    minY: Math.min(one.minY, other.minY),
    maxX: Math.max(one.maxX, other.maxX),
    maxY: Math.max(one.maxY, other.maxY),
  }));
}

/** How GDAL is told the blocks of a band. */
export function blockSizeOf(handle: Gdal.Dataset): [number, number] {
  const { x, y } = handle.bands.get(1).blockSize;
  return [x, y];
}
