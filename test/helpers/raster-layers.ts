import { tileMatrixSets } from '../../src/catalogue/tile-matrix-sets.js';
import type { Deps } from '../../src/deps.js';
import type { GeographicBox } from '../../src/geo/bbox.js';
import type { RasterSpecifications } from '../../src/pyramid/descriptor.js';
import { limitsOf, tileBox } from '../../src/pyramid/grid.js';
import { buildPyramid, rasterTile, type TestPyramid } from './pyramid.js';

/** Pyramids whose every pixel is known from its coordinates in the system of its grid. */

export interface PaintedPyramid {
  readonly tms?: string;
  readonly format: string;
  readonly pixels: RasterSpecifications;
  /** Rectangle that the tiles of every level lie over. */
  readonly box: { readonly minX: number; readonly minY: number; readonly maxX: number; readonly maxY: number };
  readonly levels: readonly string[];
  /** A value a channel, for the centre of a pixel. */
  readonly paint: (x: number, y: number, level: string) => readonly number[];
  /** Whether a tile is left out. */
  readonly without?: (level: string, col: number, row: number) => boolean;
}

/** The pyramid, as test pyramids are told. */
export async function paintPyramid(painted: PaintedPyramid): Promise<TestPyramid> {
  const { tms = 'PM', format, pixels, box, paint, without = () => false } = painted;
  const levels = [];
  for (const id of painted.levels) {
    const matrix = tileMatrixSets()
      .get(tms)
      ?.levels.find((level) => level.id === id);
    if (matrix === undefined) throw new Error(`no level ${id} in ${tms}`);
    const limits = limitsOf(matrix, box);
    const tiles = [];
    for (let row = limits.min_row; row <= limits.max_row; row += 1) {
      for (let col = limits.min_col; col <= limits.max_col; col += 1) {
        if (without(id, col, row)) continue;
        const { minX, maxY } = tileBox(matrix, { col, row });
        const { cellSize } = matrix;
        const bytes = await rasterTile({ format, pixels }, (x, y, channel) => {
          return paint(minX + (x + 0.5) * cellSize, maxY - (y + 0.5) * cellSize, id)[channel] ?? 0;
        });
        tiles.push({ col, row, bytes });
      }
    }
    levels.push({ id, tiles });
  }
  return { tms, format, pixels, levels };
}

/** Makes it a stored data. @returns its id */
export async function buildPainted(
  deps: Pick<Deps, 'prisma' | 'storage'>,
  painted: PaintedPyramid & { readonly extent: GeographicBox },
): Promise<string> {
  const { west, south, east, north } = painted.extent;
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return buildPyramid(deps, await paintPyramid(painted), { extent: { type: 'Polygon', coordinates: [ring] } });
}
