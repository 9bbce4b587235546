import sharp, { type Sharp } from 'sharp';
import { encodeTiff } from '../../raster/tiff/tiff.js';
import type { RasterImage } from '../../raster/image.js';
import { isGeographic } from '../../geo/crs.js';
import type { RasterRequest } from './request.js';

/** What the library does at level 1 is another thing, quick, and a third longer. */
const LEAST_LEVEL = 2;

/**
 * Writes an image as a client asked for it.
 * @throws Error when its pixels do not go into the format
 */
export async function encodeImage(
  image: RasterImage,
  { view, output }: Pick<RasterRequest, 'view' | 'output'>,
): Promise<Buffer> {
  switch (output.format) {
    case 'png':
      // Choosing a filter for each row takes as long as the rest, for few bytes less at low levels.
      return raw(image)
        .png({ compressionLevel: Math.max(LEAST_LEVEL, output.compression), adaptiveFiltering: false })
        .toBuffer();
    case 'jpeg':
      return raw(image).jpeg({ quality: output.quality, chromaSubsampling: '4:2:0' }).toBuffer();
    case 'tiff': {
      const place = { bbox: view.bbox, srid: view.srid, isGeographic: isGeographic(view.srid) };
      return encodeTiff(image, output.compression, output.placed ? place : null);
    }
    case 'samples':
      return Buffer.from(image.data.buffer, image.data.byteOffset, image.data.byteLength);
  }
}

function raw({ data, width, height, channels }: RasterImage): Sharp {
  if (!(data instanceof Uint8Array) || !isChannels(channels)) throw new Error('not bytes of one to four channels');
  return sharp(data, { raw: { width, height, channels } });
}

function isChannels(channels: number): channels is 1 | 2 | 3 | 4 {
  return channels >= 1 && channels <= 4;
}
