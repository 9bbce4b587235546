/** The grids that pyramids are cut by, as the documents of the tile services describe them. */

export interface Grid {
  readonly id: string;
  /** Authority and code: `EPSG:3857`, `IGNF:LAMB93`. */
  readonly crs: string;
  /** Coarsest first. */
  readonly levels: readonly GridLevel[];
}

/** Row 0 is at the top, column 0 at the left. */
export interface GridLevel {
  readonly id: string;
  readonly scaleDenominator: number;
  /** Side of a pixel in units of the CRS. */
  readonly cellSize: number;
  /** Upper left corner, x then y. */
  readonly origin: readonly [number, number];
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly matrixWidth: number;
  readonly matrixHeight: number;
}

/** Whether the tiles of a level are each cut in four at the next one, and levels are numbered from 0. */
export function isQuadTree({ levels }: Grid): boolean {
  const [top] = levels;
  return levels.every(
    (level, depth) =>
      top !== undefined &&
      level.id === String(depth) &&
      level.origin.every((ordinate, axis) => ordinate === top.origin[axis]) &&
      level.tileWidth === top.tileWidth &&
      level.tileHeight === top.tileHeight &&
      Math.abs((level.cellSize * 2 ** depth) / top.cellSize - 1) < 1e-6,
  );
}
