import { setImmediate as yieldToEvents } from 'node:timers/promises';
import type Gdal from 'gdal-async';
import type { Dimension } from './commands.js';
import type { VectorFormat } from './formats.js';

/** Geometry types as OGR numbers them: what GDAL declares of a layer, and what its features turn out to be. */

/** Flat codes of OGR. */
const UNKNOWN = 0;
const LINE = 2;
const POLYGON = 3;
/** Polyhedral surface, TIN, triangle. */
const SURFACES = [15, 16, 17];

/** Type of a geometry, taken apart. */
export interface GeometryKind {
  /** OGR code of the plane type. */
  readonly flat: number;
  readonly hasZ: boolean;
  readonly hasM: boolean;
}

/** Takes an OGR type apart: the old bit of altitude, the thousands of ISO. */
export function geometryKind(type: number): GeometryKind {
  const bare = type & 0x7fffffff;
  const thousands = Math.floor(bare / 1000);
  const isOldZ = bare !== type >>> 0;
  return { flat: bare % 1000, hasZ: isOldZ || thousands === 1 || thousands === 3, hasM: thousands >= 2 };
}

export function dimensionOf({ hasZ, hasM }: Pick<GeometryKind, 'hasZ' | 'hasM'>): Dimension {
  if (hasZ) return hasM ? 'XYZM' : 'XYZ';
  return hasM ? 'XYM' : 'XY';
}

/** Whether the declared type does not tell lines and polygons from their multiple forms, as that of a shapefile. */
export function hidesMultiples(format: VectorFormat, layer: Gdal.Layer): boolean {
  return format === 'Shapefile' && [LINE, POLYGON].includes(geometryKind(layer.geomType).flat);
}

/** Whether the features are surfaces of faces, which no service reads. */
export function isSurface(kind: Pick<GeometryKind, 'flat'>): boolean {
  return SURFACES.includes(kind.flat);
}

/** Features read between two looks at the events of the process. */
const BATCH = 2000;

/**
 * What the geometries of a layer have in common beyond what it declares. The text of a CSV declares nothing: its
 * features are read; every other format is taken at its word.
 */
export async function commonKind(
  format: VectorFormat,
  dataset: Gdal.Dataset,
  layer: Gdal.Layer,
): Promise<GeometryKind> {
  const declared = geometryKind(layer.geomType);
  if (format !== 'CSV' || declared.flat !== UNKNOWN) return declared;
  let [hasZ, hasM, hasOthers, read] = [false, false, false, 0];
  for (let feature = first(layer); feature !== null; feature = layer.features.next() as Gdal.Feature | null) {
    const kind = kindOf(feature);
    hasZ ||= kind?.hasZ === true;
    hasM ||= kind?.hasM === true;
    hasOthers ||= kind === undefined;
    read += 1;
    if (read % BATCH === 0) await yieldToEvents();
  }
  const flat = hasOthers && hasSurfaces(dataset, layer) ? (SURFACES[0] ?? UNKNOWN) : UNKNOWN;
  return { flat, hasZ, hasM };
}

const first = (layer: Gdal.Layer) => layer.features.first() as Gdal.Feature | null;

/** `null` without geometry, `undefined` when it is of a type that the binding does not know. */
function kindOf(feature: Gdal.Feature): GeometryKind | null | undefined {
  try {
    const geometry = feature.getGeometry() as Gdal.Geometry | null;
    return geometry === null ? null : geometryKind(geometry.wkbType);
  } catch {
    return undefined;
  }
}

const SURFACE_NAMES = ['TIN', 'POLYHEDRALSURFACE', 'TRIANGLE'];

function hasSurfaces(dataset: Gdal.Dataset, layer: Gdal.Layer): boolean {
  const name = layer.name.replaceAll('"', '\\"');
  const types = dataset.executeSQL(`SELECT DISTINCT OGR_GEOMETRY FROM "${name}"`);
  return types.features
    .map((type) => type.fields.get(0) as unknown)
    .some((type) => SURFACE_NAMES.includes(String(type)));
}
