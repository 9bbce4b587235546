import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TileMatrixSet, tileMatrixSets } from '../../catalogue/tile-matrix-sets.js';
import { extentBox, unionBoxes } from '../../domain/extent.js';
import type { ExecutionOutcome, StoredDataResult } from '../../domain/outcomes.js';
import type { GeographicBox } from '../../geo/bbox.js';
import { DataFault } from '../../processing/data-fault.js';
import {
  type Conversion,
  conversionOf,
  type DeliveredImages,
  deliveryFolder,
  mosaicsOf,
  openDelivery,
} from '../../processing/raster/delivered-mosaics.js';
import { unionOf } from '../../processing/raster/mosaic.js';
import { expandPalettes } from '../../processing/raster/palettes.js';
import { boxesIn, geographicBox, srsOf } from '../../processing/raster/set-boxes.js';
import { RESAMPLINGS, UnreadablePixelsError, Warper, type WarpPlan } from '../../processing/raster/warper.js';
import { logFrom, type TaskLog } from '../../processing/task-log.js';
import { type PyramidDescriptor, readDescriptor } from '../../pyramid/descriptor.js';
import { formatName, type RasterFormat, rasterFormat, TILE_ENCODINGS } from '../../pyramid/formats.js';
import type { PyramidContext } from '../../pyramid/level-builder.js';
import { pixelKindOf } from '../../pyramid/raster-level.js';
import type { PixelKind } from '../../pyramid/tile-pixels.js';
import { pyramidProgress } from './pyramid-progress.js';
import { generateOver } from './raster-generation.js';
import { levelsOf } from './raster-levels.js';
import { finishRasterPyramid } from './raster-result.js';
import type { RasterToPyramidInput } from './task.js';
import { toldWork } from './told-work.js';

const MODULE = 'gpf-processing-raster-to-pyramid';

/**
 * "Calcul de pyramide raster" (lifecycle §4.6): a first generation, or images over a former pyramid, whose other slabs
 * are kept without a copy. The files are left in `input.files`, on the disk. A fault of the data makes a FAILURE.
 */
export async function rasterToPyramid(input: RasterToPyramidInput, log: TaskLog): Promise<ExecutionOutcome> {
  const what = input.former === null ? 'du calcul' : 'de la mise à jour';
  return toldWork(logFrom(log, MODULE, 61), `Démarrage ${what} de la pyramide raster`, () => generate(input, log));
}

async function generate(input: RasterToPyramidInput, log: TaskLog): Promise<StoredDataResult> {
  const lines = logFrom(log, MODULE, 97);
  const { former } = input;
  const descriptor = former === null ? null : await readDescriptor(former.root, former.name);
  const set = setOf(descriptor?.tile_matrix_set ?? input.tms);
  const deliveries = await openAll(input, descriptor, lines);
  const interpolation = input.interpolation ?? descriptor?.raster_specifications?.interpolation ?? 'bicubic';
  const resampling = RESAMPLINGS[interpolation];
  if (resampling === undefined) throw new DataFault(`L'interpolation demandée est inconnue : ${interpolation}`);
  const encoding = descriptor === null ? input.compression : (rasterFormat(descriptor.format)?.encoding ?? '');
  const conversion = conversionOf(deliveries, encoding.toLowerCase().startsWith('jpg'));
  for (const remark of conversion.remarks) lines.warning(remark);
  const kind =
    descriptor === null ? newKind(input.compression, set, conversion) : sameKind(descriptor, set, conversion);
  const plan: WarpPlan = {
    mosaics: mosaicsOf(deliveries, conversion, resampling),
    ...{ targetSrs: srsOf(set), resampling, kind, channels: conversion.channels },
  };
  const levels = levelsOf(input, set, descriptor, deliveries, lines);
  const progress = pyramidProgress(logFrom(log, MODULE, 152));
  const context: PyramidContext = {
    root: input.files,
    name: input.name,
    kind,
    photometric: descriptor?.raster_specifications?.photometric ?? (kind.channels <= 2 ? 'gray' : 'rgb'),
    size: { tilesPerWidth: input.tilesPerWidth, tilesPerHeight: input.tilesPerHeight },
    masks: descriptor === null ? input.mask : descriptor.mask_format !== undefined,
    folder: join(input.folder, 'tuiles'),
    onSlab: progress.onSlab,
  };
  mkdirSync(context.folder, { recursive: true });
  const boxes = deliveries.flatMap(({ srs, images }) =>
    boxesIn(
      set,
      srs,
      images.map(({ box }) => box),
    ),
  );
  const made = await generateOver(set, descriptor && former && { root: former.root, descriptor }, {
    ...{ context, levels, boxes, parallelization: input.parallelization },
    open: () => new Warper(plan),
    onLevel: progress.onLevel,
  }).catch((error: unknown) => {
    if (!(error instanceof UnreadablePixelsError)) throw error;
    throw new DataFault(unreadablePixels(error, input));
  });
  return finishRasterPyramid({
    ...{ set, context, interpolation, uses: input.uses, finalRoot: input.finalRoot },
    levels: made,
    extent: unionBoxes([...geographicBoxes(deliveries), extentBox(former?.extent)]),
  });
}

