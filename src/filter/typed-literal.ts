import { columnKind, isNumericKind, type Column, type ColumnKind } from '../ogc/feature-table.js';
import { parseFiniteNumber } from '../geo/bbox.js';
import { sql, type SqlFragment } from './fragment.js';
import { FilterError, type Literal } from './model.js';

/**
 * Constants of filters, given the type of the column they are compared with, so that indexes stay usable and
 * PostgreSQL never has to refuse a cast.
 */

const INTEGER = /^[+-]?\d{1,19}$/;
const MAX_BIGINT = 2n ** 63n - 1n;
const MAX_REAL = 3.4e38;
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$/;

/**
 * Writes a constant as a value of the column's type.
 * @throws FilterError (`type`) when the text is no such value
 */
export function typedLiteral(literal: Literal, column: Column): SqlFragment {
  const typed = convert(literal.text.trim(), columnKind(column.type), column.type) ?? textOf(literal, column);
  if (typed === null)
    throw new FilterError('type', `'${literal.text}' is not a value of ${column.name} (${column.type})`);
  return typed;
}

/** A constant compared with nothing typed: a number if it is one, else text. */
export function untypedLiteral(literal: Literal, asNumber: boolean): SqlFragment {
  return asNumber ? sql`${literal.text.trim()}::numeric` : sql`${literal.text}::text`;
}

/** Whether the constant reads as a finite number. */
export function isNumber(literal: Literal): boolean {
  return literal.type !== 'string' && parseFiniteNumber(literal.text) !== null;
}

/** Texts, and types without a rule of their own, are compared as text: exactly as written, spaces included. */
function textOf(literal: Literal, column: Column): SqlFragment | null {
  const kind = columnKind(column.type);
  return kind === 'text' || kind === 'other' ? sql`${literal.text}::text` : null;
}

function convert(text: string, kind: ColumnKind, type: string): SqlFragment | null {
  if (isNumericKind(kind)) return number(text, kind);
  switch (kind) {
    case 'boolean':
      if (!/^(true|false|[01])$/i.test(text)) return null;
      return sql`${/^(true|1)$/i.test(text) ? 'true' : 'false'}::boolean`;
    case 'date':
    case 'timestamp':
      return instant(text, type);
    case 'time':
      return TIME.test(text) ? sql`${text}::time` : null;
    default:
      return null;
  }
}

/** Integers are compared as integers when they are (an index on the column applies), else as decimals. */
function number(text: string, kind: ColumnKind): SqlFragment | null {
  const parsed = parseFiniteNumber(text);
  if (parsed === null) return null;
  if (kind === 'float' && Math.abs(parsed) < MAX_REAL) return sql`${text}::real`;
  if (kind === 'float' || kind === 'double') return sql`${text}::double precision`;
  if (kind !== 'decimal' && INTEGER.test(text) && isBigint(text)) return sql`${text}::bigint`;
  return sql`${text}::numeric`;
}

function isBigint(text: string): boolean {
  const parsed = BigInt(text.replace(/^\+/, ''));
  return parsed <= MAX_BIGINT && parsed >= -MAX_BIGINT;
}

/** Days and instants compare across types in PostgreSQL, so the constant keeps its own precision. */
function instant(text: string, columnType: string): SqlFragment | null {
  const found = DATE.exec(text);
  if (found === null) return null;
  const [, year, month, day, hour, minute = '0', second = '0', zone] = found;
  if (!isDay(Number(year), Number(month), Number(day))) return null;
  if (hour === undefined) return sql`${text}::date`;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  if (columnType.endsWith('with time zone')) return sql`${zone === undefined ? `${text}Z` : text}::timestamptz`;
  // A column without zone holds UTC; a plain cast would drop the zone silently.
  return zone === undefined ? sql`${text}::timestamp` : sql`(${text}::timestamptz AT TIME ZONE 'UTC')`;
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  date.setUTCFullYear(year);
  return year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
