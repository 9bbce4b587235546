/** Where the geometry of a CSV is (lifecycle §3): a column of text, or a pair of coordinates. */

const TEXT_COLUMNS = ['json', 'geom', 'the_geom', 'wkb', 'wkt'];
const X_COLUMNS = ['lon', 'x', 'longitude'];
const Y_COLUMNS = ['lat', 'y', 'latitude'];

/** Column names as the file writes them. */
export type CsvGeometry =
  | { readonly kind: 'text'; readonly column: string }
  | { readonly kind: 'point'; readonly x: string; readonly y: string };

/** Whether a column of this name holds geometries as text. */
export function isGeometryName(column: string): boolean {
  return TEXT_COLUMNS.includes(column.trim().toLowerCase());
}

/** Finds the geometry among the columns of a header, whatever their case; `null` for a table without geometry. */
export function csvGeometry(columns: readonly string[]): CsvGeometry | null {
  const find = (names: readonly string[]) => columns.find((column) => names.includes(column.trim().toLowerCase()));
  const text = columns.find(isGeometryName);
  if (text !== undefined) return { kind: 'text', column: text };
  const x = find(X_COLUMNS);
  const y = find(Y_COLUMNS);
  return x !== undefined && y !== undefined ? { kind: 'point', x, y } : null;
}
