import { type TileMatrix, type TileMatrixSet, tileMatrixSets } from '../catalogue/tile-matrix-sets.js';
import { JsonObject } from '../ogc/rok4/json-object.js';
import { readDeliveredTables } from './delivered-tables.js';
import { type RasterSpecifications, type TableDescription, type TileLimits, VECTOR_FORMAT } from './descriptor.js';
import { MASK_FORMAT, PYRAMID_FORMATS, rasterFormat } from './formats.js';
import type { SlabSize } from './slab-names.js';

/** The descriptor of a pyramid that somebody else wrote (ROK4, §1): nothing in it is believed. */

/** A level of a delivered pyramid. */
export interface DeliveredLevel {
  readonly id: string;
  readonly matrix: TileMatrix;
  readonly size: SlabSize;
  readonly limits: TileLimits;
  readonly pathDepth: number;
  /** Folders of its slabs, from that of the descriptor. `masks`: `undefined` without masks. */
  readonly images: string;
  readonly masks: string | undefined;
  /** Layers of vector tiles; none of a raster pyramid. */
  readonly tables: readonly TableDescription[];
}

export interface DeliveredDescriptor {
  readonly set: TileMatrixSet;
  readonly format: string;
  /** Of a raster pyramid. */
  readonly raster: RasterSpecifications | undefined;
  readonly levels: readonly DeliveredLevel[];
}

/** Most tiles along a side of a slab, four times the usual: readers hold the index of each slab that they read. */
const MAX_SLAB_SIDE = 64;
const MAX_PATH_DEPTH = 12;

/**
 * Reads a descriptor.
 * @param name of the pyramid, that of the file without `.json`
 * @returns every fault, in French; the descriptor only without any
 */
export function readDeliveredDescriptor(
  text: string,
  name: string,
): { descriptor: DeliveredDescriptor; faults: readonly [] } | { descriptor: null; faults: readonly string[] } {
  const value = parseObject(text);
  if (value === null) return { descriptor: null, faults: ["n'est pas un objet JSON"] };
  const faults: string[] = [];
  const root = new JsonObject(value, '', faults);
  const setName = root.text('tile_matrix_set', { required: true });
  const set = setName === undefined ? undefined : tileMatrixSets().get(setName);
  if (setName !== undefined && set === undefined) root.fault('tile_matrix_set', `est un TMS inconnu : ${setName}`);
  const format = root.text('format', { required: true }) ?? '';
  if (format !== '' && !PYRAMID_FORMATS.includes(format)) {
    root.fault('format', `doit être l'une des valeurs : ${PYRAMID_FORMATS.join(', ')}`);
  }
  const raster = readRaster(root, format);
  const maskFormat = root.text('mask_format');
  if (maskFormat !== undefined && maskFormat !== MASK_FORMAT) root.fault('mask_format', `doit être ${MASK_FORMAT}`);
  const objects = root.objects('levels');
  if (objects.length === 0) root.fault('levels', 'doit contenir au moins un niveau');
  const levels = objects.map((level) => readLevel(level, { set, name, format, masks: maskFormat !== undefined }));
  checkTogether(root, levels);
  const read = levels.filter((level) => level !== null);
  if (faults.length > 0 || set === undefined) return { descriptor: null, faults };
  return { descriptor: { set, format, raster, levels: read }, faults: [] };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}

function readRaster(root: JsonObject, format: string): DeliveredDescriptor['raster'] {
  if (format === VECTOR_FORMAT) {
    if (root.has('raster_specifications')) root.fault('raster_specifications', 'ne va pas avec des tuiles vecteur');
    return undefined;
  }
  const object = root.object('raster_specifications') ?? root.fault('raster_specifications', 'est obligatoire');
  if (object === undefined) return undefined;
  const channels = object.number('channels', { required: true, integer: true, min: 1, max: 4 });
  const nodata = object.text('nodata', { required: true });
  const interpolation = object.text('interpolation', { required: true });
  object.oneOf('interpolation', ['nn', 'linear', 'bicubic', 'lanczos', 'lanczos_2', 'lanczos_3', 'lanczos_4']);
  const photometric = object.text('photometric', { required: true });
  object.oneOf('photometric', ['rgb', 'gray', 'mask']);
  if (channels === undefined || interpolation === undefined) return undefined;
  const values = nodata?.split(',') ?? [];
  if (nodata !== undefined && !/^-?\d+(,-?\d+)*$/.test(nodata)) {
    object.fault('nodata', 'doit être une chaîne de nombres entiers séparés par des virgules');
  } else if (nodata !== undefined && values.length < channels) {
    object.fault('nodata', `doit donner ${channels} valeurs, une par canal`);
  } else if (nodata !== undefined && !values.slice(0, channels).every((value) => isSample(Number(value), format))) {
    object.fault('nodata', `doit donner des valeurs qu'un canal peut prendre (${rasterFormat(format)?.sample})`);
  }
  if (['JPG', 'JPG90'].includes(rasterFormat(format)?.encoding ?? '') && channels !== 3) {
    object.fault('channels', 'doit être 3 pour des tuiles JPEG');
  }
  return {
    channels,
    nodata: values.slice(0, channels).join(','),
    photometric: photometric === 'rgb' || photometric === 'mask' ? photometric : 'gray',
    interpolation,
  };
}

