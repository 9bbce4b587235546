import { writeFile } from 'node:fs/promises';
import { el, renderElement } from '../../ogc/xml.js';
import type { DeliveredImages } from './delivered-mosaics.js';
import type { MosaicImage } from './mosaic.js';

/** Images whose numbers stand for colours, as colours and transparency. */

const CHANNELS = 4;

/**
 * Images with a palette that has transparent colours become images of four bands, all those of the deliveries together.
 * @param isTransparent whether they do so even when every colour is opaque
 */
export async function expandPalettes(
  deliveries: readonly DeliveredImages[],
  isTransparent: boolean,
): Promise<readonly DeliveredImages[]> {
  const needed = isTransparent || deliveries.some(({ images }) => images.some(({ traits }) => traits.clearColours));
  if (!needed) return deliveries;
  const expanded: DeliveredImages[] = [];
  for (const delivery of deliveries) {
    const images: MosaicImage[] = [];
    for (const image of delivery.images) images.push(image.traits.palette ? await expand(image) : image);
    expanded.push({ ...delivery, images });
  }
  return expanded;
}

/** Writes a virtual dataset beside the image. */
async function expand(image: MosaicImage): Promise<MosaicImage> {
  const path = `${image.path}.vrt`;
  await writeFile(path, virtualImage(image));
  const { traits } = image;
  return {
    ...{ ...image, path },
    traits: {
      ...{ ...traits, bands: CHANNELS, type: 'Byte', palette: false, clearColours: false },
      ...{ alpha: true, mask: false, nodata: null },
    },
  };
}

function virtualImage({ path, traits, blockSize }: MosaicImage): string {
  const { width, height, type, mask, nodata } = traits;
  const whole = { xOff: 0, yOff: 0, xSize: width, ySize: height };
  const [blockX, blockY] = blockSize;
  const properties = {
    RasterXSize: width,
    RasterYSize: height,
    DataType: type,
    BlockXSize: blockX,
    BlockYSize: blockY,
  };
  const bands = Array.from({ length: CHANNELS }, (_, at) =>
    el(
      'VRTRasterBand',
      { dataType: 'Byte', band: at + 1 },
      at === CHANNELS - 1 && el('ColorInterp', {}, 'Alpha'),
      // What is left out is 0 in every band: transparent.
      el(
        'ComplexSource',
        {},
        el('SourceFilename', { relativeToVRT: 0, shared: 0 }, path),
        el('SourceBand', {}, '1'),
        el('SourceProperties', properties),
        el('SrcRect', whole),
        el('DstRect', whole),
        mask && el('UseMaskBand', {}, 'true'),
        el('ColorTableComponent', {}, String(at + 1)),
        !mask && nodata !== null && el('NODATA', {}, String(nodata)),
      ),
    ),
  );
  return renderElement(el('VRTDataset', { rasterXSize: width, rasterYSize: height }, bands));
}
