/** Tables that benches print. */

/** What writes the rows of a table. @param widths of its columns, in characters */
export function tableRow(widths: readonly number[]): (columns: readonly string[]) => string {
  return (columns) => columns.map((column, index) => column.padEnd(widths[index] ?? 0)).join('  ');
}
