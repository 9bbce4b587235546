import { type TileMatrix, tileMatrixSets } from '../../catalogue/tile-matrix-sets.js';
import type { GeographicBox } from '../../geo/bbox.js';
import type { FeatureInfoSource, LayerLevel, LayerPixels, PyramidLayer } from '../../ogc/rok4/layer.js';
import { findLevel, type PyramidDescriptor, pyramidName, readDescriptor } from '../../pyramid/descriptor.js';
import { rasterFormat } from '../../pyramid/formats.js';
import { tileBox } from '../../pyramid/grid.js';
import { extentBox } from '../extent.js';
import { type PublicationDeps, PublicationError, type PublicationRequest } from './definition.js';
import { layerBox } from './layer-box.js';
import { levelsBetween, type UsedPyramid } from './pyramid-checks.js';
import { readLayerStyles } from './pyramid-styles.js';
import { type PyramidTypeInfos, pyramidsOf, styleIdsOf } from './pyramid-type-infos.js';
import { tileFormat } from './tile-formats.js';

/** A pyramid as it is now. */
interface Source {
  readonly used: UsedPyramid;
  readonly box: GeographicBox | null;
  readonly descriptor: PyramidDescriptor;
}

/**
 * The layer that some pyramids make together: each gives a range of levels.
 * @throws PublicationError when a pyramid, a level or a style is not there any more, or the pyramids do not go together
 */
export async function publishPyramids(
  deps: Pick<PublicationDeps, 'prisma' | 'storage'>,
  request: PublicationRequest<PyramidTypeInfos>,
): Promise<PyramidLayer> {
  const { typeInfos } = request;
  const sources: Source[] = [];
  for (const used of pyramidsOf(typeInfos)) sources.push(await readSource(deps, used));
  const { descriptor } = alike(sources);
  const format = tileFormat(descriptor.format);
  const set = tileMatrixSets().get(descriptor.tile_matrix_set);
  if (format === undefined || set === undefined) {
    throw new PublicationError(
      `Les pyramides de format ${descriptor.format} et de découpage ${descriptor.tile_matrix_set} ne peuvent pas être diffusées.`,
    );
  }
  const pixels = pixelsOf(descriptor);
  const matrices = new Map(set.levels.map((level) => [level.id, level]));
  const levels = sources
    .flatMap((source) => levelsOf(source, matrices))
    .sort((one, other) => other.cellSize - one.cellSize);
  return {
    offering: request.offeringId,
    name: request.layerName,
    title: typeInfos.title,
    abstract: typeInfos.abstract,
    keywords: typeInfos.keywords ?? [],
    bbox: layerBox(typeInfos.bbox, sources),
    attribution: request.attribution,
    metadata: request.metadata,
    tileMatrixSet: set.id,
    crs: set.crs,
    format,
    pixels,
    styles: pixels === null ? [] : await readLayerStyles(deps, styleIdsOf(typeInfos)),
    featureInfo: pixels === null ? null : featureInfoSource(typeInfos),
    nativeBox: nativeBox(levels, matrices),
    levels,
  };
}

async function readSource(
  { prisma, storage }: Pick<PublicationDeps, 'prisma' | 'storage'>,
  used: UsedPyramid,
): Promise<Source> {
  const record = await prisma.storedData.findUnique({ where: { id: used.storedDataId } });
  if (record === null || record.filesKey === null) {
    throw new PublicationError(`La donnée stockée ${used.storedDataId} n'est pas encore générée.`);
  }
  const descriptor = await readDescriptor(storage.localPath(record.filesKey), pyramidName(record.id));
  return { used, box: extentBox(record.extent), descriptor };
}

/** The first of the pyramids: the others have the same grid, format and pixels. */
function alike(sources: readonly Source[]): Source {
  const [first, ...others] = sources;
  if (first === undefined) throw new PublicationError('La configuration ne nomme aucune pyramide.');
  const other = others.find(({ descriptor }) => kindOf(descriptor) !== kindOf(first.descriptor));
  if (other !== undefined) {
    throw new PublicationError(
      `Les pyramides ${first.used.storedDataId} et ${other.used.storedDataId} n'ont pas le même découpage, le même format et les mêmes canaux.`,
    );
  }
  return first;
}

/** What the pyramids of a layer must share. */
function kindOf({ tile_matrix_set, format, raster_specifications: pixels }: PyramidDescriptor): string {
  return [tile_matrix_set, format, pixels?.channels, pixels?.photometric].join(' ');
}

function pixelsOf({ format, raster_specifications: pixels }: PyramidDescriptor): LayerPixels | null {
  if (rasterFormat(format) === undefined || pixels === undefined) return null;
  const { channels, photometric, nodata } = pixels;
  return { format, channels, photometric, nodata: nodata.split(',').map(Number) };
}

/** Asking the pyramid is what the platform does when it is not told. */
function featureInfoSource({ getfeatureinfo = { stored_data: true } }: PyramidTypeInfos): FeatureInfoSource | null {
  if ('server_url' in getfeatureinfo) return { type: 'server', url: getfeatureinfo.server_url };
  return getfeatureinfo.stored_data ? { type: 'pyramid' } : null;
}

function levelsOf({ used, descriptor }: Source, matrices: ReadonlyMap<string, TileMatrix>): LayerLevel[] {
  return levelsBetween(descriptor.tile_matrix_set, used.top, used.bottom).map((id) => {
    const level = findLevel(descriptor, id);
    const matrix = matrices.get(id);
    if (level === undefined || matrix === undefined) {
      throw new PublicationError(`Le niveau ${id} n'existe pas dans la pyramide ${used.storedDataId}.`);
    }
    const [x, top] = matrix.origin;
    return {
      id,
      source: { storedData: used.storedDataId },
      cellSize: matrix.cellSize,
      tileWidth: matrix.tileWidth,
      tileHeight: matrix.tileHeight,
      origin: { x, y: top - matrix.matrixHeight * matrix.tileHeight * matrix.cellSize },
      limits: level.tile_limits,
      tables: level.tables ?? [],
    };
  });
}

function nativeBox(
  levels: readonly LayerLevel[],
  matrices: ReadonlyMap<string, TileMatrix>,
): PyramidLayer['nativeBox'] {
  const finest = levels.at(-1);
  const matrix = matrices.get(finest?.id ?? '');
  if (finest === undefined || matrix === undefined) throw new PublicationError('La couche n’a aucun niveau.');
  const { min_col, min_row, max_col, max_row } = finest.limits;
  const upperLeft = tileBox(matrix, { col: min_col, row: min_row });
  const lowerRight = tileBox(matrix, { col: max_col, row: max_row });
  return { minX: upperLeft.minX, minY: lowerRight.minY, maxX: lowerRight.maxX, maxY: upperLeft.maxY };
}
