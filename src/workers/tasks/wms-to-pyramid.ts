import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TileMatrixSet, tileMatrixSets } from '../../catalogue/tile-matrix-sets.js';
import { extentBox, unionBoxes } from '../../domain/extent.js';
import type { ExecutionOutcome, StoredDataResult } from '../../domain/outcomes.js';
import { parseCrs } from '../../geo/crs.js';
import { DataFault } from '../../processing/data-fault.js';
import { HarvestArea } from '../../processing/harvest/harvest-area.js';
import { HarvestSource } from '../../processing/harvest/harvest-source.js';
import { WmsClient } from '../../processing/harvest/wms-client.js';
import { shownUrl } from '../../processing/harvest/wms-request.js';
import { levelsBetween } from '../../processing/raster/level-plan.js';
import { boxesIn, geographicDomain, srsOf } from '../../processing/raster/set-boxes.js';
import { referenceOf } from '../../processing/spatial-reference.js';
import { logFrom, type TaskLog } from '../../processing/task-log.js';
import { findLevel, readDescriptor } from '../../pyramid/descriptor.js';
import { formatName, rasterFormat, TILE_ENCODINGS } from '../../pyramid/formats.js';
import type { PyramidContext } from '../../pyramid/level-builder.js';
import type { PixelKind } from '../../pyramid/tile-pixels.js';
import { pyramidProgress } from './pyramid-progress.js';
import { generateOver } from './raster-generation.js';
import { finishRasterPyramid } from './raster-result.js';
import type { WmsToPyramidInput } from './task.js';
import { toldWork } from './told-work.js';

const MODULE = 'gpf-processing-wms-to-pyramid';

/**
 * "Calcul ou mise à jour de pyramide raster par moissonnage WMS" (lifecycle §4.8): the maps of a service as a pyramid, or
 * over a former one, whose other slabs are kept without a copy. The files are left in `input.files`, on the disk.
 */
export async function wmsToPyramid(input: WmsToPyramidInput, log: TaskLog): Promise<ExecutionOutcome> {
  const { url, layers } = input.harvest.service;
  const beginning = `Démarrage du moissonnage de ${shownUrl(url)}, couches ${layers}`;
  return toldWork(logFrom(log, MODULE, 61), beginning, () => generate(input, log));
}

async function generate(input: WmsToPyramidInput, log: TaskLog): Promise<StoredDataResult> {
  const { harvest, former } = input;
  const lines = logFrom(log, MODULE, 97);
  const descriptor = former === null ? null : await readDescriptor(former.root, former.name);
  const set = tileMatrixSets().get(harvest.tms);
  const target = set && referenceOf(srsOf(set));
  if (set === undefined || !target) throw new DataFault(`Le TMS demandé est inconnu : ${harvest.tms}`);
  const between = levelsBetween(set, harvest.bottom, harvest.top) ?? [];
  const levels = between.filter(({ id }) => descriptor === null || findLevel(descriptor, id) !== undefined);
  lines.info(
    `Niveaux ${levels.at(-1)?.id} à ${levels[0]?.id} du TMS ${set.id}, niveaux moissonnés : ${harvest.levels.join(', ')}`,
  );
  const progress = pyramidProgress(logFrom(log, MODULE, 152), 'par moissonnage');
  const kind = kindOf(harvest, set);
  const context: PyramidContext = {
    ...{ root: input.files, name: input.name, kind },
    photometric: descriptor?.raster_specifications?.photometric ?? (kind.channels <= 2 ? 'gray' : 'rgb'),
    size: { tilesPerWidth: input.tilesPerWidth, tilesPerHeight: input.tilesPerHeight },
    masks: descriptor?.mask_format !== undefined,
    folder: join(input.folder, 'tuiles'),
    onSlab: progress.onSlab,
  };
  mkdirSync(context.folder, { recursive: true });
  const area = new HarvestArea(harvest.area.wkt, target, geographicDomain(set));
  const client = new WmsClient(harvest.service, kind, input.limits, lines.warning);
  const { dimensions } = harvest;
  const made = await generateOver(set, descriptor && former && { root: former.root, descriptor }, {
    ...{ context, levels, boxes: boxesIn(set, srsOf(set), area.boxes), parallelization: input.parallelization },
    open: () => new HarvestSource({ client, area, kind, dimensions, srid: parseCrs(set.crs).srid }),
    fromSource: new Set(harvest.levels),
    onLevel: progress.onLevel,
  });
  area.close();
  client.close();
  const { asked, empty, retried } = client.counts;
  lines.info(`${asked} images moissonnées, dont ${empty} vides ; ${retried} nouvelles tentatives`);
  return finishRasterPyramid({
    ...{ set, context, uses: input.uses, finalRoot: input.finalRoot },
    interpolation: descriptor?.raster_specifications?.interpolation ?? 'bicubic',
    levels: made,
    extent: unionBoxes([harvest.area.box, extentBox(former?.extent)]),
  });
}

function kindOf(
  { compression, sample, channels, nodata }: WmsToPyramidInput['harvest'],
  set: TileMatrixSet,
): PixelKind {
  const encoding = TILE_ENCODINGS.find((known) => known === compression.toUpperCase());
  const format = encoding && rasterFormat(formatName({ encoding, sample }));
  if (format === undefined) throw new DataFault(`La compression ${compression} ne convient pas à des canaux ${sample}`);
  const [{ tileWidth, tileHeight } = { tileWidth: 256, tileHeight: 256 }] = set.levels;
  return { format, channels, nodata, tileWidth, tileHeight };
}
