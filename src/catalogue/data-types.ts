/** Types of upload (lifecycle.md §2.1). */
export const UPLOAD_TYPES = [
  'VECTOR',
  'RASTER',
  'ARCHIVE',
  'ROK4-PYRAMID',
  'INDEX',
  'HISTORIC-IMAGERY',
  'POINT-CLOUD',
  'PYRAMID-3D',
] as const;
export type UploadType = (typeof UPLOAD_TYPES)[number];

/** Types of stored data (lifecycle.md §5). */
export const STORED_DATA_TYPES = [
  'VECTOR-DB',
  'ROK4-PYRAMID-RASTER',
  'ROK4-PYRAMID-VECTOR',
  'ARCHIVE',
  'INDEX',
  'GRAPH-DB',
  'GRAPH-OSRM',
  'GRAPH-VALHALLA',
  'PYRAMID-3D-COPC',
  'PYRAMID-3D-EPT',
] as const;
export type StoredDataType = (typeof STORED_DATA_TYPES)[number];
