import { type DeliveredFile, fileName, isSubject } from './upload-tree.js';

/** Vector formats that GDAL reads (lifecycle §3, §4.3). */
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

type Content = VectorFormat | 'sql' | 'parquet' | 'change' | 'companion';

const BY_EXTENSION: ReadonlyMap<string, Content> = new Map<string, Content>([
  ['gpkg', 'GeoPackage'],
  ['geojson', 'GeoJSON'],
  ['json', 'GeoJSON'],
  ['shp', 'Shapefile'],
  ['csv', 'CSV'],
  ['fgb', 'FlatGeobuf'],
  ['sql', 'sql'],
  ['parquet', 'parquet'],
  ['geoparquet', 'parquet'],
  ['update', 'change'],
  ['delete', 'change'],
  // Files that only make sense next to a dataset.
  ...['shx', 'dbf', 'prj', 'cpg', 'qpj', 'sbn', 'sbx', 'qix', 'csvt', 'xml', 'qml', 'qmd'].map(
    (extension): [string, Content] => [extension, 'companion'],
  ),
]);

/** What a delivery contains, each list in order of path. */
export interface DeliveryContents {
  readonly datasets: readonly Dataset[];
  readonly sql: readonly DeliveredFile[];
  /** GeoParquet files, which are checked but never integrated. */
  readonly parquet: readonly DeliveredFile[];
  /** `<table>.update` and `<table>.delete` files. */
  readonly changes: readonly DeliveredFile[];
  /** Companions of no dataset. */
  readonly orphans: readonly DeliveredFile[];
  /** Files of no vector format, and those whose name keeps them out. */
  readonly others: readonly DeliveredFile[];
}

/** Sorts the files of an upload by format, from their extension in any case. */
export function readContents(files: readonly DeliveredFile[]): DeliveryContents {
  const data = files.filter(({ kind }) => kind === 'DATA').toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const of = (content: Content) =>
    data.filter((file) => isSubject(file) && BY_EXTENSION.get(extensionOf(file.path)) === content);
  const datasets = data.flatMap((file) => {
    const format = VECTOR_FORMATS.find((name) => name === BY_EXTENSION.get(extensionOf(file.path)));
    return format !== undefined && isSubject(file) ? [{ format, file }] : [];
  });
  const stems = new Set(datasets.map(({ file }) => stemOf(file.path)));
  return {
    datasets,
    sql: of('sql'),
    parquet: of('parquet'),
    changes: of('change'),
    orphans: of('companion').filter(({ path }) => !stems.has(stemOf(path)) && !stems.has(stemOf(stemOf(path)))),
    others: data.filter((file) => !isSubject(file) || !BY_EXTENSION.has(extensionOf(file.path))),
  };
}

/** The companions of a dataset, each under the name that GDAL looks for: the dataset's, extension in lower case. */
export function companionsOf(
  dataset: DeliveredFile,
  files: readonly DeliveredFile[],
): { path: string; companion: DeliveredFile }[] {
  const stem = dataset.path.slice(0, -extensionOf(dataset.path).length - 1);
  return files
    .filter(({ path }) => BY_EXTENSION.get(extensionOf(path)) === 'companion' && stemOf(path) === stem.toLowerCase())
    .map((companion) => ({ path: `${stem}.${extensionOf(companion.path)}`, companion }));
}

/** The path without its extension, in lower case: what a dataset and its companions share. */
function stemOf(path: string): string {
  const extension = extensionOf(path);
  return (extension === '' ? path : path.slice(0, -extension.length - 1)).toLowerCase();
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
