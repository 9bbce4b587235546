import { createRequire, Module } from 'node:module';
import type Gdal from 'gdal-async';
import { type CsvGeometry, csvGeometry } from './csv/geometry.js';
import { readCsvHeader } from './csv/header.js';
import { prepareCsv } from './csv/prepare.js';
import { baseName, type Dataset, DRIVERS } from './formats.js';

/**
 * GDAL, for the job processes only: never imported by the server. Producers' files are opened by the one driver of
 * their format; no driver that follows links to other files or to the network is ever tried on them.
 */

// gdal-async is CommonJS and fills its exports from the native module: named ESM imports do not see them.
const require = createRequire(import.meta.url);
// A quarter of the time that it takes to load goes to a builder of XML that `gdal.wrapVRT` alone would need: an empty
// module takes its place, for every process of a job loads all this.
const xmlBuilder = createRequire(require.resolve('gdal-async')).resolve('xmlbuilder2');
require.cache[xmlBuilder] ??= Object.assign(new Module(xmlBuilder), { loaded: true });
const gdal = require('gdal-async') as typeof Gdal;

gdal.config.set('PG_USE_COPY', 'YES');
// Should a format still name a remote file, nothing is fetched: no name ends like this.
gdal.config.set('CPL_VSIL_CURL_ALLOWED_EXTENSIONS', '{none}');
// Nor by whatever else in GDAL speaks HTTP: nobody answers there.
gdal.config.set('GDAL_HTTP_PROXY', '127.0.0.1:9');
gdal.config.set('GDAL_DISABLE_READDIR_ON_OPEN', 'FALSE');

export { gdal };

/** A delivered dataset that GDAL has opened, read only. */
export interface OpenedDataset {
  readonly handle: Gdal.Dataset;
  readonly layers: readonly OpenedLayer[];
}

export interface OpenedLayer {
  readonly layer: Gdal.Layer;
  /** Name that the table is made from (lifecycle §4.3): the layer's for GeoPackage, else the file's. */
  readonly tableName: string;
}

/** A file that GDAL cannot open as what its extension says; the message is GDAL's. */
export class UnreadableDatasetError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnreadableDatasetError';
  }
}

/**
 * Opens a dataset under its producer's path. A CSV that GDAL could not read as it is (other encodings than UTF-8) is
 * first converted, in the tree.
 * @param path of the file in a tree laid out by `layOutTree`
 * @throws UnreadableDatasetError
 */
export async function openDataset(dataset: Dataset, path: string): Promise<OpenedDataset> {
  let handle: Gdal.Dataset;
  try {
    handle =
      dataset.format === 'CSV'
        ? gdal.open(await csvSource(path), 'r', ['OGR_VRT'])
        : gdal.open(path, 'r', [DRIVERS[dataset.format]]);
  } catch (error) {
    throw new UnreadableDatasetError((error as Error).message);
  }
  const layers: OpenedLayer[] = [];
  // A virtual dataset over what GDAL cannot open (a CSV of one column) has a layer without anything.
  if (dataset.format === 'CSV' && handle.layers.get(0).fields.count() === 0) {
    handle.close();
    throw new UnreadableDatasetError('a CSV needs two columns');
  }
  handle.layers.forEach((layer) => {
    layers.push({ layer, tableName: dataset.format === 'GeoPackage' ? layer.name : baseName(dataset.file.path) });
  });
  return { handle, layers };
}

/**
 * A virtual dataset over a CSV that says where its geometry is: the binding has no other way to give open options. The
 * prefix `CSV:` keeps GDAL from recognising another format in the bytes.
 */
async function csvSource(path: string): Promise<string> {
  await prepareCsv(path);
  const geometry = csvGeometry((await readCsvHeader(path)).columns);
  const options = csvOptions(geometry)
    .map(([key, value]) => `<OOI key="${key}">${escapeXml(value)}</OOI>`)
    .join('');
  const name = escapeXml(baseName(path));
  return (
    `<OGRVRTDataSource><OGRVRTLayer name="${name}">` +
    `<SrcDataSource relativeToVRT="0">${escapeXml(`CSV:${path}`)}</SrcDataSource>` +
    `<OpenOptions>${options}</OpenOptions><SrcLayer>${name}</SrcLayer></OGRVRTLayer></OGRVRTDataSource>`
  );
}

function csvOptions(geometry: CsvGeometry | null): [string, string][] {
  // Otherwise a first line of numbers would be taken for data.
  const header: [string, string] = ['HEADERS', 'YES'];
  if (geometry === null) return [header];
  if (geometry.kind === 'text') {
    return [header, ['GEOM_POSSIBLE_NAMES', geometry.column], ['KEEP_GEOM_COLUMNS', 'NO']];
  }
  return [header, ['X_POSSIBLE_NAMES', geometry.x], ['Y_POSSIBLE_NAMES', geometry.y], ['KEEP_GEOM_COLUMNS', 'YES']];
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** GDAL's message of the last call on this thread that had one, then forgets it; `null` when nothing was said. */
export function takeLastMessage(): { readonly message: string; readonly isError: boolean } | null {
  const last = gdal.lastError as { message: string; level: number } | null;
  if (last === null) return null;
  gdal.lastError = null;
  // CE_Warning is 2, CE_Failure 3.
  return last.level < 2 ? null : { message: last.message, isError: last.level >= 3 };
}
