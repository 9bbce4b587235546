/** Name of the Mapnik variable (`!@name!`) that holds the simplification tolerance of tables in a CRS. */
export function toleranceName(srid: number): string {
  return `tolerance_${srid}`;
}
