import type Gdal from 'gdal-async';

/** What an image says of itself before any pixel is read. */
export interface ImageTraits {
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  /** Of its pixels, as GDAL names it: `Byte`, `UInt16`, `Float32`… `mixed` when bands differ. */
  readonly type: string;
  /** Pixels are numbers of colours. */
  readonly palette: boolean;
  /** Some of these colours are not opaque. */
  readonly clearColours: boolean;
  /** The last band is one of transparency. */
  readonly alpha: boolean;
  /** A mask lies beside the bands. */
  readonly mask: boolean;
  /** As GDAL names it; `null` when there is none. */
  readonly compression: string | null;
  /** Of the first band; `null` when there is none. */
  readonly nodata: number | null;
  /** `x = t0 + t1·column + t2·row`, `y = t3 + t4·column + t5·row`; `null` when the image is nowhere. */
  readonly geoTransform: readonly number[] | null;
  /** Placed by points only, without a regular grid. */
  readonly controlPoints: boolean;
  /** Bytes GDAL holds to read one block of all bands. */
  readonly blockBytes: number;
  /** Further images of the same file, which nobody reads. */
  readonly pages: boolean;
}

/** Mask flag of GDAL: one mask of all bands, which is not the band of transparency. */
const PER_DATASET = 2;
const ALPHA = 4;

const BYTES: Readonly<Record<string, number>> = { Byte: 1, UInt16: 2, Int16: 2, UInt32: 4, Int32: 4, Float32: 4 };

/** Reads what an opened image says of itself. */
export function traitsOf(handle: Gdal.Dataset): ImageTraits {
  const bands = handle.bands.map((band) => band);
  const [first] = bands;
  const types = new Set(bands.map(({ dataType }) => dataType));
  const structure = handle.getMetadata('IMAGE_STRUCTURE') as Readonly<Record<string, string>>;
  const subdatasets = handle.getMetadata('SUBDATASETS') as Readonly<Record<string, string>>;
  const flags = first?.getMaskFlags() ?? 0;
  const block = first?.blockSize ?? { x: 0, y: 0 };
  const { x: width, y: height } = handle.rasterSize;
  const [type] = types;
  return {
    width,
    height,
    bands: bands.length,
    type: types.size > 1 ? 'mixed' : (type ?? 'none'),
    palette: first?.colorInterpretation === 'Palette',
    clearColours: hasClearColours(handle),
    alpha: bands.length > 1 && bands.at(-1)?.colorInterpretation === 'Alpha',
    mask: (flags & PER_DATASET) !== 0 && (flags & ALPHA) === 0,
    compression: structure.COMPRESSION ?? null,
    nodata: first?.noDataValue ?? null,
    geoTransform: handle.geoTransform,
    controlPoints: handle.geoTransform === null && handle.getGCPs().length > 0,
    blockBytes: block.x * block.y * bands.length * (BYTES[type ?? ''] ?? 8),
    pages: Object.keys(subdatasets).length > 0,
  };
}

/** The colours of a TIFF are opaque: of no data, GDAL makes one that is not. */
function hasClearColours(handle: Gdal.Dataset): boolean {
  const first = handle.bands.count() === 0 ? null : handle.bands.get(1);
  if (first?.colorInterpretation !== 'Palette' || handle.driver.description === 'GTiff') return false;
  const table = first.colorTable;
  const count = table?.count() ?? 0;
  for (let index = 0; index < count; index += 1) if (table?.get(index).c4 !== 255) return true;
  return false;
}

/** Bytes of the pixels of an image, decoded. */
export function decodedBytes({ width, height, bands, type }: ImageTraits): number {
  return width * height * bands * (BYTES[type] ?? 8);
}
