import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DeliveredDescriptor,
  type DeliveredLevel,
  readDeliveredDescriptor,
} from '../../pyramid/delivered-descriptor.js';
import { levelStorage, type PyramidDescriptor, VECTOR_FORMAT } from '../../pyramid/descriptor.js';
import { MASK_FORMAT } from '../../pyramid/formats.js';
import { keepSlab } from '../../pyramid/keep-slab.js';
import { syncFolders, writePyramidFiles } from '../../pyramid/pyramid-files.js';
import { listedPath } from '../../pyramid/slab-names.js';
import { DataFault } from '../data-fault.js';
import type { DeliveredFile } from '../upload-tree.js';
import { type DeliveredSlab, placeOf, readPyramidFiles, slabsOf } from './delivered-pyramid.js';

/** A delivered pyramid under another name, where the tools of the platform look for the slabs of that name. */

/** A delivered pyramid: its descriptor, as it was delivered, and its slabs. */
export interface FoundPyramid {
  readonly descriptor: DeliveredDescriptor;
  readonly slabs: readonly DeliveredSlab[];
}

/**
 * The pyramid among the files of an upload.
 * @throws DataFault when its descriptor cannot be read
 */
export async function findPyramid(files: readonly DeliveredFile[]): Promise<FoundPyramid> {
  const { descriptors, others } = readPyramidFiles(files);
  const [file] = descriptors;
  if (file === undefined || descriptors.length > 1) {
    throw new DataFault(
      `Un descripteur de pyramide (.json) est attendu, la livraison en contient ${descriptors.length}`,
    );
  }
  const { name, folder } = placeOf(file);
  const { descriptor, faults } = readDeliveredDescriptor(await readFile(file.localPath, 'utf8'), name);
  if (descriptor === null) throw new DataFault(...faults.map((fault) => `Descripteur invalide : ${fault}`));
  return { descriptor, slabs: slabsOf(descriptor, folder, others).slabs };
}

/**
 * Writes a pyramid of the same slabs, on the disk: they are shared with the upload, or copied across disks.
 * @param to `root`: an empty folder; `finalRoot`: the path it will have
 * @returns the descriptor, and the bytes of all the files
 */
export async function copyPyramid(
  { descriptor, slabs }: FoundPyramid,
  to: { readonly root: string; readonly finalRoot: string; readonly name: string },
): Promise<{ descriptor: PyramidDescriptor; size: number }> {
  const { root, finalRoot, name } = to;
  const ownRoot = join(finalRoot, name);
  const listed: { root: string; slab: string }[] = [];
  let size = 0;
  for (const { file, level, kind, cell } of slabs) {
    const slab = listedPath(kind === 'mask' ? 'MASK' : 'DATA', level.id, cell);
    const target = join(root, name, slab);
    keepSlab(file.localPath, target);
    size += (await stat(target)).size;
    listed.push({ root: ownRoot, slab });
  }
  const renamed = rename(descriptor, name);
  size += writePyramidFiles(root, name, renamed, { ownRoot, slabs: listed });
  syncFolders(root);
  return { descriptor: renamed, size };
}

function rename({ set, format, raster, levels }: DeliveredDescriptor, name: string): PyramidDescriptor {
  const masks = levels.some((level) => level.masks !== undefined);
  const topFirst = levels.toSorted((a, b) => b.matrix.cellSize - a.matrix.cellSize);
  return {
    tile_matrix_set: set.id,
    format,
    ...(raster === undefined ? {} : { raster_specifications: raster }),
    ...(masks ? { mask_format: MASK_FORMAT } : {}),
    levels: topFirst.map(({ id, size, limits, tables }: DeliveredLevel) => ({
      id,
      tiles_per_width: size.tilesPerWidth,
      tiles_per_height: size.tilesPerHeight,
      tile_limits: limits,
      storage: levelStorage(name, id, { masks }),
      ...(format === VECTOR_FORMAT ? { tables } : {}),
    })),
  };
}
