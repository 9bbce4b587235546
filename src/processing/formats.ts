import { type DeliveredFile, fileName, isSubject } from './upload-tree.js';

/** Vector formats that the emulator reads (lifecycle §3, §4.3). */
export const VECTOR_FORMATS = ['GeoPackage', 'GeoJSON', 'Shapefile', 'CSV', 'FlatGeobuf'] as const;
export type VectorFormat = (typeof VECTOR_FORMATS)[number];

/** A delivered dataset: the file that names it, its companions apart. */
export interface Dataset {
  readonly format: VectorFormat;
  readonly file: DeliveredFile;
}

/** The only GDAL driver that may open each format: no other is tried on hostile bytes. */
export const DRIVERS: Readonly<Record<VectorFormat, string>> = {
  GeoPackage: 'GPKG',
  GeoJSON: 'GeoJSON',
  Shapefile: 'ESRI Shapefile',
  CSV: 'CSV',
  FlatGeobuf: 'FlatGeobuf',
};

const BY_EXTENSION: Readonly<Record<string, VectorFormat>> = {
  gpkg: 'GeoPackage',
  geojson: 'GeoJSON',
  json: 'GeoJSON',
  shp: 'Shapefile',
  csv: 'CSV',
  fgb: 'FlatGeobuf',
};

/** Formats of the platform that the emulator does not read: refused, never passed over. */
const UNBUILT: Readonly<Record<string, string>> = { sql: 'SQL', parquet: 'GeoParquet', geoparquet: 'GeoParquet' };

/** Files that only make sense next to a dataset, and what the platform applies on demand. */
const COMPANIONS = new Set(['shx', 'dbf', 'prj', 'cpg', 'qpj', 'sbn', 'sbx', 'qix', 'csvt', 'xml', 'qml', 'qmd']);

/** What a delivery contains. */
export interface DeliveryContents {
  /** In order of path. */
  readonly datasets: readonly Dataset[];
  /** Files of a known format that the emulator cannot read, with its name. */
  readonly unbuilt: readonly { file: DeliveredFile; format: string }[];
  /** `<table>.update` and `<table>.delete` files. */
  readonly changes: readonly DeliveredFile[];
  /** Files of no vector format. */
  readonly others: readonly DeliveredFile[];
}

/** Sorts the files of an upload by format, from their extension in any case. */
export function readContents(files: readonly DeliveredFile[]): DeliveryContents {
  const datasets: Dataset[] = [];
  const unbuilt: { file: DeliveredFile; format: string }[] = [];
  const changes: DeliveredFile[] = [];
  const others: DeliveredFile[] = [];
  const data = files.filter((file) => file.kind === 'DATA' && isSubject(file));
  for (const file of data.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const extension = extensionOf(file.path);
    const format = Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension] : undefined;
    const foreign = Object.hasOwn(UNBUILT, extension) ? UNBUILT[extension] : undefined;
    if (format !== undefined) datasets.push({ format, file });
    else if (foreign !== undefined) unbuilt.push({ file, format: foreign });
    else if (extension === 'update' || extension === 'delete') changes.push(file);
    else if (!COMPANIONS.has(extension)) others.push(file);
  }
  return { datasets, unbuilt, changes, others };
}

/** Lower case, without the dot; empty when there is none. */
export function extensionOf(path: string): string {
  const name = fileName(path);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}

/** Name of the file without folder or extension: the table of the formats that hold one layer. */
export function baseName(path: string): string {
  const name = fileName(path);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? name : name.slice(0, dot);
}
