import { columnKind, isNumericKind, type Column, type FeatureTable } from '../ogc/feature-table.js';
import type { Bbox } from '../geo/bbox.js';
import { isGeographic, type Crs } from '../geo/crs.js';
import { boxGeometry, flipGeometry, toWkt, type Geometry } from './geometry.js';
import { identifier, join, raw, sql, type SqlFragment } from './fragment.js';
import { FilterError, type Comparison, type Filter, type Operand, type PatternPart, type Property } from './model.js';
import { isNumber, typedLiteral, untypedLiteral } from './typed-literal.js';

/** What the SQL of a filter is written for. */
export interface FilterSqlContext {
  readonly table: FeatureTable;
  /** The attributes that clients may name. */
  readonly columns: readonly Column[];
  /** A second name under which clients know an attribute; an attribute's own name goes first. */
  readonly otherName?: (column: Column) => string;
  /** Alias of the table in the query. */
  readonly alias: string;
  /** CRS of the layer, with the order that ordinates without CRS come in. */
  readonly layerCrs: Crs;
  /** What feature ids start with, before the dot and the key. */
  readonly idPrefix: string;
}

/**
 * Writes a filter as an SQL condition.
 *
 * Attributes must exist, constants must fit them, and every word a client wrote is a value, never SQL text.
 * @throws FilterError (`unknown-property`, `type`)
 */
export function filterToSql(filter: Filter, context: FilterSqlContext): SqlFragment {
  switch (filter.kind) {
    case 'include':
      return raw('TRUE');
    case 'exclude':
      return raw('FALSE');
    case 'and':
    case 'or': {
      const parts = filter.filters.map((part) => filterToSql(part, context));
      return parts.length === 0 ? raw('TRUE') : sql`(${join(parts, filter.kind === 'and' ? ' AND ' : ' OR ')})`;
    }
    case 'not':
      // Two-valued: what is unknown because a value is missing counts as false before it is negated.
      return sql`(${filterToSql(filter.filter, context)} IS NOT TRUE)`;
    case 'comparison':
      return comparison(filter, context);
    case 'like':
      return like(asText(filter.operand, context), filter.pattern, filter.matchCase);
    case 'in': {
      const column = findProperty(filter.operand, context);
      const values = filter.values.map((literal) => typedLiteral(literal, column));
      return sql`(${comparable(column, context)} IN (${join(values, ', ')}))`;
    }
    case 'between': {
      const [above, lower] = pair(filter.operand, filter.lower, context);
      const [below, upper] = pair(filter.operand, filter.upper, context);
      return sql`(${above} >= ${lower} AND ${below} <= ${upper})`;
    }
    case 'isNull':
      return sql`(${nullable(filter.operand, context)} IS NULL)`;
    case 'ids':
      return ids(filter.ids, context);
    case 'bbox':
      return bbox(filter.box, filter.crs ?? context.layerCrs, geometryColumn(filter.property, context));
    case 'spatial': {
      const column = geometryColumn(filter.property, context);
      const geometry = geometrySql(filter.geometry, filter.crs ?? context.layerCrs, column.srid);
      return sql`${raw(SPATIAL_FUNCTIONS[filter.operator])}(${column.reference}, ${geometry})`;
    }
    case 'distance': {
      const column = geometryColumn(filter.property, context);
      const geometry = geometrySql(filter.geometry, filter.crs ?? context.layerCrs, column.srid);
      const near = isGeographic(column.srid)
        ? sql`ST_DWithin(${column.reference}::geography, ${geometry}::geography, ${filter.metres}::double precision)`
        : sql`ST_DWithin(${column.reference}, ${geometry}, ${filter.metres}::double precision)`;
      return filter.operator === 'dwithin' ? near : sql`(${near} IS NOT TRUE)`;
    }
  }
}

const SPATIAL_FUNCTIONS = {
  intersects: 'ST_Intersects',
  disjoint: 'ST_Disjoint',
  within: 'ST_Within',
  contains: 'ST_Contains',
  touches: 'ST_Touches',
  crosses: 'ST_Crosses',
  overlaps: 'ST_Overlaps',
  equals: 'ST_Equals',
} as const;

