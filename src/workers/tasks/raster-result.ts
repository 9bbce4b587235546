import { join } from 'node:path';
import type { TileMatrix, TileMatrixSet } from '../../catalogue/tile-matrix-sets.js';
import { extentOfBoxes } from '../../domain/feature-measures.js';
import type { StoredDataResult } from '../../domain/outcomes.js';
import type { GeographicBox } from '../../geo/bbox.js';
import { levelStorage, type PyramidDescriptor, type TileLimits } from '../../pyramid/descriptor.js';
import { formatName, MASK_FORMAT } from '../../pyramid/formats.js';
import type { PyramidContext } from '../../pyramid/level-builder.js';
import { syncFolders, writePyramidFiles } from '../../pyramid/pyramid-files.js';
import type { RasterLevel, WrittenSlab } from '../../pyramid/raster-level.js';
import type { SlabSize } from '../../pyramid/slab-names.js';

/** A level whose slabs are in the folder of the pyramid. */
export interface MadeLevel {
  readonly level: TileMatrix;
  readonly size: SlabSize;
  readonly limits: TileLimits;
  readonly written: readonly WrittenSlab[];
}

/** Shows every slab of a level of another pyramid, or of a former version, without a copy. */
export function keepLevel(
  { root, name }: Pick<PyramidContext, 'root' | 'name'>,
  level: TileMatrix,
  kept: RasterLevel,
): MadeLevel {
  const written = kept.slabs().flatMap((slab) => kept.keep(slab, join(root, name)));
  return { level, size: kept.size, limits: kept.limits, written };
}

/** A pyramid whose slabs are all there. */
export interface MadePyramid {
  readonly set: TileMatrixSet;
  readonly context: Pick<PyramidContext, 'root' | 'name' | 'kind' | 'photometric' | 'masks'>;
  /** In any order. */
  readonly levels: readonly MadeLevel[];
  /** `nn`, `linear`, `bicubic` or `lanczos`. */
  readonly interpolation: string;
  readonly extent: GeographicBox | null;
  /** Ids of the stored data whose slabs it shows. */
  readonly uses: readonly string[];
  /** Where the files will be found: an absolute path. */
  readonly finalRoot: string;
}

/** Writes what goes with the slabs of a raster pyramid, waits for the disk, and tells what the pyramid is. */
export function finishRasterPyramid(made: MadePyramid): StoredDataResult {
  const { set, context, interpolation, extent, uses, finalRoot } = made;
  const { kind, photometric, name, masks, root } = context;
  const nodata = kind.nodata.join(',');
  const levels = made.levels.toSorted((a, b) => b.level.cellSize - a.level.cellSize);
  const descriptor: PyramidDescriptor = {
    tile_matrix_set: set.id,
    format: formatName(kind.format),
    raster_specifications: { channels: kind.channels, nodata, photometric, interpolation },
    ...(masks ? { mask_format: MASK_FORMAT } : {}),
    levels: levels.map(({ level, limits, size }) => ({
      id: level.id,
      tiles_per_width: size.tilesPerWidth,
      tiles_per_height: size.tilesPerHeight,
      tile_limits: limits,
      storage: levelStorage(name, level.id, { masks }),
    })),
  };
  const written = levels.flatMap((level) => level.written);
  const ownRoot = join(finalRoot, name);
  const bytes = writePyramidFiles(root, name, descriptor, {
    ownRoot,
    slabs: written.map(({ path }) => ({ root: ownRoot, slab: path })),
  });
  syncFolders(root);
  const polygon = extent && extentOfBoxes([[extent.west, extent.south, extent.east, extent.north]]);
  return {
    srs: set.crs,
    ...(polygon ? { extent: polygon } : {}),
    size: written.reduce((sum, slab) => sum + slab.bytes, bytes),
    typeInfos: {
      tms: set.id,
      levels: descriptor.levels.map(({ id }) => id),
      channels_format: kind.format.sample,
      channels_number: kind.channels,
      compression: kind.format.encoding,
      nodata_value: nodata,
    },
    uses,
  };
}
