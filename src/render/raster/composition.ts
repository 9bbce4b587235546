import { tileMatrixSets } from '../../catalogue/tile-matrix-sets.js';
import { type PyramidDescriptor, readDescriptor } from '../../pyramid/descriptor.js';
import type { RasterImage } from '../../raster/image.js';
import { chooseLevel } from '../../raster/level-choice.js';
import { mergeOver } from '../../raster/merge.js';
import { placeGrid, type PlaceGrid } from '../../raster/place-grid.js';
import { LruMap } from '../lru-map.js';
import type { Transform } from '../transforms.js';
import { LevelPixels } from './level-pixels.js';
import type { RasterLayer, RasterRequest } from './request.js';
import { styled, viewAround } from './styling.js';
import { TileCache } from './tile-cache.js';
import { drawAlong, drawBent } from './view-drawing.js';

/** Images of layers of pyramids. */

/** Bytes of decoded tiles that a process keeps: those of some maps. */
const CACHE_BYTES = 128 * 1024 * 1024;

/** Descriptors kept: the files of a folder never change. */
const MAX_DESCRIPTORS = 200;

export type Composer = (request: Pick<RasterRequest, 'layers' | 'view'>) => Promise<RasterImage>;

/** Keeps decoded tiles. @param transforms between CRSs */
export function createComposer(transforms: (from: number, to: number) => Transform): Composer {
  const cache = new TileCache(CACHE_BYTES);
  const descriptors = new LruMap<string, PyramidDescriptor>(MAX_DESCRIPTORS);

  const descriptorOf = async (root: string, name: string): Promise<PyramidDescriptor> => {
    const known = descriptors.get(root);
    if (known !== undefined) return known;
    const descriptor = await readDescriptor(root, name);
    descriptors.set(root, descriptor);
    return descriptor;
  };

  const openLevel = async (layer: RasterLayer, resolution: number): Promise<LevelPixels> => {
    const { id, root, name } = chooseLevel(layer.levels, resolution);
    const matrix = tileMatrixSets()
      .get(layer.tileMatrixSet)
      ?.levels.find((level) => level.id === id);
    if (matrix === undefined) throw new Error(`no level ${id} in ${layer.tileMatrixSet}`);
    return new LevelPixels({ root, descriptor: await descriptorOf(root, name) }, matrix, layer.pixels, cache);
  };

  const draw = async (layer: RasterLayer, view: RasterRequest['view']): Promise<RasterImage> => {
    if (view.srid === layer.srid) {
      const { minX, minY, maxX, maxY } = view.bbox;
      const resolution = Math.sqrt(((maxX - minX) / view.width) * ((maxY - minY) / view.height));
      return drawAlong(await openLevel(layer, resolution), view, layer.interpolation);
    }
    const grid: PlaceGrid | null = placeGrid(view, transforms(view.srid, layer.srid));
    const level = await openLevel(layer, grid?.resolution ?? Infinity);
    return drawBent(level, view, grid, layer.interpolation);
  };

  return async ({ layers, view }) => {
    let image: RasterImage | null = null;
    for (const layer of layers) {
      const drawn = styled(await draw(layer, viewAround(view, layer.style)), layer.style, view);
      image = image === null ? drawn : mergeOver(image, drawn);
    }
    if (image === null) throw new Error('a map without layers');
    return image;
  };
}
