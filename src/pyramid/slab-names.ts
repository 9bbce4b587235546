/**
 * Where the slabs of a pyramid are (ROK4, storage type FILE). A slab holds `tilesPerWidth × tilesPerHeight` tiles of a
 * level; its column and row count slabs from the upper left corner of the tile matrix set.
 */

/** Column and row, of a tile or of a slab. */
export interface Cell {
  readonly col: number;
  readonly row: number;
}

/** Tiles in a slab. */
export interface SlabSize {
  readonly tilesPerWidth: number;
  readonly tilesPerHeight: number;
}

/** Folders between the level and the slab, as the platform's tools write them. */
export const DEFAULT_PATH_DEPTH = 2;

const EXTENSION = '.tif';

/** The slab that holds a tile. */
export function slabOf(tile: Cell, { tilesPerWidth, tilesPerHeight }: SlabSize): Cell {
  return { col: Math.floor(tile.col / tilesPerWidth), row: Math.floor(tile.row / tilesPerHeight) };
}

/** Rank of a tile in its slab: row by row, upper left first. */
export function tileIndexOf(tile: Cell, { tilesPerWidth, tilesPerHeight }: SlabSize): number {
  return (tile.row % tilesPerHeight) * tilesPerWidth + (tile.col % tilesPerWidth);
}

/**
 * Path of a slab below the folder of its level: both indices in base 36, interleaved digit by digit, column first, cut
 * from the right into pairs, one per path component; the leftmost takes what is left over.
 */
export function slabPath({ col, row }: Cell, pathDepth = DEFAULT_PATH_DEPTH): string {
  const [cols, rows] = [col.toString(36).toUpperCase(), row.toString(36).toUpperCase()];
  const digits = Math.max(pathDepth + 1, cols.length, rows.length);
  const [paddedCols, paddedRows] = [cols.padStart(digits, '0'), rows.padStart(digits, '0')];
  let path = '';
  for (let at = 0; at < digits; at += 1) {
    if (at >= digits - pathDepth) path += '/';
    path += `${paddedCols[at]}${paddedRows[at]}`;
  }
  return `${path}${EXTENSION}`;
}

/** What slabs hold: tiles, or the masks of them. */
export type SlabType = 'DATA' | 'MASK';

/** Path of a slab that we write below the folder of its pyramid, as the list of it has it: `DATA/12/00/32/LG.tif`. */
export function listedPath(type: SlabType, level: string, slab: Cell): string {
  return `${type}/${level}/${slabPath(slab)}`;
}

/** The slab of a path that {@link slabPath} gives, or `null` for another file. */
export function readSlabPath(path: string): Cell | null {
  if (!path.endsWith(EXTENSION)) return null;
  const digits = path.slice(0, -EXTENSION.length).replaceAll('/', '');
  if (!/^(?:[0-9A-Z]{2})+$/.test(digits)) return null;
  const every = (first: 0 | 1) => [...digits].filter((_, at) => at % 2 === first).join('');
  return { col: Number.parseInt(every(0), 36), row: Number.parseInt(every(1), 36) };
}

/** A cell as a key of maps and sets. */
export function cellKey({ col, row }: Cell): string {
  return `${col}-${row}`;
}

/** The tiles of a slab, in the order of its index. */
export function* tilesOf(slab: Cell, { tilesPerWidth, tilesPerHeight }: SlabSize): Generator<Cell> {
  for (let row = 0; row < tilesPerHeight; row += 1) {
    for (let col = 0; col < tilesPerWidth; col += 1) {
      yield { col: slab.col * tilesPerWidth + col, row: slab.row * tilesPerHeight + row };
    }
  }
}
