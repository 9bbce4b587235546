import { type TileMatrixSet, tileMatrixSets } from '../catalogue/tile-matrix-sets.js';
import { notFound } from '../errors.js';
import { type Page, type Paged, textMatches } from './listing.js';

export interface TileMatrixSetFilters {
  readonly id?: string | undefined;
  readonly crs?: string | undefined;
  /** Size of a pixel that one of the levels has, give or take a millionth. */
  readonly resolution?: number | undefined;
}

/** A page of the tile matrix sets of the platform. */
export function listTileMatrixSets(query: { filters: TileMatrixSetFilters; page: Page }): Paged<TileMatrixSet> {
  const { id, crs, resolution } = query.filters;
  const found = [...tileMatrixSets().values()].filter(
    (set) =>
      (id === undefined || textMatches(set.id, id)) &&
      (crs === undefined || textMatches(set.crs, crs)) &&
      (resolution === undefined ||
        set.levels.some(({ cellSize }) => Math.abs(cellSize - resolution) <= cellSize * 1e-6)),
  );
  const { offset, limit } = query.page;
  return { items: found.slice(offset, offset + limit), total: found.length };
}

/**
 * A tile matrix set.
 * @throws ApiError not_found
 */
export function findTileMatrixSet(id: string): TileMatrixSet {
  const set = tileMatrixSets().get(id);
  if (set === undefined) throw notFound(`Le TMS ${id} n'existe pas.`);
  return set;
}
