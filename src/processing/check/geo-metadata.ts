import type { LayerBox } from './report.js';

/** The metadata that makes a Parquet file a GeoParquet (https://geoparquet.org/releases/v1.1.0/). */
export interface GeoMetadata {
  readonly version: string;
  /** The primary geometry column. */
  readonly column: string;
  readonly geometryTypes: readonly string[];
  /** PROJJSON text, or the name of the default system; `null` for the undefined one. */
  readonly crs: string | null;
  readonly box: LayerBox | null;
}

const ENCODINGS = ['WKB', 'point', 'linestring', 'polygon', 'multipoint', 'multilinestring', 'multipolygon'];
/** Without `crs` member. */
const DEFAULT_CRS = 'OGC:CRS84';

/**
 * Reads the value of the key `geo`.
 * @param columns names of the columns of the file
 * @returns the metadata, or French sentences on what is wrong with it
 */
export function readGeoMetadata(text: string, columns: readonly string[]): GeoMetadata | string[] {
  const geo = asObject(parse(text));
  if (geo === null) return ['la clé « geo » ne contient pas un objet JSON'];
  const faults: string[] = [];
  const version = typeof geo.version === 'string' ? geo.version : '';
  if (version === '') faults.push('la version est absente');
  const name = geo.primary_column;
  const column = typeof name === 'string' ? asObject(asObject(geo.columns)?.[name]) : null;
  if (typeof name !== 'string' || column === null) return [...faults, 'la colonne principale n’est pas décrite'];
  if (!columns.includes(name)) faults.push(`la colonne principale ${name} est absente du fichier`);
  const { encoding, geometry_types: types, crs, bbox } = column;
  if (!ENCODINGS.some((known) => known === encoding)) faults.push(`encodage inconnu : ${JSON.stringify(encoding)}`);
  if (!Array.isArray(types) || !types.every((type) => typeof type === 'string')) {
    faults.push('geometry_types n’est pas une liste de types');
  }
  if (crs !== undefined && crs !== null && asObject(crs) === null) faults.push('crs n’est pas un objet PROJJSON');
  const box = readBox(bbox);
  if (box === undefined) faults.push('bbox ne contient pas quatre ou six nombres');
  if (faults.length > 0) return faults;
  return {
    version,
    column: name,
    geometryTypes: types as string[],
    crs: crs === undefined ? DEFAULT_CRS : crs === null ? null : JSON.stringify(crs),
    box: box ?? null,
  };
}

/** `null` when there is none, `undefined` when it is wrong. */
function readBox(value: unknown): LayerBox | null | undefined {
  if (value === undefined) return null;
  if (!Array.isArray(value) || !value.every((number) => Number.isFinite(number))) return undefined;
  const numbers = value as number[];
  const half = numbers.length / 2;
  if (half !== 2 && half !== 3) return undefined;
  const [minX = 0, minY = 0] = numbers;
  const [maxX = 0, maxY = 0] = numbers.slice(half);
  return [minX, minY, maxX, maxY];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}