function findProperty(property: Property, { columns, otherName }: FilterSqlContext): Column {
  const column =
    columns.find(({ name }) => name === property.name) ?? columns.find((each) => otherName?.(each) === property.name);
  if (column === undefined) throw new FilterError('unknown-property', `Illegal property name: ${property.name}`);
  return column;
}

function reference(name: string, { alias }: FilterSqlContext): SqlFragment {
  return sql`${identifier(alias)}.${identifier(name)}`;
}

/** The column as constants of its type are compared with it: types without a rule of their own go as text. */
function comparable(column: Column, context: FilterSqlContext): SqlFragment {
  const named = reference(column.name, context);
  return columnKind(column.type) === 'other' ? sql`${named}::text` : named;
}

function asText(property: Property, context: FilterSqlContext): SqlFragment {
  const column = findProperty(property, context);
  const named = reference(column.name, context);
  return columnKind(column.type) === 'text' ? named : sql`${named}::text`;
}

/** Any column, geometry included, since its absence can be asked for too. */
function nullable(property: Property, context: FilterSqlContext): SqlFragment {
  if (property.name === context.table.geometry?.column) return reference(property.name, context);
  return reference(findProperty(property, context).name, context);
}

function comparison({ operator, left, right, matchCase }: Comparison, context: FilterSqlContext): SqlFragment {
  const sides = pair(left, right, context);
  const [first, second] = matchCase ? sides : foldCase(left, right, sides, context);
  const condition = sql`${first} ${raw(operator)} ${second}`;
  if (operator !== '<>') return sql`(${condition})`;
  return sql`((${condition}) IS NOT FALSE)`;
}

/** Only texts have case; other types compare as they are. */
function foldCase(
  left: Operand,
  right: Operand,
  sides: readonly [SqlFragment, SqlFragment],
  context: FilterSqlContext,
): readonly [SqlFragment, SqlFragment] {
  const isText = (operand: Operand): boolean =>
    operand.kind === 'literal' || ['text', 'other'].includes(columnKind(findProperty(operand, context).type));
  if (!isText(left) || !isText(right)) return sides;
  return [sql`lower(${sides[0]}::text)`, sql`lower(${sides[1]}::text)`];
}

/** Both sides of a comparison, brought to one type. */
function pair(left: Operand, right: Operand, context: FilterSqlContext): readonly [SqlFragment, SqlFragment] {
  if (left.kind === 'property' && right.kind === 'property') {
    const columns = [findProperty(left, context), findProperty(right, context)] as const;
    const [a, b] = [columnKind(columns[0].type), columnKind(columns[1].type)];
    const direct = (a === b && a !== 'other') || (isNumericKind(a) && isNumericKind(b));
    const [first, second] = [reference(columns[0].name, context), reference(columns[1].name, context)];
    return direct ? [first, second] : [sql`${first}::text`, sql`${second}::text`];
  }
  if (left.kind === 'literal' && right.kind === 'literal') {
    const asNumber = isNumber(left) && isNumber(right);
    return [untypedLiteral(left, asNumber), untypedLiteral(right, asNumber)];
  }
  if (left.kind === 'property') {
    const column = findProperty(left, context);
    return [comparable(column, context), right.kind === 'literal' ? typedLiteral(right, column) : raw('NULL')];
  }
  const [second, first] = pair(right, left, context);
  return [first, second];
}

function like(text: SqlFragment, pattern: readonly PatternPart[], matchCase: boolean): SqlFragment {
  const written = pattern.map((part) => {
    if (part === 'any') return '%';
    return part === 'one' ? '_' : part.text.replace(/[\\%_]/g, '\\$&');
  });
  return sql`(${text} ${raw(matchCase ? 'LIKE' : 'ILIKE')} ${written.join('')}::text)`;
}