/** Whether a channel of a format can hold a number. An unknown format has a fault of its own. */
function isSample(value: number, format: string): boolean {
  const sample = rasterFormat(format)?.sample;
  if (sample === 'UINT8') return value >= 0 && value <= 255;
  return Number.isFinite(Math.fround(value));
}

function readLevel(
  level: JsonObject,
  pyramid: { set: TileMatrixSet | undefined; name: string; format: string; masks: boolean },
): DeliveredLevel | null {
  const id = level.text('id', { required: true });
  const matrix = pyramid.set?.levels.find((known) => known.id === id);
  if (id !== undefined && pyramid.set !== undefined && matrix === undefined) {
    level.fault('id', `n'est pas un niveau du TMS ${pyramid.set.id} : ${id}`);
  }
  const side = (name: string) => {
    const tiles = level.number(name, { required: true, integer: true, min: 1 });
    if (tiles === undefined || tiles <= MAX_SLAB_SIDE) return tiles;
    const most = `${MAX_SLAB_SIDE} x ${MAX_SLAB_SIDE}`;
    return level.fault(name, `demande un index trop grand : une dalle a au plus ${most} tuiles, pas ${tiles} de côté`);
  };
  const tilesPerWidth = side('tiles_per_width');
  const tilesPerHeight = side('tiles_per_height');
  const limits = readLimits(level, matrix);
  const tables = pyramid.format === VECTOR_FORMAT ? readDeliveredTables(level) : [];
  const storage = readStorage(level, `${pyramid.name}/`, pyramid.masks);
  if (id === undefined || matrix === undefined || tilesPerWidth === undefined || tilesPerHeight === undefined)
    return null;
  if (limits === null || storage === null) return null;
  return { id, matrix, size: { tilesPerWidth, tilesPerHeight }, limits, ...storage, tables };
}

function readLimits(level: JsonObject, matrix: TileMatrix | undefined): TileLimits | null {
  const limits = level.object('tile_limits') ?? level.fault('tile_limits', 'est obligatoire');
  if (limits === undefined) return null;
  const index = (name: string, size: number | undefined) =>
    limits.number(name, { required: true, integer: true, min: 0, ...(size === undefined ? {} : { max: size - 1 }) });
  const [minRow, maxRow] = [index('min_row', matrix?.matrixHeight), index('max_row', matrix?.matrixHeight)];
  const [minCol, maxCol] = [index('min_col', matrix?.matrixWidth), index('max_col', matrix?.matrixWidth)];
  if (minRow === undefined || maxRow === undefined || minCol === undefined || maxCol === undefined) return null;
  if (minRow > maxRow) limits.fault('max_row', 'doit être supérieur ou égal à min_row');
  if (minCol > maxCol) limits.fault('max_col', 'doit être supérieur ou égal à min_col');
  return { min_row: minRow, max_row: maxRow, min_col: minCol, max_col: maxCol };
}

function readStorage(
  level: JsonObject,
  own: string,
  masks: boolean,
): Pick<DeliveredLevel, 'pathDepth' | 'images' | 'masks'> | null {
  const storage = level.object('storage') ?? level.fault('storage', 'est obligatoire');
  if (storage === undefined) return null;
  if (storage.text('type', { required: true }) !== 'FILE') storage.fault('type', 'doit être FILE dans une livraison');
  const pathDepth = storage.number('path_depth', { required: true, integer: true, min: 0, max: MAX_PATH_DEPTH });
  const folder = (member: string) => {
    const path = storage.text(member, { required: true });
    // A folder of another pyramid, or of the machine, is never looked at.
    if (
      path !== undefined &&
      (!path.startsWith(own) || path.split('/').some((part) => ['', '.', '..'].includes(part)))
    ) {
      storage.fault(member, `doit être un dossier de la pyramide (${own}…) : ${path}`);
    }
    return path;
  };
  const images = folder('image_directory');
  const hasMasks = storage.has('mask_directory');
  if (hasMasks !== masks) storage.fault('mask_directory', 'doit accompagner "mask_format", à tous les niveaux');
  const maskFolder = hasMasks ? folder('mask_directory') : undefined;
  return pathDepth === undefined || images === undefined ? null : { pathDepth, images, masks: maskFolder };
}

function checkTogether(root: JsonObject, levels: readonly (DeliveredLevel | null)[]): void {
  const ids = levels.flatMap((level) => (level === null ? [] : [level.id]));
  const double = ids.find((id, at) => ids.indexOf(id) !== at);
  if (double !== undefined) root.fault('levels', `contient plusieurs fois le niveau ${double}`);
  const depths = new Set(levels.flatMap((level) => (level === null ? [] : [level.pathDepth])));
  if (depths.size > 1) root.fault('levels', 'doit avoir le même path_depth à tous les niveaux');
  const folders = levels.flatMap((level) => (level === null ? [] : [level.images, level.masks ?? `${level.images}?`]));
  if (new Set(folders).size !== folders.length) root.fault('levels', 'a un même dossier pour plusieurs niveaux');
}
