import type { TileMatrixSet } from '../../catalogue/tile-matrix-sets.js';
import { DataFault } from '../../processing/data-fault.js';
import { generateSlabs, type GenerationRequest } from '../../processing/raster/pyramid-generation.js';
import type { PyramidDescriptor } from '../../pyramid/descriptor.js';
import { RasterLevel, UnreadableSlabError } from '../../pyramid/raster-level.js';
import { keepLevel, type MadeLevel } from './raster-result.js';

/**
 * Makes the slabs of a pyramid, by itself or over a former one, whose other slabs and levels are kept without a copy.
 * @param former its folder and descriptor, or `null`
 * @throws DataFault for a former slab that cannot be read
 */
export async function generateOver(
  set: TileMatrixSet,
  former: { readonly root: string; readonly descriptor: PyramidDescriptor } | null,
  request: Omit<GenerationRequest, 'former'>,
): Promise<MadeLevel[]> {
  const there = new Map(
    set.levels.flatMap((level) => {
      const found = former && RasterLevel.of(former.root, former.descriptor, level);
      return found ? [[level, found] as const] : [];
    }),
  );
  const built = await generateSlabs({ ...request, former: (level) => there.get(level) ?? null }).catch(
    (error: unknown) => {
      if (!(error instanceof UnreadableSlabError)) throw error;
      throw new DataFault(`Dalle illisible dans la pyramide mise à jour : ${error.slab}`);
    },
  );
  const others = [...there].filter(([level]) => !request.levels.includes(level));
  return [...built, ...others.map(([level, kept]) => keepLevel(request.context, level, kept))];
}
