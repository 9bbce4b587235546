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

/** `type_infos` of a stored data, spec lifecycle §5. */
export type StoredDataTypeInfos = VectorDbInfos | VectorPyramidInfos | RasterPyramidInfos | ArchiveInfos;

export interface VectorDbInfos {
  relations: RelationInfo[];
}

export interface VectorPyramidInfos {
  tms: string;
  /** Ids of levels, as the tile matrix set has them. */
  levels: string[];
}

/** Beside what every pyramid has, what its pixels are. */
export interface RasterPyramidInfos extends VectorPyramidInfos {
  channels_format: 'UINT8' | 'FLOAT32';
  channels_number: number;
  /** In capitals. */
  compression: string;
  /** A number a channel, separated by commas. */
  nodata_value: string;
}

export interface ArchiveInfos {
  files_number: number;
}

/** A file of an archive. */
export interface ArchiveFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly md5: string;
}

/** What a processing found out about the stored data it made or changed. */
export interface StoredDataResult {
  readonly srs: string;
  /** Absent when no row has a geometry. */
  readonly extent?: ExtentPolygon;
  /** Bytes. */
  readonly size: number;
  readonly typeInfos: StoredDataTypeInfos;
  /** Ids of the stored data whose files it shows by reference; those of before are forgotten. */
  readonly uses?: readonly string[];
  /** Every file of an archive; those of before are forgotten. */
  readonly files?: readonly ArchiveFile[];
}

/** End of a processing. */
export type ExecutionOutcome =
  | { readonly status: 'SUCCESS'; readonly result: StoredDataResult }
  | { readonly status: 'FAILURE' };
