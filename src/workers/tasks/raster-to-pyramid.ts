import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TileMatrix, type TileMatrixSet, tileMatrixSets } from '../../catalogue/tile-matrix-sets.js';
import type { ExecutionOutcome, ExtentPolygon, StoredDataResult } from '../../domain/outcomes.js';
import type { Bbox } from '../../geo/bbox.js';
import { parseCrs } from '../../geo/crs.js';
import { levelStorage, type PyramidDescriptor } from '../../pyramid/descriptor.js';
import { formatName, MASK_FORMAT, type RasterFormat, rasterFormat, TILE_ENCODINGS } from '../../pyramid/formats.js';
import type { LevelBuilder, PyramidContext } from '../../pyramid/level-builder.js';
import { syncFolders, writePyramidFiles } from '../../pyramid/pyramid-files.js';
import {
  type Conversion,
  conversionOf,
  type DeliveredImages,
  deliveryFolder,
  finestImage,
  mosaicsOf,
  openDelivery,
} from '../../processing/raster/delivered-mosaics.js';
import { levelsBetween, nearestLevel } from '../../processing/raster/level-plan.js';
import { unionOf } from '../../processing/raster/mosaic.js';
import { boxTransformer } from '../../processing/raster/outline.js';
import { generateSlabs } from '../../processing/raster/pyramid-generation.js';
import { RESAMPLINGS, Warper, type WarpPlan } from '../../processing/raster/warper.js';
import { referenceOf } from '../../processing/spatial-reference.js';
import { logFrom, type TaskLog } from '../../processing/task-log.js';
import { DataFault } from '../../processing/data-fault.js';
import { pyramidProgress } from './pyramid-progress.js';
import type { RasterToPyramidInput } from './task.js';
import { toldWork } from './told-work.js';

const MODULE = 'gpf-processing-raster-to-pyramid';

/** "Calcul de pyramide raster" (lifecycle §4.6), a first generation. A fault of the data makes a FAILURE. */
export async function rasterToPyramid(input: RasterToPyramidInput, log: TaskLog): Promise<ExecutionOutcome> {
  const lines = logFrom(log, MODULE, 61);
  return toldWork(lines, 'Démarrage du calcul de la pyramide raster', () => generate(input, log));
}

async function generate(input: RasterToPyramidInput, log: TaskLog): Promise<StoredDataResult> {
  const lines = logFrom(log, MODULE, 97);
  const set = tileMatrixSets().get(input.tms);
  const [anyLevel] = set?.levels ?? [];
  if (set === undefined || anyLevel === undefined) throw new DataFault(`Le TMS demandé est inconnu : ${input.tms}`);
  const deliveries: DeliveredImages[] = [];
  for (const upload of input.uploads) {
    const delivery = await openDelivery(upload, deliveryFolder(input.folder, upload.id));
    lines.info(`${delivery.images.length} images dans la livraison ${upload.id}`);
    deliveries.push(delivery);
  }
  const resampling = RESAMPLINGS[input.interpolation];
  if (resampling === undefined) throw new DataFault(`L'interpolation demandée est inconnue : ${input.interpolation}`);
  const conversion = conversionOf(deliveries, input.compression.startsWith('jpg'));
  for (const remark of conversion.remarks) lines.warning(remark);
  const plan: WarpPlan = {
    mosaics: mosaicsOf(deliveries, conversion, resampling),
    targetSrs: targetOf(set),
    resampling,
    kind: {
      format: formatOf(input.compression, conversion),
      channels: conversion.channels.length,
      nodata: nodataOf(conversion),
      tileWidth: anyLevel.tileWidth,
      tileHeight: anyLevel.tileHeight,
    },
    channels: conversion.channels,
  };
  const levels = levelsOf(input, set, deliveries, lines);
  const boxes = deliveries.flatMap(({ srs, images }) =>
    boxesIn(
      set,
      srs,
      images.map(({ box }) => box),
    ),
  );
  const progress = pyramidProgress(logFrom(log, MODULE, 152));
  const context: PyramidContext = {
    root: input.files,
    name: input.name,
    kind: plan.kind,
    photometric: plan.kind.channels <= 2 ? 'gray' : 'rgb',
    size: { tilesPerWidth: input.tilesPerWidth, tilesPerHeight: input.tilesPerHeight },
    masks: input.mask,
    folder: join(input.folder, 'tuiles'),
    onSlab: progress.onSlab,
  };
  mkdirSync(context.folder, { recursive: true });
  const builders = await generateSlabs({
    ...{ context, levels, boxes, parallelization: input.parallelization },
    open: () => new Warper(plan),
    onLevel: progress.onLevel,
  });
  return finish(input, { set, context, builders, deliveries });
}

