import { identifier, join, raw, sql, type SqlFragment } from '../filter/fragment.js';
import { type Filter, FilterError } from '../filter/model.js';
import { plainGeometry } from '../filter/plain-geometry.js';
import { filterToSql, type FilterSqlContext } from '../filter/sql.js';
import { crsOfSrid } from '../geo/crs.js';
import type { FeatureTable, GeometryColumn } from '../ogc/feature-table.js';
import type { LabelPart } from '../ogc/sld/model.js';
import { mapnikSql } from './mapnik-sql.js';
import type { StyleColumn } from './style-columns.js';
import { toleranceName } from './tolerance-name.js';

/** The query behind one Mapnik layer. */

/** Name of the geometry in the query's result. */
export const GEOMETRY_ALIAS = 'g';

const TABLE_ALIAS = 't';

export interface LayerSelection {
  readonly columns: readonly StyleColumn[];
  /** Only features that meet one of these; `null`: all. */
  readonly selection: readonly Filter[] | null;
  /** Only features that meet this; `null`: all. */
  readonly filter: Filter | null;
}

/**
 * Writes the subquery Mapnik reads: geometries simplified to what the map can show, in the CRS of the table (Mapnik
 * reprojects what is left, and leaves out single vertices that have no image), and the columns of the style.
 *
 * Rows come in the order of the primary key, so that the same request paints the same picture.
 * @throws FilterError when `filter` does not fit the table
 */
export function layerSql(
  table: FeatureTable,
  geometry: GeometryColumn,
  { columns, selection, filter }: LayerSelection,
): string {
  const context = filterContext(table, geometry);
  const column = sql`${raw(TABLE_ALIAS)}.${identifier(geometry.column)}`;
  const selected = [
    sql`${drawnGeometry(geometry, column)} AS ${raw(GEOMETRY_ALIAS)}`,
    ...columns.map((each) => sql`${columnSql(each, context)} AS ${raw(each.alias)}`),
  ];
  const conditions = [
    sql`${column} && ${raw('!bbox!')}`,
    ...(selection === null ? [] : [sql`(${join([raw('FALSE'), ...predicates(selection, context)], ' OR ')})`]),
    ...(filter === null ? [] : [filterToSql(filter, context)]),
  ];
  const order = table.primaryKey.map((name) => sql`${raw(TABLE_ALIAS)}.${identifier(name)}`);
  const query = sql`(SELECT ${join(selected, ', ')}
    FROM ${identifier(table.schema)}.${identifier(table.table)} ${raw(TABLE_ALIAS)}
    WHERE ${join(conditions, ' AND ')}${order.length === 0 ? raw('') : sql` ORDER BY ${join(order, ', ')}`}) AS features`;
  return mapnikSql(query);
}

/** What filters of a style are written for. Ordinates in them come east first, as in SLD of GeoServer. */
export function filterContext(table: FeatureTable, geometry: GeometryColumn): FilterSqlContext {
  return {
    table,
    columns: table.columns,
    alias: TABLE_ALIAS,
    layerCrs: { ...crsOfSrid(geometry.srid), axisOrder: 'xy' },
    idPrefix: table.table,
  };
}

/**
 * A rule's filter. A comparison whose constant cannot be a value of the attribute (`population = ''`) is false; the
 * rest of the filter and of the style still applies.
 */
export function rulePredicate(filter: Filter, context: FilterSqlContext): SqlFragment {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return sql`(${join(predicates(filter.filters, context), filter.kind === 'and' ? ' AND ' : ' OR ')})`;
    case 'not':
      return sql`(${rulePredicate(filter.filter, context)} IS NOT TRUE)`;
    default:
      return leafPredicate(filter, context);
  }
}

function leafPredicate(filter: Filter, context: FilterSqlContext): SqlFragment {
  try {
    return filterToSql(filter, context);
  } catch (error) {
    if (error instanceof FilterError && error.fault === 'type') return raw('FALSE');
    throw error;
  }
}

function predicates(filters: readonly Filter[], context: FilterSqlContext): SqlFragment[] {
  return filters.map((filter) => rulePredicate(filter, context));
}

function columnSql(column: StyleColumn, context: FilterSqlContext): SqlFragment {
  return 'filter' in column ? rulePredicate(column.filter, context) : labelSql(column.label, context);
}

/** Pieces joined; a missing value leaves nothing behind. */
function labelSql(label: readonly LabelPart[], { columns }: FilterSqlContext): SqlFragment {
  const parts = label.map((part) => {
    if ('literal' in part) return sql`${part.literal}::text`;
    if (!columns.some(({ name }) => name === part.property)) {
      throw new FilterError('unknown-property', `Illegal property name: ${part.property}`);
    }
    return sql`${raw(TABLE_ALIAS)}.${identifier(part.property)}::text`;
  });
  return sql`concat(${join(parts, ', ')})`;
}

/** Points are drawn as they are; curves and surfaces become what Mapnik knows. */
function drawnGeometry(geometry: GeometryColumn, column: SqlFragment): SqlFragment {
  const type = geometry.type.toLowerCase();
  const flat = geometry.hasZ ? sql`ST_Force2D(${column})` : column;
  if (type === 'point' || type === 'multipoint') return flat;
  // Simplification must not make small features vanish: collapsed ones are kept.
  return sql`ST_Simplify(${plainGeometry(geometry, flat)}, ${raw(`!@${toleranceName(geometry.srid)}!`)}::double precision, true)`;
}
