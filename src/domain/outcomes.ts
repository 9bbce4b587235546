/**
 * What a job reports when it ends; `finishCheckExecution` (src/domain/checks.ts) and `finishExecution`
 * (src/domain/executions.ts) store it.
 */

/** A rectangle in EPSG:4326, lon/lat, written as lifecycle §1.2: `[[maxX,minY],[maxX,maxY],[minX,maxY],[minX,minY],[maxX,minY]]`. */
export interface ExtentPolygon {
  type: 'Polygon';
  coordinates: [number, number][][];
}

/** End of a check: one faulty file or line makes it a FAILURE. */
export interface CheckOutcome {
  readonly status: 'SUCCESS' | 'FAILURE';
  /** Extent of the upload, when the check computes one and the data has one. */
  readonly extent?: ExtentPolygon;
}

/** A table or view of a VECTOR-DB, as `type_infos.relations[]` shows it. */
export interface RelationInfo {
  name: string;
  type: 'TABLE' | 'VIEW';
  /** Column name → SQL type as PostgreSQL writes it (`geometry(MultiPolygon,2154)`), in table order. */
  attributes: Record<string, string>;
  primary_key: string[];
}

/** What a processing found out about the stored data it made or changed. */
export interface StoredDataResult {
  readonly srs: string;
  /** Absent when no row has a geometry. */
  readonly extent?: ExtentPolygon;
  /** Bytes. */
  readonly size: number;
  readonly typeInfos: { relations: RelationInfo[] };
}

/** End of a processing. */
export type ExecutionOutcome =
  | { readonly status: 'SUCCESS'; readonly result: StoredDataResult }
  | { readonly status: 'FAILURE' };
