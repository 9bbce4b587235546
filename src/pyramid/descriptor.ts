import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_PATH_DEPTH, type SlabSize } from './slab-names.js';

/** The descriptor of a pyramid, `<NAME>.json` beside the folder `<NAME>` (ROK4). */

/** Tiles of a level that may exist, bounds included. */
export interface TileLimits {
  readonly min_row: number;
  readonly max_row: number;
  readonly min_col: number;
  readonly max_col: number;
}

/** An attribute of a layer of vector tiles, over the whole pyramid. */
export interface AttributeDescription {
  readonly name: string;
  /** As PostgreSQL writes it. */
  readonly type: string;
  /** Number of distinct values. */
  readonly count: number;
  /** Of numbers. */
  readonly min?: number;
  readonly max?: number;
  /** Of other types, when there are few. */
  readonly values?: readonly string[];
}

/** A layer of vector tiles at a level. */
export interface TableDescription {
  readonly name: string;
  /** In capitals: `MULTIPOLYGON`. */
  readonly geometry: string;
  readonly attributes: readonly AttributeDescription[];
}

export interface PyramidLevel {
  /** As the tile matrix set has it. */
  readonly id: string;
  readonly tiles_per_width: number;
  readonly tiles_per_height: number;
  readonly tile_limits: TileLimits;
  readonly storage: {
    readonly type: 'FILE';
    readonly image_directory: string;
    /** Of a raster pyramid with masks. */
    readonly mask_directory?: string;
    readonly path_depth: number;
  };
  /** Of a vector pyramid. */
  readonly tables?: readonly TableDescription[];
}

/** What the pixels of a raster pyramid are. */
export interface RasterSpecifications {
  readonly channels: number;
  /** One number a channel, separated by commas. */
  readonly nodata: string;
  readonly photometric: 'rgb' | 'gray' | 'mask';
  readonly interpolation: string;
}

export interface PyramidDescriptor {
  readonly tile_matrix_set: string;
  /** `TIFF_PBF_MVT` for vector tiles. */
  readonly format: string;
  /** Of a raster pyramid. */
  readonly raster_specifications?: RasterSpecifications;
  /** Of a raster pyramid with masks. */
  readonly mask_format?: string;
  /** Top, the coarsest, first. */
  readonly levels: readonly PyramidLevel[];
}

export const VECTOR_FORMAT = 'TIFF_PBF_MVT';

/** Name of the pyramid of a stored data: nothing in it that the tools of the platform cut names at. */
export function pyramidName(storedDataId: string): string {
  return storedDataId.replaceAll('-', '');
}

/** Where the slabs of a level are; the official Python library takes no other place. */
export function levelStorage(name: string, level: string, { masks = false } = {}): PyramidLevel['storage'] {
  return {
    type: 'FILE',
    image_directory: `${name}/DATA/${level}`,
    ...(masks ? { mask_directory: `${name}/MASK/${level}` } : {}),
    path_depth: DEFAULT_PATH_DEPTH,
  };
}

/** The size of the slabs of a level. */
export function slabSizeOf(level: PyramidLevel): SlabSize {
  return { tilesPerWidth: level.tiles_per_width, tilesPerHeight: level.tiles_per_height };
}

/** The level of this id, or `undefined`. */
export function findLevel(descriptor: PyramidDescriptor, id: string): PyramidLevel | undefined {
  return descriptor.levels.find((level) => level.id === id);
}

/** Path of the descriptor of a pyramid in its folder. */
export function descriptorPath(root: string, name: string): string {
  return join(root, `${name}.json`);
}

/** Reads the descriptor of a pyramid that we wrote. `root`: the folder it is in. */
export async function readDescriptor(root: string, name: string): Promise<PyramidDescriptor> {
  return JSON.parse(await readFile(descriptorPath(root, name), 'utf8')) as PyramidDescriptor;
}
