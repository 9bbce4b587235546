import pg from 'pg';
import type { ServerDeps } from '../deps.js';
import { toQuery } from '../filter/fragment.js';
import type { TiledTable } from '../ogc/vector-tms/model.js';
import {
  asFilterRefusal,
  findTable,
  isUsual,
  type TileAddress,
  type TileOptions,
  VectorTmsError,
} from '../ogc/vector-tms/request.js';
import { queryFeatures } from './feature-pool.js';
import { type Dated, lastPublishedTables, type PublishedTables, publishedTables } from './published.js';
import { CHANGED_STRUCTURE, queryFault } from './query-faults.js';
import type { Reader } from './service-snapshot.js';
import { tileArea } from './tile-area.js';
import { type TileQuery, tileSql } from './vector-tile-sql.js';

/** Vector tiles made from tables at each request (spec diffusion §7). */

/** Zoom levels at which geometries have far more points than a tile can show. */
const COARSE_ZOOM = 9;

/** What a tile is made of. */
export interface TileRequest {
  /** Path of the endpoint that publishes the tables. */
  readonly endpointPath: string;
  /** Of the tables: each makes a layer of the tile. */
  readonly ids: readonly string[];
  readonly address: TileAddress;
  readonly options: TileOptions;
  readonly reader: Reader;
}

export interface VectorTile {
  /** Empty when there is nothing. */
  readonly bytes: Buffer;
  /** Ids of the offerings of its tables. */
  readonly offerings: readonly string[];
}

type TileDeps = Pick<ServerDeps, 'pool' | 'featurePool'>;

/**
 * Makes a tile. The publications known are presumed to be those of now, which the queries of the tile tell: when they are
 * not, the tile is made again.
 * @throws VectorTmsError
 */
export async function makeTile(deps: TileDeps, request: TileRequest): Promise<VectorTile> {
  const presumed = await lastPublishedTables(deps, request.endpointPath);
  try {
    const { tile, isCurrent } = await makeLayers(deps, presumed, request);
    if (isCurrent) return tile;
  } catch (error) {
    const { epoch } = await publishedTables(deps, request.endpointPath);
    if (epoch === presumed.epoch) throw error;
  }
  return (await makeLayers(deps, await publishedTables(deps, request.endpointPath), request)).tile;
}

async function makeLayers(
  { featurePool }: TileDeps,
  { epoch, value: tables }: Dated<PublishedTables>,
  request: TileRequest,
): Promise<{ tile: VectorTile; isCurrent: boolean }> {
  const wanted = [...new Set(request.ids)].map((id) => findTable(tables, id));
  const layers: Layer[] = [];
  // One after the other: a request has one connection at a time.
  for (const table of wanted) layers.push(await makeLayer(featurePool, table, request));
  return {
    // Layers of a vector tile follow one another.
    tile: {
      bytes: Buffer.concat(layers.map(({ mvt }) => mvt)),
      offerings: [...new Set(wanted.map(({ offering }) => offering))],
    },
    isCurrent: layers.every((layer) => layer.epoch === epoch),
  };
}

/** What the query of a layer selects. */
interface Layer {
  readonly mvt: Buffer;
  readonly epoch: string;
}

async function makeLayer(pool: pg.Pool, table: TiledTable, request: TileRequest): Promise<Layer> {
  const { address, options, reader } = request;
  const { geometry } = table.source;
  if (geometry === null) throw new Error(`${table.name} was published without geometry`);
  const area = tileArea(address, options, geometry.srid);
  const query = { table, geometry, area, options, isCoarse: address.zoom <= COARSE_ZOOM };
  try {
    try {
      return await run(pool, { ...query, byExtents: area.rows === null }, reader);
    } catch (error) {
      // The tile leaves the domain of the projection of the table, while its features are within.
      if (area.rows === null || !isOutsideDomain(error)) throw error;
      return await run(pool, { ...query, byExtents: true }, reader);
    }
  } catch (error) {
    throw reader.signal.aborted ? new VectorTmsError(499, 'The client left before the answer') : asRefusal(error);
  }
}

async function run(pool: pg.Pool, query: TileQuery, reader: Reader): Promise<Layer> {
  const { text, values } = toQuery(tileSql(query));
  const [layer] = await queryFeatures<Layer>(pool, { name: statementName(query), text, values }, reader);
  if (layer === undefined) throw new Error('an aggregate gave no row');
  return layer;
}

/** The usual requests of a table are parsed and planned once per connection; the others differ too much. */
function statementName({ table, options, byExtents, isCoarse }: TileQuery): string | undefined {
  if (!isUsual(options)) return undefined;
  return `tile-${table.revision}-${Number(byExtents)}${Number(isCoarse)}`;
}

/** PostGIS' own faults, of which PROJ's begin so. */
function isOutsideDomain(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === 'XX000' && error.message.startsWith('transform: ');
}

function asRefusal(error: unknown): unknown {
  switch (queryFault(error)) {
    case 'timeout':
      return new VectorTmsError(500, 'The tile took too long and was stopped');
    case 'data':
      return new VectorTmsError(500, `The tile cannot be computed: ${(error as Error).message}`);
    case 'structure':
      return new VectorTmsError(500, CHANGED_STRUCTURE);
    default:
      return asFilterRefusal(error);
  }
}
