/** Numbers of tiles in PMTiles (version 3): level by level, along a Hilbert curve. */

/** Tiles of the levels above. */
function before(zoom: number): number {
  return (4 ** zoom - 1) / 3;
}

/** Number of a tile; exact up to level 25. */
export function tileIdOf(zoom: number, { col, row }: { col: number; row: number }): number {
  let [x, y, along] = [col, row, 0];
  for (let side = 2 ** (zoom - 1); side >= 1; side /= 2) {
    const [right, below] = [x >= side ? 1 : 0, y >= side ? 1 : 0];
    along += side * side * ((3 * right) ^ below);
    x -= right * side;
    y -= below * side;
    if (below === 0) {
      if (right === 1) [x, y] = [side - 1 - x, side - 1 - y];
      [x, y] = [y, x];
    }
  }
  return before(zoom) + along;
}
