import { existsSync, readdirSync } from 'node:fs';
import { type Cell, readSlabPath } from './slab-names.js';

/** The slabs in the folder of a level, row by row; none when there is no such folder. It waits for the disk. */
export function slabsIn(directory: string): Cell[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true })
    .map((path) => readSlabPath(String(path)))
    .filter((slab) => slab !== null)
    .sort(compareSlabs);
}

/** The order of slabs, row by row. */
export function compareSlabs(a: Cell, b: Cell): number {
  return a.row - b.row || a.col - b.col;
}
