/** Geometry types as OGR numbers them: a code, then flags or thousands for Z and M. */
export interface GeometryType {
  /** `Polygon`, `MultiPoint`… */
  readonly name: string;
  readonly hasZ: boolean;
  readonly hasM: boolean;
}

const NAMES = [
  'Geometry',
  'Point',
  'LineString',
  'Polygon',
  'MultiPoint',
  'MultiLineString',
  'MultiPolygon',
  'GeometryCollection',
];
const OLD_Z = 0x80000000;

/** Reads an OGR type code, whose altitude is a flag (types before 2015) or a thousand (ISO). */
export function geometryType(code: number): GeometryType {
  const unsigned = code >>> 0;
  const bare = unsigned >= OLD_Z ? unsigned - OLD_Z : unsigned;
  const thousands = Math.floor(bare / 1000);
  return {
    name: NAMES[bare % 1000] ?? `type ${bare % 1000}`,
    hasZ: unsigned >= OLD_Z || thousands === 1 || thousands === 3,
    hasM: thousands === 2 || thousands === 3,
  };
}

/** Whether geometries of the names given fit one column once made multiple. */
export function isOneFamily(names: Iterable<string>): boolean {
  return new Set([...names].map((name) => name.replace(/^Multi/, ''))).size <= 1;
}