/** Ids of other feature types, or that no key could have, match nothing, as in GeoServer. */
function ids(wanted: readonly string[], context: FilterSqlContext): SqlFragment {
  const { primaryKey, columns } = context.table;
  const keys = primaryKey.flatMap((name) => columns.filter((column) => column.name === name));
  if (keys.length === 0) return raw('FALSE');
  const conditions = wanted.flatMap((id) => keyCondition(id, keys, context));
  return conditions.length === 0 ? raw('FALSE') : sql`(${join(conditions, ' OR ')})`;
}

function keyCondition(id: string, keys: readonly Column[], context: FilterSqlContext): SqlFragment[] {
  const prefix = `${context.idPrefix}.`;
  if (!id.startsWith(prefix)) return [];
  const rest = id.slice(prefix.length);
  const texts = keys.length === 1 ? [rest] : rest.split('.');
  if (texts.length !== keys.length) return [];
  try {
    const parts = keys.map((column, i) => {
      const literal = { kind: 'literal', type: 'untyped', text: texts[i] ?? '' } as const;
      return sql`${comparable(column, context)} = ${typedLiteral(literal, column)}`;
    });
    return [sql`(${join(parts, ' AND ')})`];
  } catch (error) {
    if (error instanceof FilterError && error.fault === 'type') return [];
    throw error;
  }
}

interface GeometryReference {
  readonly reference: SqlFragment;
  readonly srid: number;
}

function geometryColumn(name: string | null, context: FilterSqlContext): GeometryReference {
  const { geometry } = context.table;
  if (geometry !== null && (name === null || name === geometry.column))
    return { reference: reference(geometry.column, context), srid: geometry.srid };
  if (name === null) throw new FilterError('type', 'This feature type has no geometry');
  const column = findProperty({ kind: 'property', name }, context);
  throw new FilterError('type', `${column.name} is not a geometry`);
}

function geometrySql(written: Geometry, crs: Crs, srid: number): SqlFragment {
  const geometry = crs.axisOrder === 'yx' ? flipGeometry(written) : written;
  const own = sql`ST_GeomFromText(${toWkt(geometry)}, ${crs.srid}::integer)`;
  return crs.srid === srid ? own : sql`ST_Transform(${own}, ${srid}::integer)`;
}

/** Degrees beyond which a box cannot be counted on to have an image in every projection. */
const WIDE_BOX = { span: 60, latitude: 85 } as const;

/** Metres of a degree on the equator. */
const DEGREE = 111_320;

/** Side in metres, half the globe, beyond which a box in a local projection surrounds all that it can hold. */
const WHOLE_PROJECTION = 180 * DEGREE;

/**
 * Features that meet a box. In another CRS the box becomes a polygon with points along its sides, since they bend; a
 * box too wide to be projected is met by the features' own extents, brought to its CRS.
 */
function bbox(written: Bbox, crs: Crs, { reference: column, srid }: GeometryReference): SqlFragment {
  const flipped = crs.axisOrder === 'yx';
  const box = flipped ? { minX: written.minY, minY: written.minX, maxX: written.maxY, maxY: written.maxX } : written;
  const own = sql`ST_GeomFromText(${toWkt(boxGeometry(box))}, ${crs.srid}::integer)`;
  if (crs.srid === srid) return sql`ST_Intersects(${column}, ${own})`;
  if (isWide(box, crs.srid))
    return sql`ST_Intersects(ST_Transform(ST_Envelope(${column}), ${crs.srid}::integer), ${own})`;
  const step = Math.max(box.maxX - box.minX, box.maxY - box.minY) / 32;
  const dense = step > 0 ? sql`ST_Segmentize(${own}, ${step}::double precision)` : own;
  return sql`ST_Intersects(${column}, ST_Transform(${dense}, ${srid}::integer))`;
}

function isWide(box: Bbox, srid: number): boolean {
  const side = Math.max(box.maxX - box.minX, box.maxY - box.minY);
  if (!isGeographic(srid)) return side > (srid === 3857 ? WIDE_BOX.span * DEGREE : WHOLE_PROJECTION);
  return side > WIDE_BOX.span || Math.max(Math.abs(box.minY), Math.abs(box.maxY)) > WIDE_BOX.latitude;
}
