import type { Grid } from '../rok4/grid.js';
import type { PyramidLayer } from '../rok4/layer.js';

/**
 * The part of a grid that a layer has levels of, which the platform advertises as a set of its own: `PM_6_18` is `PM`
 * from level 6, the coarsest, to 18 (spec diffusion §6.2).
 */
export function limitedSetId({ tileMatrixSet, levels }: Pick<PyramidLayer, 'tileMatrixSet' | 'levels'>): string {
  return `${tileMatrixSet}_${levels[0]?.id ?? ''}_${levels.at(-1)?.id ?? ''}`;
}

/** That set. */
export function limitedGrid(grid: Grid, layer: PyramidLayer): Grid {
  const at = (id: string | undefined) => grid.levels.findIndex((level) => level.id === id);
  const levels = grid.levels.slice(at(layer.levels[0]?.id), at(layer.levels.at(-1)?.id) + 1);
  return { ...grid, id: limitedSetId(layer), levels };
}
