import type { JpegFault } from '../../pyramid/tile-content/tile-fault.js';
import { gdal } from '../gdal.js';

gdal.config.set('GDAL_ERROR_ON_LIBJPEG_WARNING', 'YES');

/** Decodes a JPEG tile with the driver of that format alone. */
export const jpegFault: JpegFault = (tile, { width, height, channels }) => {
  if (tile[0] !== 0xff || tile[1] !== 0xd8) return "n'est pas une image JPEG";
  try {
    const image = gdal.open(tile, 'r', ['JPEG']);
    try {
      const { x, y } = image.rasterSize;
      const bands = image.bands.count();
      if (x !== width || y !== height || bands !== channels) {
        return `est une image JPEG de ${x} x ${y} pixels et ${bands} canaux au lieu de ${width} x ${height} et ${channels}`;
      }
      image.bands.forEach((band) => void band.pixels.read(0, 0, x, y));
      return null;
    } finally {
      image.close();
    }
  } catch {
    return 'est une image JPEG illisible';
  }
};
