import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bbox } from '../../geo/bbox.js';
import { DataFault } from '../data-fault.js';
import { UnreadableDatasetError } from '../gdal.js';
import { referenceOf } from '../spatial-reference.js';
import type { DeliveredFile } from '../upload-tree.js';
import { type DeliveredImage, readImages } from './images.js';
import { blockSizeOf, type MosaicChannels, type MosaicImage, mosaicOf } from './mosaic.js';
import { layOutImages, openMasked } from './open-image.js';
import { placementOf } from './placement.js';
import type { ImageTraits } from './traits.js';
import { traitsOf } from './traits.js';
import type { WarpPlan } from './warper.js';

/** The images of deliveries, opened and compared, as what a pyramid is made from. */

export interface DeliveredImages {
  readonly srs: string;
  readonly images: readonly MosaicImage[];
}

/**
 * Opens the images of an upload to learn what they are.
 * @param folder an existing empty folder
 * @throws DataFault
 */
export async function openDelivery(
  upload: { readonly srs: string; readonly files: readonly DeliveredFile[] },
  folder: string,
): Promise<DeliveredImages> {
  if (referenceOf(upload.srs) === null) {
    throw new DataFault(`Le SRS de la livraison est inconnu : ${upload.srs}`);
  }
  const { images } = readImages(upload.files);
  if (images.length === 0) throw new DataFault('Aucune image dans la livraison');
  await mkdir(folder, { recursive: true });
  const paths = await layOutImages(folder, images);
  const opened: MosaicImage[] = [];
  for (const [index, image] of images.entries()) opened.push(await describe(image, paths[index] ?? ''));
  return { srs: upload.srs, images: opened };
}

async function describe(image: DeliveredImage, path: string): Promise<MosaicImage> {
  const handle = await openMasked(image, path).catch((error: unknown) => {
    if (error instanceof UnreadableDatasetError) throw new DataFault(`Image illisible : ${image.file.path}`);
    throw error;
  });
  try {
    const traits = traitsOf(handle);
    const placement = placementOf(traits);
    if (typeof placement === 'string') throw new DataFault(`L'image ${image.file.path} ${placement}`);
    const [minX, minY, maxX, maxY] = placement.box;
    return {
      path,
      traits,
      box: { minX, minY, maxX, maxY },
      resolution: placement.resolution,
      blockSize: blockSizeOf(handle),
    };
  } finally {
    handle.close();
  }
}

/** How the pixels of images become those of a pyramid. */
export interface Conversion {
  readonly source: MosaicChannels;
  /** Band of the mosaic that each channel is, from 1; 0 for transparency. */
  readonly channels: readonly number[];
  /** Whether the last channel is transparency. */
  readonly hasAlpha: boolean;
  /** What is changed, in French, for the log. */
  readonly remarks: readonly string[];
}

/**
 * @param isJpeg whether tiles have three colours and nothing else
 * @throws DataFault
 */
export function conversionOf(deliveries: readonly DeliveredImages[], isJpeg: boolean): Conversion {
  const all = deliveries.flatMap(({ images }) => images.map(({ traits }) => traits));
  const [first] = all;
  if (first === undefined) throw new DataFault('Aucune image dans la livraison');
  const kindOf = ({ bands, type, palette, alpha }: ImageTraits) =>
    `${bands} bande(s) ${type}${palette ? ' avec palette' : ''}${alpha ? ' dont une transparence' : ''}`;
  const other = all.find((traits) => kindOf(traits) !== kindOf(first));
  if (other !== undefined) {
    throw new DataFault(`Les images ne sont pas homogènes : ${kindOf(first)}, ${kindOf(other)}`);
  }
  if (first.palette) return paletteConversion();
  return first.type === 'Byte' ? byteConversion(first, isJpeg) : elevationConversion(first);
}

function paletteConversion(): Conversion {
  return {
    source: { sample: 'UINT8', colours: 'palette', alpha: null },
    channels: [1, 2, 3],
    hasAlpha: false,
    remarks: ['Les images ont une palette : leurs couleurs sont développées en 3 canaux'],
  };
}

const MAX_CHANNELS = 4;

function byteConversion({ bands, alpha }: ImageTraits, isJpeg: boolean): Conversion {
  if (bands > MAX_CHANNELS) {
    throw new DataFault(`Les images ont ${bands} bandes, une pyramide en a au plus ${MAX_CHANNELS}`);
  }
  const colours = Array.from({ length: alpha ? bands - 1 : bands }, (_, at) => at + 1);
  const source: MosaicChannels = { sample: 'UINT8', colours, alpha: alpha ? bands : null };
  const remarks: string[] = [];
  let channels = alpha ? [...colours, 0] : colours;
  if (isJpeg && alpha) {
    remarks.push('La compression demandée n’a pas de transparence : elle ne sert que de masque');
    channels = colours;
  }
  if (isJpeg && colours.length === 1) {
    remarks.push('La compression demandée a 3 canaux : la bande unique est répétée');
    channels = [1, 1, 1];
  }
  return { source, channels, hasAlpha: channels.includes(0), remarks };
}

function elevationConversion({ bands, type }: ImageTraits): Conversion {
  if (bands !== 1) {
    throw new DataFault(
      `Les images ont ${bands} bandes ${type} : une pyramide n'a plusieurs canaux qu'en UINT8, et un seul en FLOAT32`,
    );
  }
  return {
    source: { sample: 'FLOAT32', colours: [1], alpha: null },
    channels: [1],
    hasAlpha: false,
    remarks: type === 'Float32' ? [] : [`Les pixels ${type} sont convertis en FLOAT32, sans changer de valeur`],
  };
}

/** The mosaics of deliveries, in order. */
export function mosaicsOf(
  deliveries: readonly DeliveredImages[],
  { source }: Conversion,
  resampling: string,
): WarpPlan['mosaics'] {
  return deliveries.map(({ srs, images }) => ({ srs, mosaic: mosaicOf(images, source, resampling) }));
}

/** The finest of the images: its box, and its size in pixels. */
export function finestImage(images: readonly MosaicImage[]): { box: Bbox; width: number; height: number } | undefined {
  const [finest] = images.toSorted((a, b) => Math.min(...a.resolution) - Math.min(...b.resolution));
  return finest && { box: finest.box, width: finest.traits.width, height: finest.traits.height };
}

/** Where the images of a delivery are laid out. */
export function deliveryFolder(folder: string, uploadId: string): string {
  return join(folder, `livraison-${uploadId}`);
}
