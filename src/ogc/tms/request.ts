import { isEchoed } from '../rok4/echo.js';
import { TMS_VERSION } from './documents.js';
import type { PyramidLayer, LayerLevel } from '../rok4/layer.js';

/** What the paths of the TMS name, with the refusals of the platform's tile server (spec diffusion §6.1). */

/** A refusal; the message goes into the error document. */
export class TmsError extends Error {
  constructor(
    readonly status: 400 | 404 | 500,
    message: string,
  ) {
    super(message);
    this.name = 'TmsError';
  }
}

/** There is no such tile in the data. */
export const noData = (): TmsError => new TmsError(404, 'No data found');

/** No document has such a path. */
export const unknownPath = (): TmsError => new TmsError(400, 'Unknown tms request path');

/** @throws TmsError for any other version than the only one */
export function assertVersion(version: string): void {
  if (version !== TMS_VERSION) throw new TmsError(400, `Invalid version (only ${TMS_VERSION} available)`);
}

/** The layer of this name. @throws TmsError */
export function findLayer(layers: ReadonlyMap<string, PyramidLayer>, name: string): PyramidLayer {
  const layer = layers.get(name);
  if (layer === undefined) throw new TmsError(400, isEchoed(name) ? `Layer ${name} unknown` : 'Layer unknown');
  return layer;
}

/** Segments of a tile's path behind its layer. */
export interface TilePath {
  readonly level: string;
  readonly column: string;
  /** Row and extension: `12.pbf`. */
  readonly tile: string;
}

/** A tile of a level of a layer; whether it exists is for the present files of the pyramid to tell. */
export interface TileAddress {
  readonly level: LayerLevel;
  readonly col: number;
  readonly row: number;
}

/**
 * Reads the path of a tile, its parts checked in the server's order.
 * @param isLevel whether the layer's grid has a level of that id: the others are an error rather than missing data
 * @throws TmsError
 */
export function readTilePath(layer: PyramidLayer, isLevel: (id: string) => boolean, path: TilePath): TileAddress {
  const level = layer.levels.find(({ id }) => id === path.level);
  if (level === undefined && !isLevel(path.level)) {
    throw new TmsError(400, isEchoed(path.level) ? `Level ${path.level} unknown` : 'Level unknown');
  }
  const dot = path.tile.lastIndexOf('.');
  if (dot < 1) throw unknownPath();
  const col = readNumber(path.column, 'column');
  const row = readNumber(path.tile.slice(0, dot), 'row');
  if (level === undefined) throw noData();
  const extension = path.tile.slice(dot + 1);
  if (extension === '') throw new TmsError(400, 'Empty extension');
  if (extension !== layer.format.extension) {
    throw new TmsError(400, isEchoed(extension) ? `Invalid extension ${extension}` : 'Invalid extension');
  }
  return { level, col, row };
}

function readNumber(text: string, what: 'column' | 'row'): number {
  if (!/^[+-]?\d+$/.test(text)) throw new TmsError(400, `Invalid ${what} value`);
  return Number(text);
}
