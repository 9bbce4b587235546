import { type Static, type TObject, Type } from 'typebox';
import type { DataFilters } from '../domain/data-filters.js';
import { FieldsQuery, PageQuery, readDate, readPoint, readTagFilters, SortQuery } from './lists.js';

/** Query of the lists of uploads and of stored data, beside `type` and `status`, which have their own values. */
export const DATA_FILTERS = {
  ...PageQuery.properties,
  ...FieldsQuery.properties,
  ...SortQuery.properties,
  name: Type.Optional(Type.String({ description: '% remplace zéro ou plusieurs caractères ; la casse est ignorée.' })),
  open: Type.Optional(Type.Boolean()),
  srs: Type.Optional(Type.String()),
  lon: Type.Optional(
    Type.Number({ minimum: -180, maximum: 180, description: "Avec lat : point que contient l'emprise." }),
  ),
  lat: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
  before: Type.Optional(Type.String({ description: 'Date de création : avant cette date, exclue.' })),
  after: Type.Optional(Type.String({ description: 'Date de création : à partir de cette date.' })),
};

/**
 * The filters of such a query.
 * @throws ApiError bad_request
 */
export function readDataFilters(
  query: Static<TObject<typeof DATA_FILTERS>> & { type?: string; status?: string },
): DataFilters {
  const { type, status, name, srs, open, before, after } = query;
  return {
    type,
    status,
    name,
    srs,
    open,
    tags: readTagFilters(query),
    point: readPoint(query),
    before: readDate('before', before),
    after: readDate('after', after),
  };
}
