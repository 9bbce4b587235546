import type {
  ExecutionOutcome,
  RasterPyramidInfos,
  StoredDataResult,
  VectorPyramidInfos,
} from '../../domain/outcomes.js';
import { extentOfBoxes } from '../../domain/feature-measures.js';
import { boxTransformer } from '../../processing/raster/outline.js';
import { copyPyramid, findPyramid } from '../../processing/rok4/copied-pyramid.js';
import { coveredBox } from '../../processing/rok4/delivered-pyramid.js';
import { referenceOf } from '../../processing/spatial-reference.js';
import { logFrom, type TaskLog } from '../../processing/task-log.js';
import type { DeliveredDescriptor } from '../../pyramid/delivered-descriptor.js';
import { rasterFormat } from '../../pyramid/formats.js';
import type { Rok4ToPyramidInput } from './task.js';
import { toldWork } from './told-work.js';

/** A delivered ROK4 pyramid as a stored data: its slabs as they are, under the name of that data. */
export async function rok4ToPyramid(input: Rok4ToPyramidInput, log: TaskLog): Promise<ExecutionOutcome> {
  const lines = logFrom(log, 'gpf-processing-rok4-to-pyramid', 61);
  return toldWork(lines, 'Démarrage de la recopie de la pyramide ROK4', async () => {
    lines.info(`Analyse du fichier descripteur de la livraison ${input.upload.id}`);
    const found = await findPyramid(input.upload.files);
    const { descriptor, size } = await copyPyramid(found, { ...input, root: input.files });
    const levels = descriptor.levels.map(({ id }) => id);
    lines.info(`${found.slabs.length} dalles recopiées, niveaux ${levels.join(', ')}`);
    const { set } = found.descriptor;
    return {
      srs: set.crs,
      ...extentOf(found.descriptor),
      size,
      typeInfos: { tms: set.id, levels, ...pixelInfos(found.descriptor) },
    };
  });
}

/** Of a raster pyramid. */
function pixelInfos({
  format,
  raster,
}: DeliveredDescriptor): Omit<RasterPyramidInfos, keyof VectorPyramidInfos> | null {
  const pixels = rasterFormat(format);
  if (pixels === undefined || raster === undefined) return null;
  return {
    channels_format: pixels.sample,
    channels_number: raster.channels,
    compression: pixels.encoding,
    nodata_value: raster.nodata,
  };
}

function extentOf(descriptor: DeliveredDescriptor): Pick<StoredDataResult, 'extent'> {
  const box = coveredBox(descriptor);
  const [from, to] = [referenceOf(descriptor.set.crs), referenceOf('EPSG:4326')];
  const degrees = box && from && to && boxTransformer(from, to)(box);
  const extent = degrees ? extentOfBoxes([[degrees.minX, degrees.minY, degrees.maxX, degrees.maxY]]) : undefined;
  return extent === undefined ? {} : { extent };
}