function targetOf({ crs }: TileMatrixSet): string {
  return `EPSG:${parseCrs(crs).srid}`;
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

function levelsOf(
  { bottom, top }: RasterToPyramidInput,
  set: TileMatrixSet,
  deliveries: readonly DeliveredImages[],
  lines: ReturnType<typeof logFrom>,
): readonly TileMatrix[] {
  for (const [name, id] of [
    ['bottom', bottom],
    ['top', top],
  ] as const) {
    if (id !== null && !set.levels.some((level) => level.id === id)) {
      throw new DataFault(`Le niveau ${id} (${name}) n'existe pas dans le TMS ${set.id}`);
    }
  }
  const topId = top ?? set.levels[0]?.id ?? '';
  const bottomId = bottom ?? defaultBottom(set, deliveries, lines);
  const levels = levelsBetween(set, bottomId, topId);
  if (levels === null) throw new DataFault(`Le niveau du haut (${topId}) est sous celui du bas (${bottomId})`);
  lines.info(`Niveaux ${levels.at(-1)?.id} à ${levels[0]?.id} du TMS ${set.id}`);
  return levels;
}

function defaultBottom(
  set: TileMatrixSet,
  deliveries: readonly DeliveredImages[],
  lines: ReturnType<typeof logFrom>,
): string {
  const found = deliveries.flatMap(({ srs, images }) => {
    const image = finestImage(images);
    const [box] = image === undefined ? [] : boxesIn(set, srs, [image.box]);
    if (image === undefined || box === undefined) return [];
    return [Math.sqrt(((box.maxX - box.minX) / image.width) * ((box.maxY - box.minY) / image.height))];
  });
  const resolution = Math.min(...found);
  const { level, suits } = nearestLevel(set, resolution);
  lines.info(`Niveau du bas : ${level.id} (résolution des images dans le TMS : ${resolution})`);
  if (!suits) lines.warning(`Aucun niveau du TMS ${set.id} n'a une résolution voisine de celle des images`);
  return level.id;
}

/**
 * Boxes in the system of the set. Of one that leaves the domain of the set, like an image of the whole world in
 * Mercator, the part within; those that have none are left out.
 * @throws DataFault when none is left
 */
function boxesIn(set: TileMatrixSet, srs: string, boxes: readonly Bbox[]): Bbox[] {
  const toSet = transformerBetween(srs, targetOf(set));
  const whole = domainOf(set);
  const domain = transformerBetween(targetOf(set), srs)(whole);
  const found = boxes.flatMap((box) => {
    const part = toSet(box) ?? (domain && overlap(box, domain) && toSet(overlap(box, domain) ?? box));
    return part !== null && overlap(part, whole) !== null ? [part] : [];
  });
  if (found.length === 0) throw new DataFault(`Les images sont hors de l'emprise du TMS ${set.id}`);
  return found;
}

function overlap(one: Bbox, other: Bbox): Bbox | null {
  const minX = Math.max(one.minX, other.minX);
  const minY = Math.max(one.minY, other.minY);
  const maxX = Math.min(one.maxX, other.maxX);
  const maxY = Math.min(one.maxY, other.maxY);
  return minX < maxX && minY < maxY ? { minX, minY, maxX, maxY } : null;
}

function transformerBetween(from: string, to: string): (box: Bbox) => Bbox | null {
  const [source, target] = [referenceOf(from), referenceOf(to)];
  if (source === null || target === null) throw new DataFault(`Le SRS est inconnu : ${source === null ? from : to}`);
  return boxTransformer(source, target);
}

/** What the finest level covers: coarser ones go far beyond. */
function domainOf({ levels }: TileMatrixSet): Bbox {
  const finest = levels.at(-1);
  if (finest === undefined) return { minX: 0, minY: 0, maxX: 0, maxY: 0 };
  const { origin, cellSize, tileWidth, tileHeight, matrixWidth, matrixHeight } = finest;
  const [minX, maxY] = origin;
  return {
    minX,
    maxX: minX + matrixWidth * tileWidth * cellSize,
    minY: maxY - matrixHeight * tileHeight * cellSize,
    maxY,
  };
}

interface Generated {
  readonly set: TileMatrixSet;
  readonly context: PyramidContext;
  readonly builders: readonly LevelBuilder[];
  readonly deliveries: readonly DeliveredImages[];
}

/** Writes what goes with the slabs, and tells what the pyramid is. */
function finish(input: RasterToPyramidInput, { set, context, builders, deliveries }: Generated): StoredDataResult {
  const { kind, photometric, size, name } = context;
  const nodata = kind.nodata.join(',');
  const descriptor: PyramidDescriptor = {
    tile_matrix_set: set.id,
    format: formatName(kind.format),
    raster_specifications: { channels: kind.channels, nodata, photometric, interpolation: input.interpolation },
    ...(input.mask ? { mask_format: MASK_FORMAT } : {}),
    levels: builders.toReversed().map(({ level, limits }) => ({
      id: level.id,
      tiles_per_width: size.tilesPerWidth,
      tiles_per_height: size.tilesPerHeight,
      tile_limits: limits,
      storage: levelStorage(name, level.id, { masks: input.mask }),
    })),
  };
  const written = builders.flatMap((builder) => builder.written);
  const ownRoot = join(input.finalRoot, name);
  const slabs = written.map(({ path }) => ({ root: ownRoot, slab: path }));
  const bytes = writePyramidFiles(input.files, name, descriptor, { ownRoot, slabs });
  syncFolders(input.files);
  const extent = extentOf(deliveries);
  return {
    srs: set.crs,
    ...(extent === null ? {} : { extent }),
    size: written.reduce((sum, slab) => sum + slab.bytes, bytes),
    typeInfos: {
      tms: set.id,
      levels: descriptor.levels.map(({ id }) => id),
      channels_format: kind.format.sample,
      channels_number: kind.channels,
      compression: kind.format.encoding,
      nodata_value: nodata,
    },
  };
}

function extentOf(deliveries: readonly DeliveredImages[]): ExtentPolygon | null {
  const boxes = deliveries.flatMap(({ srs, images }) => {
    const box = transformerBetween(srs, 'EPSG:4326')(unionOf(images.map((image) => image.box)));
    return box === null ? [] : [box];
  });
  if (boxes.length === 0) return null;
  const { minX, minY, maxX, maxY } = unionOf(boxes);
  return {
    type: 'Polygon',
    coordinates: [
      [
        [maxX, minY],
        [maxX, maxY],
        [minX, maxY],
        [minX, minY],
        [maxX, minY],
      ],
    ],
  };
}
