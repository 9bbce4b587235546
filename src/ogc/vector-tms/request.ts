import { parseCql } from '../../filter/cql.js';
import { SqlValueError } from '../../filter/fragment.js';
import { type Filter, FilterError } from '../../filter/model.js';
import { type Crs, crsOfSrid, isKnownSrid, UnknownCrsError } from '../../geo/crs.js';
import type { TiledTable } from './model.js';

/** Requests of VECTOR-TMS, read with the leniency of pg_tileserv (spec diffusion §7). */

/** A refusal, told as plain text. */
export class VectorTmsError extends Error {
  constructor(
    readonly status: 400 | 404 | 499 | 500,
    message: string,
  ) {
    super(message);
    this.name = 'VectorTmsError';
  }
}

/** A tile of the web Mercator grid, rows from the top. */
export interface TileAddress {
  readonly zoom: number;
  readonly column: number;
  readonly row: number;
}

/** What a request wants in a tile. */
export interface TileOptions {
  /** `null`: every feature. */
  readonly filter: Filter | null;
  /** CRS of ordinates in the filter, x first. */
  readonly filterCrs: Crs;
  /** Names wanted; `null`: all. */
  readonly properties: readonly string[] | null;
  /** Most features; `null`: as many as there may be. */
  readonly limit: number | null;
  /** Units across a tile. */
  readonly resolution: number;
  /** Units around a tile that are drawn too. */
  readonly buffer: number;
}

/** Most features of a layer in a tile. */
export const MAX_FEATURES = 50_000;

const DEFAULT_RESOLUTION = 4096;
const DEFAULT_BUFFER = 256;
/** Beyond these a request could ask for any amount of work. */
const MAX_RESOLUTION = 16_384;
const MAX_ZOOM = 32;

/** The table of this id. @throws VectorTmsError */
export function findTable(tables: ReadonlyMap<string, TiledTable>, id: string): TiledTable {
  const table = tables.get(id);
  if (table === undefined) throw new VectorTmsError(404, `Unable to get layer '${id}'`);
  return table;
}

/** Reads the last segments of a tile's path. @throws VectorTmsError when they are no numbers, or no tile of the grid */
export function readTileAddress(zoom: string, column: string, file: string): TileAddress {
  const row = /^(\d+)\.\w+$/.exec(file)?.[1];
  if (!/^\d+$/.test(zoom) || !/^\d+$/.test(column) || row === undefined) throw pageNotFound();
  const address = { zoom: Number(zoom), column: Number(column), row: Number(row) };
  const side = 2 ** address.zoom;
  if (address.zoom > MAX_ZOOM || address.column >= side || address.row >= side) {
    throw new VectorTmsError(400, `invalid tile address ${zoom}/${column}/${file}`);
  }
  return address;
}

/** No page has such a path. */
export const pageNotFound = (): VectorTmsError => new VectorTmsError(404, '404 page not found');

/**
 * Reads the parameters of a tile; numbers that are none are ignored.
 * @throws VectorTmsError for a filter that cannot be read
 */
export function readTileOptions(query: string): TileOptions {
  const parameters = new URLSearchParams(query);
  const find = (wanted: string): string | undefined =>
    [...parameters].find(([name]) => name.toLowerCase() === wanted)?.[1];
  const number = (name: string): number | null => {
    const text = find(name) ?? '';
    return /^\d{1,9}$/.test(text) ? Number(text) : null;
  };
  const limit = number('limit');
  return {
    filter: readFilter(find('filter') ?? ''),
    filterCrs: readFilterCrs(number('filter-crs') ?? 4326),
    properties:
      find('properties')
        ?.split(',')
        .map((name) => name.trim()) ?? null,
    limit: limit === null || limit === 0 ? null : limit,
    resolution: Math.min(Math.max(number('resolution') ?? DEFAULT_RESOLUTION, 1), MAX_RESOLUTION),
    buffer: Math.min(number('buffer') ?? DEFAULT_BUFFER, MAX_RESOLUTION),
  };
}

const FILTER_FAULTS = [FilterError, UnknownCrsError, SqlValueError] as const;

function readFilter(text: string): Filter | null {
  if (text.trim() === '') return null;
  try {
    return parseCql(text);
  } catch (error) {
    throw asFilterRefusal(error);
  }
}

/** Whether a request asks for nothing but a tile. */
export function isUsual({ filter, properties, limit, resolution, buffer }: TileOptions): boolean {
  return (
    filter === null &&
    properties === null &&
    limit === null &&
    resolution === DEFAULT_RESOLUTION &&
    buffer === DEFAULT_BUFFER
  );
}

function readFilterCrs(srid: number): Crs {
  if (!isKnownSrid(srid)) throw new VectorTmsError(400, `Unknown CRS: ${srid}`);
  return { ...crsOfSrid(srid), axisOrder: 'xy' };
}

/** What a client is told of a filter that cannot be used; other errors come back as they are. */
export function asFilterRefusal(error: unknown): unknown {
  if (FILTER_FAULTS.some((fault) => error instanceof fault)) {
    return new VectorTmsError(400, `Unable to read the filter: ${(error as Error).message}`);
  }
  return error;
}
