import type { Static } from 'typebox';
import type { NomenclatureType } from '../../catalogue/nomenclatures.js';
import type { TileMatrixSet } from '../../catalogue/tile-matrix-sets.js';
import type { Nomenclature } from '../../generated/prisma/client.js';
import type { NomenclatureSchema, TmsFileSchema, TmsItemSchema, TmsSchema } from './schema.js';

/** A term; its id is for administrators. */
export function presentNomenclature({ type, label, term }: Nomenclature): Static<typeof NomenclatureSchema> {
  return { type: type as NomenclatureType, label, term };
}

/** A tile matrix set in a list. */
export function presentTmsItem({ id, crs }: TileMatrixSet): Static<typeof TmsItemSchema> {
  return { _id: id, srs: crs };
}

/** A tile matrix set with its levels. */
export function presentTms(set: TileMatrixSet): Static<typeof TmsSchema> {
  return { ...presentTmsItem(set), levels: set.levels.map(({ id, cellSize }) => ({ id, resolution: cellSize })) };
}

/** A tile matrix set as the standard encodes it. */
export function presentTmsFile({ id, crs, axes, levels }: TileMatrixSet): Static<typeof TmsFileSchema> {
  return {
    id,
    crs,
    orderedAxes: [...axes],
    tileMatrices: levels.map(({ origin, ...level }) => ({ ...level, pointOfOrigin: [...origin] })),
  };
}
