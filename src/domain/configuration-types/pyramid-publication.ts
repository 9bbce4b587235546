import { type TileMatrix, tileMatrixSets } from '../../catalogue/tile-matrix-sets.js';
import type { GeographicBox } from '../../geo/bbox.js';
import type { TileFormat, TmsLayer, TmsLevel } from '../../ogc/tms/model.js';
import {
  findLevel,
  type PyramidDescriptor,
  pyramidName,
  readDescriptor,
  VECTOR_FORMAT,
} from '../../pyramid/descriptor.js';
import { tileBox } from '../../pyramid/grid.js';
import { extentBox } from '../extent.js';
import { type PublicationDeps, PublicationError, type PublicationRequest } from './definition.js';
import { layerBox } from './layer-box.js';
import { levelsBetween, type UsedPyramid } from './pyramid-checks.js';

/** What tiles are, by the format of a pyramid (spec diffusion §6.1). */
const FORMATS: Readonly<Record<string, TileFormat>> = {
  [VECTOR_FORMAT]: { mediaType: 'application/x-protobuf', extension: 'pbf', isVector: true },
};

interface LayerTypeInfos {
  readonly title: string;
  readonly abstract: string;
  readonly keywords?: readonly string[];
  readonly bbox?: GeographicBox;
}

/** A pyramid as it is now. */
interface Source {
  readonly used: UsedPyramid;
  readonly box: GeographicBox | null;
  readonly descriptor: PyramidDescriptor;
}

/**
 * The layer that some pyramids make together: each gives a range of levels.
 * @throws PublicationError when a pyramid or a level is not there any more, or the pyramids do not go together
 */
export async function publishPyramids(
  deps: Pick<PublicationDeps, 'prisma' | 'storage'>,
  request: PublicationRequest<LayerTypeInfos>,
  pyramids: readonly UsedPyramid[],
): Promise<TmsLayer> {
  const { typeInfos } = request;
  const sources: Source[] = [];
  for (const used of pyramids) sources.push(await readSource(deps, used));
  const { descriptor } = alike(sources);
  const format = FORMATS[descriptor.format];
  const set = tileMatrixSets().get(descriptor.tile_matrix_set);
  if (format === undefined || set === undefined) {
    throw new PublicationError(
      `Les pyramides de format ${descriptor.format} et de découpage ${descriptor.tile_matrix_set} ne peuvent pas être diffusées.`,
    );
  }
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

/** Any of the pyramids, which have the same grid and format. */
function alike(sources: readonly Source[]): Source {
  const [first, ...others] = sources;
  if (first === undefined) throw new PublicationError('La configuration ne nomme aucune pyramide.');
  const other = others.find(
    ({ descriptor }) =>
      descriptor.format !== first.descriptor.format || descriptor.tile_matrix_set !== first.descriptor.tile_matrix_set,
  );
  if (other !== undefined) {
    throw new PublicationError(
      `Les pyramides ${first.used.storedDataId} et ${other.used.storedDataId} n'ont pas le même découpage et le même format.`,
    );
  }
  return first;
}

function levelsOf({ used, descriptor }: Source, matrices: ReadonlyMap<string, TileMatrix>): TmsLevel[] {
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

function nativeBox(levels: readonly TmsLevel[], matrices: ReadonlyMap<string, TileMatrix>): TmsLayer['nativeBox'] {
  const finest = levels.at(-1);
  const matrix = matrices.get(finest?.id ?? '');
  if (finest === undefined || matrix === undefined) throw new PublicationError('La couche n’a aucun niveau.');
  const { min_col, min_row, max_col, max_row } = finest.limits;
  const upperLeft = tileBox(matrix, { col: min_col, row: min_row });
  const lowerRight = tileBox(matrix, { col: max_col, row: max_row });
  return { minX: upperLeft.minX, minY: lowerRight.minY, maxX: lowerRight.maxX, maxY: upperLeft.maxY };
}
