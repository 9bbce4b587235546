import { identifier, sql, type SqlFragment } from '../filter/fragment.js';
import { columnKind, type Column } from '../ogc/feature-table.js';

/** Decimals of coordinates: GeoServer's default, about a millimetre in degrees. Trailing zeros are not written. */
export const COORDINATE_DECIMALS = 8;

/** Attribute of the page (alias `p`). */
export function pageColumn(name: string): SqlFragment {
  return sql`p.${identifier(name)}`;
}

/**
 * An instant as `2020-01-31T10:00:00Z`, milliseconds only when there are some. Columns without zone hold UTC.
 */
export function instantText(column: Column): SqlFragment {
  const value = pageColumn(column.name);
  const utc = column.type.endsWith('with time zone') ? sql`${value} AT TIME ZONE 'UTC'` : value;
  return sql`rtrim(rtrim(to_char(${utc}, 'YYYY-MM-DD"T"HH24:MI:SS.MS'), '0'), '.') || 'Z'`;
}

/** Bytes in base 64, on one line. */
export function bytesText(column: Column): SqlFragment {
  return sql`translate(encode(${pageColumn(column.name)}, 'base64'), ${'\n'}::text, '')`;
}

/** Whether a column holds instants. */
export function isInstant(column: Column): boolean {
  return columnKind(column.type) === 'timestamp';
}
