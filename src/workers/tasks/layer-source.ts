import type Gdal from 'gdal-async';
import { type DumpRequest, GdalCommandError } from '../../processing/commands.js';
import type { VectorFormat } from '../../processing/formats.js';
import { dimensionOf, type GeometryKind, hidesMultiples, isSurface } from '../../processing/geometry-scan.js';
import { DataFault, isDataFault } from '../../processing/data-fault.js';
import type { Destination } from './destination.js';
import { copyPlace, isMisfit, isRefusedValue, refusalReason } from './refusals.js';

/** A layer on its way into a table. */
export interface LayerSource {
  readonly format: VectorFormat;
  readonly handle: Gdal.Dataset;
  readonly layer: Gdal.Layer;
  /** Name of the layer, as the file has it. */
  readonly name: string;
  readonly table: string;
  readonly uploadSrs: string;
  readonly kind: GeometryKind;
  /** The table that rows are appended to; absent when it is to be made. */
  readonly existing: Destination | undefined;
}

/** Overrides of the declared geometry. */
export type GeometryPlan = Pick<DumpRequest, 'geometryType' | 'dimension'>;

/**
 * What geometries are written at first: multiple when the table wants so, with the coordinates of the table.
 * @throws DataFault for geometries that no service reads
 */
export function firstPlan(source: LayerSource, multigeomTables: ReadonlySet<string>): GeometryPlan {
  const { format, layer, name, table, kind, existing } = source;
  if (isSurface(kind)) {
    if (format === 'CSV') throw new DataFault(`Le layer ${name} a des géométries TIN ou POLYHEDRALSURFACE`);
    return { geometryType: 'MULTIPOLYGON' };
  }
  const geometry = existing?.geometry ?? undefined;
  const multi =
    geometry === undefined
      ? hidesMultiples(format, layer) || multigeomTables.has(table)
      : /^multi/i.test(geometry.type);
  const promotion: GeometryPlan = multi ? { geometryType: 'PROMOTE_TO_MULTI' } : {};
  const natural = dimensionOf(kind);
  const dimension = geometry?.dimension ?? natural;
  // GDAL takes a layer at its word; a CSV says nothing.
  return format === 'CSV' || dimension !== natural ? { ...promotion, dimension } : promotion;
}

/** Multiple forms first, then any type; `null` when nothing is left. */
export function widerPlan(plan: GeometryPlan): GeometryPlan | null {
  if (plan.geometryType === undefined) return { ...plan, geometryType: 'PROMOTE_TO_MULTI' };
  return plan.geometryType === 'PROMOTE_TO_MULTI' ? { ...plan, geometryType: 'GEOMETRY' } : null;
}

/** Coordinates of the layer, `Z` or `M`, that its table has not. */
export function lostCoordinates({ kind, existing }: LayerSource): string[] {
  const dimension = existing?.geometry?.dimension;
  if (dimension === undefined) return [];
  return [...dimensionOf(kind).slice('XY'.length)].filter((coordinate) => !dimension.includes(coordinate));
}

/** GDAL's and PostgreSQL's refusals of the data, in words for the producer; anything else as it is. */
export function layerFault(error: unknown, { name, table, existing }: LayerSource): unknown {
  if (isDataFault(error)) return error;
  if (isRefusedValue(error)) {
    const place = copyPlace(error);
    const geometry = isMisfit(error) ? existing?.geometry : undefined;
    const column = place?.column ?? geometry?.column;
    const where = [
      `table ${table}`,
      ...(place === null ? [] : [`objet n° ${place.row}`]),
      ...(column === undefined ? [] : [`colonne ${column}`]),
    ];
    return new DataFault(`Données refusées dans le layer ${name} (${where.join(', ')}) : ${refusalReason(error)}`);
  }
  if (error instanceof GdalCommandError) {
    return new DataFault(`Le layer ${name} n'a pas pu être lu : ${error.message}`);
  }
  return error;
}
