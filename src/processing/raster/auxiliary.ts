import { open } from 'node:fs/promises';
import { child, childrenNamed, el, readXml, renderElement, XmlReadError } from '../../ogc/xml.js';

/**
 * `<image>.aux.xml`, where GDAL keeps what an image cannot hold. It may also name other files to open in its place,
 * through any driver: what says where the image is gets copied out of a delivered one, nothing else is ever shown to
 * GDAL.
 */

/** What is taken from an auxiliary file. */
export interface Auxiliary {
  /** Definition of the reference system, WKT. */
  readonly srs?: string;
  /** Origin and pixel size, six numbers as GDAL writes them. */
  readonly geoTransform?: string;
  /** Value of no data by number of band, from 1. */
  readonly nodata?: Readonly<Record<string, string>>;
  /** Values of all the bands together: a pixel is no data when it has every one of them. */
  readonly nodataPixel?: readonly string[];
}

/** Longest companion file that is read, bytes; histograms of many bands stay far below. */
const MAX_COMPANION = 4 * 1024 * 1024;

/**
 * Reads an auxiliary file.
 * @returns `null` for a document that is not one
 */
export function readAuxiliary(text: string): Auxiliary | null {
  try {
    const root = readXml(text);
    if (root.name !== 'PAMDataset') return null;
    const nodata = childrenNamed(root, 'PAMRasterBand').flatMap((band) => {
      const value = child(band, 'NoDataValue')?.text.trim();
      return value === undefined || value === '' ? [] : [[band.attributes.band ?? '', value] as const];
    });
    const srs = child(root, 'SRS')?.text.trim();
    const geoTransform = child(root, 'GeoTransform')?.text.trim();
    return {
      ...(srs === undefined || srs === '' ? {} : { srs }),
      ...(geoTransform === undefined || geoTransform === '' ? {} : { geoTransform }),
      ...(nodata.length === 0 ? {} : { nodata: Object.fromEntries(nodata) }),
    };
  } catch (error) {
    if (error instanceof XmlReadError) return null;
    throw error;
  }
}

/** The text of an auxiliary file that says this and nothing else. */
export function writeAuxiliary({ srs, geoTransform, nodata = {}, nodataPixel }: Auxiliary): string {
  return renderElement(
    el(
      'PAMDataset',
      {},
      srs !== undefined && el('SRS', {}, srs),
      geoTransform !== undefined && el('GeoTransform', {}, geoTransform),
      nodataPixel !== undefined && el('Metadata', {}, el('MDI', { key: 'NODATA_VALUES' }, nodataPixel.join(' '))),
      Object.entries(nodata).map(([band, value]) => el('PAMRasterBand', { band }, el('NoDataValue', {}, value))),
    ),
  );
}

/** The text of a companion file; `null` for one that is too long to be any. */
export async function readCompanion(path: string): Promise<string | null> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return size > MAX_COMPANION ? null : (await file.readFile('utf8')).replace(/^\uFEFF/, '');
  } finally {
    await file.close();
  }
}
