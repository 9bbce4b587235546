import { TILE_MATRIX_SET_ROWS } from './tile-matrix-set-rows.js';

/** A level of a tile matrix set (OGC 17-083): row 0 is at the top, column 0 at the left. */
export interface TileMatrix {
  readonly id: string;
  readonly scaleDenominator: number;
  /** Side of a pixel in units of the CRS: the "resolution" of the API. */
  readonly cellSize: number;
  /** Top left corner, in the order of the axes of the set. */
  readonly origin: readonly [number, number];
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly matrixWidth: number;
  readonly matrixHeight: number;
}

/** A grid that pyramids of tiles are cut by. */
export interface TileMatrixSet {
  readonly id: string;
  /** Authority and code: `EPSG:3857`, `IGNF:LAMB93`. */
  readonly crs: string;
  /** `X,Y` or `Lon,Lat`. */
  readonly axes: readonly string[];
  /** Coarsest first. Nothing more can be said of them: not all sets are quadtrees, some have an origin per level. */
  readonly levels: readonly TileMatrix[];
}

/** Identifiers of the sets, in the order of lists. */
export const TILE_MATRIX_SET_IDS: readonly string[] = TILE_MATRIX_SET_ROWS.map((row) => row.slice(0, row.indexOf(' ')));

let sets: ReadonlyMap<string, TileMatrixSet> | undefined;

/** Every set by its identifier; read when first asked for. */
export function tileMatrixSets(): ReadonlyMap<string, TileMatrixSet> {
  sets ??= new Map(TILE_MATRIX_SET_ROWS.map(readRow).map((set) => [set.id, set]));
  return sets;
}

function readRow(row: string): TileMatrixSet {
  const [head = '', ...levels] = row.split('|');
  const [id = '', crs = '', axes = '', size = '', origin = ''] = head.split(' ');
  const [tileWidth, tileHeight] = pair(size, 'x');
  return {
    id,
    crs,
    axes: axes.split(','),
    levels: levels.map((level) => {
      const [name = '', scaleDenominator, cellSize, matrix = '', ownOrigin = origin] = level.split(' ');
      const [matrixWidth, matrixHeight] = pair(matrix, 'x');
      return {
        id: name,
        scaleDenominator: Number(scaleDenominator),
        cellSize: Number(cellSize),
        origin: pair(ownOrigin, ','),
        tileWidth,
        tileHeight,
        matrixWidth,
        matrixHeight,
      };
    }),
  };
}

function pair(text: string, separator: string): [number, number] {
  const [first, second] = text.split(separator);
  return [Number(first), Number(second)];
}
