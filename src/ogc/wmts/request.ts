import type { Kvp } from '../ows/kvp.js';
import { isEchoed, sentence } from '../rok4/echo.js';
import { INFO_FORMATS, type InfoFormat } from '../rok4/pixel-values.js';
import type { Grid, GridLevel } from '../rok4/grid.js';
import type { LayerLevel, PyramidLayer } from '../rok4/layer.js';
import type { Rok4Style } from '../rok4/style-model.js';
import { noTile, noValues, WmtsException } from './exceptions.js';
import { limitedSetId } from './limited-set.js';

/** WMTS requests, read and refused in the order of the platform's server (spec diffusion §6.1 and §6.2). */

export const WMTS_VERSION = '1.0.0';

const OPERATIONS = {
  getcapabilities: 'GetCapabilities',
  gettile: 'GetTile',
  getfeatureinfo: 'GetFeatureInfo',
} as const;
export type WmtsOperation = (typeof OPERATIONS)[keyof typeof OPERATIONS];

/** What there is to ask for. */
export interface Offered {
  readonly layers: ReadonlyMap<string, PyramidLayer>;
  readonly grids: ReadonlyMap<string, Grid>;
}

/** A tile of a level that the layer has; whether it exists is for the files of the pyramid to tell. */
export interface AskedTile {
  readonly layer: PyramidLayer;
  readonly level: LayerLevel;
  readonly col: number;
  readonly row: number;
}

export interface GetTileRequest extends AskedTile {
  /** `null` for vector tiles. */
  readonly style: Rok4Style | null;
}

export interface GetFeatureInfoRequest extends AskedTile {
  readonly matrix: GridLevel;
  readonly infoFormat: InfoFormat;
  /** Pixel of the tile, from its upper left corner. */
  readonly i: number;
  readonly j: number;
}

/** What a request asks for. @throws WmtsException */
export function readOperation(kvp: Kvp): WmtsOperation {
  if (kvp.get('service') === undefined) throw missing('SERVICE');
  if (kvp.get('service')?.toLowerCase() !== 'wmts') throw invalid('SERVICE query parameter have to be WMTS');
  const version = kvp.get('version');
  if (version !== undefined && version !== WMTS_VERSION) {
    throw new WmtsException('VersionNegotiationFailed', 'VERSION query parameter have to be 1.0.0 or empty');
  }
  const name = kvp.get('request')?.toLowerCase() ?? '';
  const operation = Object.entries(OPERATIONS).find(([key]) => key === name)?.[1];
  if (operation === undefined) throw new WmtsException('OperationNotSupported', 'REQUEST query parameter unknown');
  return operation;
}

/** @throws WmtsException */
export function readGetTile(kvp: Kvp, offered: Offered): GetTileRequest {
  const layer = readLayer(kvp, offered);
  const { matrix, col, row } = readCell(kvp, layer, offered);
  const level = layer.levels.find(({ id }) => id === matrix.id);
  if (level === undefined) throw noTile();
  const style = unlessOutside({ level, col, row }, noTile, () => {
    const format = required(kvp, 'FORMAT');
    if (format !== layer.format.mediaType) throw unknown('Format', format);
    return readStyle(kvp, layer);
  });
  return { layer, level, col, row, style };
}

/** @throws WmtsException */
export function readGetFeatureInfo(kvp: Kvp, offered: Offered): GetFeatureInfoRequest {
  const layer = readLayer(kvp, offered);
  if (layer.featureInfo === null) throw invalid(`Layer ${layer.name} not queryable`);
  const { matrix, col, row } = readCell(kvp, layer, offered);
  const level = layer.levels.find(({ id }) => id === matrix.id);
  if (level === undefined) throw noValues();
  // Another server would tell of places without a tile too.
  if (layer.featureInfo.type === 'server' && !isPublished({ level, col, row })) throw noValues();
  const point = unlessOutside({ level, col, row }, noValues, () => ({
    infoFormat: readInfoFormat(kvp),
    i: readPixel(kvp, 'I', { size: matrix.tileWidth, side: 'width' }),
    j: readPixel(kvp, 'J', { size: matrix.tileHeight, side: 'height' }),
  }));
  return { layer, level, matrix, col, row, ...point };
}

/**
 * What is wrong beside is told only of tiles within the limits that were published: the others are missing first.
 * A pyramid that has grown since has more tiles, which are served when nothing else is wrong.
 */
function unlessOutside<T>(
  tile: Pick<AskedTile, 'level' | 'col' | 'row'>,
  absent: () => WmtsException,
  read: () => T,
): T {
  try {
    return read();
  } catch (error) {
    throw isPublished(tile) ? error : absent();
  }
}

function isPublished({ level, col, row }: Pick<AskedTile, 'level' | 'col' | 'row'>): boolean {
  const { min_col, max_col, min_row, max_row } = level.limits;
  return col >= min_col && col <= max_col && row >= min_row && row <= max_row;
}

/** Any style of the layer, also one that tiles are not drawn in. Vector tiles have none: any name will do. */
function readStyle(kvp: Kvp, layer: PyramidLayer): Rok4Style | null {
  const name = required(kvp, 'STYLE');
  const style = layer.styles.find(({ identifier }) => identifier === name);
  if (style === undefined && !(layer.format.isVector && isEchoed(name))) throw unknown('Style', name);
  return style ?? null;
}

function readInfoFormat(kvp: Kvp): InfoFormat {
  const asked = required(kvp, 'INFOFORMAT');
  const infoFormat = INFO_FORMATS.find((format) => format === asked);
  if (infoFormat === undefined) throw unknown('InfoFormat', asked);
  return infoFormat;
}

function readLayer(kvp: Kvp, { layers }: Offered): PyramidLayer {
  const name = required(kvp, 'LAYER');
  const layer = layers.get(name);
  if (layer === undefined) throw unknown('Layer', name);
  return layer;
}

function readCell(kvp: Kvp, layer: PyramidLayer, { grids }: Offered): { matrix: GridLevel; col: number; row: number } {
  const set = required(kvp, 'TILEMATRIXSET');
  const grid = grids.get(layer.tileMatrixSet);
  if (grid === undefined || (set !== grid.id && set !== limitedSetId(layer))) throw unknown('Tile matrix set', set);
  const id = required(kvp, 'TILEMATRIX');
  const matrix = grid.levels.find((level) => level.id === id);
  if (matrix === undefined) throw unknown('Tile matrix', id);
  const col = readNumber(required(kvp, 'TILECOL'), 'column');
  const row = readNumber(required(kvp, 'TILEROW'), 'row');
  return { matrix, col, row };
}

function readNumber(text: string, what: 'column' | 'row'): number {
  if (!/^[+-]?\d+$/.test(text)) throw invalid(`Invalid ${what} value`);
  return Number(text);
}

function readPixel(kvp: Kvp, name: 'I' | 'J', { size, side }: { size: number; side: 'width' | 'height' }): number {
  const text = required(kvp, name);
  if (!/^\+?\d+$/.test(text)) throw invalid(`${name} query parameter have to be a positive integer`);
  if (Number(text) < size) return Number(text);
  throw new WmtsException('PointIJOutOfRange', `${name} query parameter have to be smaller than the tile ${side}`);
}

function required(kvp: Kvp, name: string): string {
  const value = kvp.get(name);
  if (value === undefined) throw missing(name);
  return value;
}

const missing = (name: string) => new WmtsException('MissingParameterValue', `${name} query parameter missing`);
const invalid = (message: string) => new WmtsException('InvalidParameterValue', message);
const unknown = (subject: string, text: string) => invalid(sentence(subject, text, 'unknown'));
