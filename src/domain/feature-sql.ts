import { identifier, join, raw, sql, type SqlFragment } from '../filter/fragment.js';
import type { Crs } from '../geo/crs.js';
import type { Column } from '../ogc/feature-table.js';
import type { FeatureFormat } from '../ogc/wfs/formats.js';
import type { FeatureType } from '../ogc/wfs/model.js';
import { geojsonFeature } from './feature-geojson.js';
import { gmlFeature } from './feature-gml.js';

/** SQL of the feature services: pages of features, each row one feature already encoded as text, and counts. */

/** Alias of the table in filters ({@link FilterSqlContext.alias}). */
export const TABLE_ALIAS = 'f';

/** A sort key on a column that exists. */
export interface SortColumn {
  readonly column: Column;
  readonly descending: boolean;
}

/** One page of one feature type. */
export interface FeaturePage {
  readonly type: FeatureType;
  readonly where: SqlFragment;
  /** Attributes to encode, in table order. */
  readonly columns: readonly Column[];
  readonly withGeometry: boolean;
  readonly sortBy: readonly SortColumn[];
  readonly limit: number;
  readonly offset: number;
  readonly format: FeatureFormat;
  /** CRS of the coordinates, in the order its spelling denotes (GML only: GeoJSON is always x,y). */
  readonly crs: Crs | null;
  /** `srsName` written in GML. */
  readonly srsName: string;
  /** Declarations for a feature that stands alone as a document; `null` inside a collection. */
  readonly loneNamespaces: string | null;
}

/** Counts the features that fit a condition. */
export function countSql(type: FeatureType, where: SqlFragment): SqlFragment {
  return sql`SELECT count(*) AS count FROM ${tableOf(type)} WHERE ${where}`;
}

/**
 * Selects a page: one text column, one row per feature.
 *
 * The page is cut first, on bare columns, so that only its own features are transformed and encoded. The key always
 * ends the order: pages are then disjoint and answers repeatable.
 */
export function pageSql(page: FeaturePage): SqlFragment {
  const { type, where, limit, offset } = page;
  const keys = type.source.primaryKey.map((name) => reference(TABLE_ALIAS, name));
  const order = [...page.sortBy.map((key) => sortSql(key)), ...keys];
  const ordering = order.length === 0 ? raw('') : sql` ORDER BY ${join(order, ', ')}`;
  const cut = sql`SELECT ${join(neededColumns(page), ', ')} FROM ${tableOf(type)} WHERE ${where}${ordering} LIMIT ${limit}::bigint OFFSET ${offset}::bigint`;
  const id = featureId(type);
  const encoded = page.format === 'geojson' ? geojsonFeature(page, id) : gmlFeature(page, id);
  const ranked =
    keys.length > 0 ? cut : sql`SELECT row_number() OVER () + ${offset}::bigint AS ${RANK}, c.* FROM (${cut}) AS c`;
  return sql`SELECT ${encoded} FROM (${ranked}) AS p`;
}

/** Rank of a feature that has no key; tables made by the emulator have no such column. */
const RANK = identifier('geopf:rank');

function tableOf({ source }: FeatureType): SqlFragment {
  return sql`${identifier(source.schema)}.${identifier(source.table)} AS ${identifier(TABLE_ALIAS)}`;
}

function reference(alias: string, name: string): SqlFragment {
  return sql`${identifier(alias)}.${identifier(name)}`;
}

function sortSql({ column, descending }: SortColumn): SqlFragment {
  return sql`${reference(TABLE_ALIAS, column.name)}${raw(descending ? ' DESC' : ' ASC')}`;
}

function neededColumns({ type, columns, withGeometry }: FeaturePage): SqlFragment[] {
  const names = new Set([...type.source.primaryKey, ...columns.map(({ name }) => name)]);
  if (withGeometry && type.source.geometry !== null) names.add(type.source.geometry.column);
  // A table without key, of which no attribute is asked, still has rows.
  return names.size === 0 ? [raw('1 AS nothing')] : [...names].map((name) => reference(TABLE_ALIAS, name));
}

/** `{name}.{key}`; without key, the rank of the feature among the answers to the query. */
function featureId(type: FeatureType): SqlFragment {
  const { primaryKey } = type.source;
  if (primaryKey.length === 0) return sql`(${`${type.name}.fid-`}::text || p.${RANK})`;
  const parts = primaryKey.map((name) => sql`p.${identifier(name)}::text`);
  return sql`(${`${type.name}.`}::text || ${join(parts, " || '.' || ")})`;
}