function setOf(id: string): TileMatrixSet {
  const set = tileMatrixSets().get(id);
  if (set === undefined) throw new DataFault(`Le TMS demandé est inconnu : ${id}`);
  return set;
}

/** @param former descriptor of the pyramid that is updated: palettes become as many channels as it has */
async function openAll(
  input: RasterToPyramidInput,
  former: PyramidDescriptor | null,
  lines: ReturnType<typeof logFrom>,
): Promise<readonly DeliveredImages[]> {
  const deliveries: DeliveredImages[] = [];
  for (const upload of input.uploads) {
    const delivery = await openDelivery(upload, deliveryFolder(input.folder, upload.id));
    lines.info(`${delivery.images.length} images dans la livraison ${upload.id}`);
    deliveries.push(delivery);
  }
  const expanded = await expandPalettes(deliveries, former?.raster_specifications?.channels === 4);
  if (expanded !== deliveries) lines.warning('Les palettes des images sont développées en 3 couleurs et transparence');
  return expanded;
}

/** The pixels of a new pyramid. */
function newKind(compression: string, { levels }: TileMatrixSet, conversion: Conversion): PixelKind {
  const [{ tileWidth, tileHeight } = { tileWidth: 256, tileHeight: 256 }] = levels;
  return {
    ...{ tileWidth, tileHeight, channels: conversion.channels.length },
    format: formatOf(compression, conversion),
    nodata: nodataOf(conversion),
  };
}

/** The pixels of a pyramid that is updated, which those of the images must be. */
function sameKind(descriptor: PyramidDescriptor, { levels }: TileMatrixSet, conversion: Conversion): PixelKind {
  const [anyLevel] = levels;
  const kind = anyLevel === undefined ? null : pixelKindOf(descriptor, anyLevel);
  if (kind === null) throw new DataFault("La pyramide à mettre à jour n'est pas une pyramide raster");
  const { source, channels } = conversion;
  if (channels.length !== kind.channels || source.sample !== kind.format.sample) {
    const told = (count: number, sample: string) => `${count} ${count > 1 ? 'canaux' : 'canal'} ${sample}`;
    throw new DataFault(
      `Les images ne conviennent pas à la pyramide à mettre à jour : elles donnent ${told(channels.length, source.sample)}, elle a ${told(kind.channels, kind.format.sample)}`,
    );
  }
  return kind;
}

function formatOf(compression: string, { source, channels }: Conversion): RasterFormat {
  const encoding = TILE_ENCODINGS.find((known) => known === compression.toUpperCase());
  const format = encoding && rasterFormat(formatName({ encoding, sample: source.sample }));
  if (format === undefined) {
    throw new DataFault(
      `La compression ${compression} ne convient pas à des images ${source.sample} : zip et raw leur conviennent`,
    );
  }
  if (compression.startsWith('jpg') && channels.length !== 3) {
    throw new DataFault(`La compression ${compression} demande 3 canaux, les images en ont ${channels.length}`);
  }
  return format;
}

/** The values that the platform gives by default; what is transparent has no other value. */
function nodataOf({ source, channels, hasAlpha }: Conversion): number[] {
  if (source.sample === 'FLOAT32') return [-99999];
  return channels.map((_, at) => (hasAlpha && at === channels.length - 1 ? 0 : 255));
}

/** What GDAL says, with the producer's paths. */
function unreadablePixels({ message }: UnreadablePixelsError, { uploads, folder }: RasterToPyramidInput): string {
  const told = uploads.reduce((text, { id }) => text.replaceAll(`${deliveryFolder(folder, id)}/`, ''), message);
  return `Les pixels des images n'ont pas pu être lus jusqu'au bout${told === '' ? '' : ` : ${told}`}`;
}

function geographicBoxes(deliveries: readonly DeliveredImages[]): (GeographicBox | null)[] {
  return deliveries.map(({ srs, images }) => geographicBox(srs, unionOf(images.map((image) => image.box))));
}
