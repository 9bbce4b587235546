import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type Gdal from 'gdal-async';
import { type CsvGeometry, csvGeometry } from './csv-geometry.js';
import { baseName, type Dataset, DRIVERS } from './formats.js';

/**
 * GDAL, for the job processes only: never imported by the server. Producers' files are opened by the one driver of
 * their format; no driver that follows links to other files or to the network is ever tried on them.
 */

// gdal-async is CommonJS and fills its exports from the native module: named ESM imports do not see them.
const gdal = createRequire(import.meta.url)('gdal-async') as typeof Gdal;

gdal.config.set('PG_USE_COPY', 'YES');
// Should a format still name a remote file, nothing is fetched: no name ends like this.
gdal.config.set('CPL_VSIL_CURL_ALLOWED_EXTENSIONS', '{none}');
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
 * Opens a dataset under its producer's path.
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
  const geometry = csvGeometry(await csvHeader(path));
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
  if (geometry === null) return [];
  if (geometry.kind === 'text') {
    return [
      ['GEOM_POSSIBLE_NAMES', geometry.column],
      ['KEEP_GEOM_COLUMNS', 'NO'],
    ];
  }
  return [
    ['X_POSSIBLE_NAMES', geometry.x],
    ['Y_POSSIBLE_NAMES', geometry.y],
    ['KEEP_GEOM_COLUMNS', 'YES'],
  ];
}

/** Longest header line that is looked at, bytes. */
const MAX_HEADER = 1024 * 1024;

/** Column names of the first line; the separator is the one GDAL would choose. */
async function csvHeader(path: string): Promise<string[]> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_HEADER), 0, MAX_HEADER, 0);
    const line = buffer
      .subarray(0, bytesRead)
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/, 1)[0];
    return splitHeader(line ?? '');
  } finally {
    await file.close();
  }
}

/** Splits a header line on its most frequent separator among `,` `;` tab and `|`, quotes taken off. */
export function splitHeader(line: string): string[] {
  const separators = [',', ';', '\t', '|'];
  const counts = separators.map((separator) => line.split(separator).length);
  const separator = separators[counts.indexOf(Math.max(...counts))] ?? ',';
  return line.split(separator).map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** GDAL's message of the last failed call on this thread, then forgets it; `null` when nothing failed. */
export function takeLastError(): string | null {
  const last = gdal.lastError as { message: string; level: number } | null;
  if (last === null) return null;
  gdal.lastError = null;
  // CE_Warning is 2: only failures count.
  return last.level >= 3 ? last.message : null;
}
