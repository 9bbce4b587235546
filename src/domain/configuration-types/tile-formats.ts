import type { TileFormat } from '../../ogc/rok4/layer.js';
import { VECTOR_FORMAT } from '../../pyramid/descriptor.js';
import { type RasterFormat, rasterFormat } from '../../pyramid/formats.js';

const VECTOR: TileFormat = { mediaType: 'application/x-protobuf', extension: 'pbf', isVector: true };
const TIFF: TileFormat = { mediaType: 'image/tiff', extension: 'tif', isVector: false };
const JPEG: TileFormat = { mediaType: 'image/jpeg', extension: 'jpeg', isVector: false };
const PNG: TileFormat = { mediaType: 'image/png', extension: 'png', isVector: false };
const BIL: TileFormat = { mediaType: 'image/x-bil;bits=32', extension: 'bil', isVector: false };
const DEFLATED_BIL: TileFormat = { ...BIL, extension: 'zbil', contentEncoding: 'deflate' };

/** What the tiles of a pyramid are, as they are sent (spec diffusion §6.1); `undefined` for what is no format. */
export function tileFormat(format: string): TileFormat | undefined {
  if (format === VECTOR_FORMAT) return VECTOR;
  const pixels = rasterFormat(format);
  return pixels && ofPixels(pixels);
}

function ofPixels({ encoding, sample }: RasterFormat): TileFormat {
  switch (encoding) {
    case 'PNG':
      return PNG;
    case 'JPG':
    case 'JPG90':
      return JPEG;
    case 'RAW':
      return sample === 'FLOAT32' ? BIL : TIFF;
    case 'ZIP':
      return sample === 'FLOAT32' ? DEFLATED_BIL : TIFF;
    case 'LZW':
    case 'PKB':
      return TIFF;
  }
}
