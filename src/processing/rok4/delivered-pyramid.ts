import type { Bbox } from '../../geo/bbox.js';
import type { DeliveredDescriptor, DeliveredLevel } from '../../pyramid/delivered-descriptor.js';
import { tileBox } from '../../pyramid/grid.js';
import { type Cell, readSlabPath, slabPath } from '../../pyramid/slab-names.js';
import { type DeliveredFile, fileName, isSubject } from '../upload-tree.js';

/** The files of a ROK4-PYRAMID upload: descriptor, list, slabs. */

export interface PyramidFiles {
  readonly descriptors: readonly DeliveredFile[];
  readonly lists: readonly DeliveredFile[];
  /** Every other file, and those whose name keeps them out. */
  readonly others: readonly DeliveredFile[];
}

/** Sorts the files of an upload, each list in order of path. */
export function readPyramidFiles(files: readonly DeliveredFile[]): PyramidFiles {
  const data = files.filter(({ kind }) => kind === 'DATA').toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const isOf = (extension: string) => (file: DeliveredFile) =>
    isSubject(file) && fileName(file.path).endsWith(extension);
  const descriptors = data.filter(isOf('.json'));
  const lists = data.filter(isOf('.list'));
  const used = new Set([...descriptors, ...lists]);
  return { descriptors, lists, others: data.filter((file) => !used.has(file)) };
}

/** What the place of a descriptor says: the name of its pyramid, and the folder it is in, with its `/`. */
export function placeOf({ path }: DeliveredFile): { stem: string; name: string; folder: string } {
  const stem = path.slice(0, -'.json'.length);
  const name = fileName(stem);
  return { stem, name, folder: stem.slice(0, -name.length) };
}

/** A slab of a delivered pyramid. */
export interface DeliveredSlab {
  readonly file: DeliveredFile;
  readonly level: DeliveredLevel;
  readonly kind: 'image' | 'mask';
  readonly cell: Cell;
}

/** The slabs of a pyramid among its files, and the files that are none. */
export function slabsOf(
  descriptor: Pick<DeliveredDescriptor, 'levels'>,
  folder: string,
  files: readonly DeliveredFile[],
): { slabs: DeliveredSlab[]; strangers: DeliveredFile[] } {
  const folders = descriptor.levels.flatMap((level) => [
    { prefix: `${folder}${level.images}/`, level, kind: 'image' as const },
    ...(level.masks === undefined ? [] : [{ prefix: `${folder}${level.masks}/`, level, kind: 'mask' as const }]),
  ]);
  const slabs: DeliveredSlab[] = [];
  const strangers: DeliveredFile[] = [];
  for (const file of files) {
    const found = isSubject(file) ? folders.find(({ prefix }) => file.path.startsWith(prefix)) : undefined;
    const path = found === undefined ? '' : file.path.slice(found.prefix.length);
    const cell = found === undefined ? null : readSlabPath(path);
    // A path that cuts its digits elsewhere is found by no reader.
    if (found === undefined || cell === null || slabPath(cell, found.level.pathDepth) !== path) strangers.push(file);
    else slabs.push({ file, level: found.level, kind: found.kind, cell });
  }
  return { slabs, strangers };
}

/** Whether a slab holds tiles within the limits of its level. */
export function isWithinLimits({ level, cell }: Pick<DeliveredSlab, 'level' | 'cell'>): boolean {
  const { limits, size } = level;
  const [left, top] = [cell.col * size.tilesPerWidth, cell.row * size.tilesPerHeight];
  return (
    left <= limits.max_col &&
    left + size.tilesPerWidth > limits.min_col &&
    top <= limits.max_row &&
    top + size.tilesPerHeight > limits.min_row
  );
}

/** The box of the tiles of the finest level, in the system of the set: those of the others go further than the data. */
export function coveredBox({ levels }: Pick<DeliveredDescriptor, 'levels'>): Bbox | null {
  const [finest] = levels.toSorted((a, b) => a.matrix.cellSize - b.matrix.cellSize);
  if (finest === undefined) return null;
  const { matrix, limits } = finest;
  const first = tileBox(matrix, { col: limits.min_col, row: limits.min_row });
  const last = tileBox(matrix, { col: limits.max_col, row: limits.max_row });
  return { minX: first.minX, minY: last.minY, maxX: last.maxX, maxY: first.maxY };
}
