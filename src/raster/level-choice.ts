/** The level of a pyramid that a map is made of. */

/** How much finer than the map a level may not be left out for: a pixel of it is at most a quarter larger. */
const TOLERATED = 0.8;

/**
 * The coarsest level that is fine enough, as ROK4 chooses it; the finest one when none is.
 * @param levels at least one
 * @param resolution size of a pixel of the map, in units of the levels
 */
export function chooseLevel<Level extends { readonly cellSize: number }>(
  levels: readonly Level[],
  resolution: number,
): Level {
  const finer = levels.filter(({ cellSize }) => resolution >= TOLERATED * cellSize);
  const candidates = finer.length > 0 ? finer : levels;
  const sorted = [...candidates].sort((one, other) => other.cellSize - one.cellSize);
  const chosen = finer.length > 0 ? sorted[0] : sorted.at(-1);
  if (chosen === undefined) throw new Error('a layer without levels');
  return chosen;
}

/**
 * The levels within the resolutions that a layer is meant for; all of them when there are none.
 * @param range.bottom the finest, `null` without limit
 */
export function levelsWithin<Level extends { readonly cellSize: number }>(
  levels: readonly Level[],
  { bottom, top }: { bottom: number | null; top: number | null },
): readonly Level[] {
  const within = levels.filter(
    ({ cellSize }) =>
      (bottom === null || cellSize >= bottom * (1 - 1e-6)) && (top === null || cellSize <= top * (1 + 1e-6)),
  );
  return within.length > 0 ? within : levels;
}
