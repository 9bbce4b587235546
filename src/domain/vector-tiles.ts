import pg from 'pg';
import { toQuery } from '../filter/fragment.js';
import type { TiledTable } from '../ogc/vector-tms/model.js';
import { asFilterRefusal, type TileAddress, type TileOptions, VectorTmsError } from '../ogc/vector-tms/request.js';
import { queryFault } from './query-faults.js';
import { tileArea } from './tile-area.js';
import { type TileQuery, tileSql } from './vector-tile-sql.js';

/** Vector tiles made from tables at each request (spec diffusion §7). */

/** Zoom levels at which geometries have far more points than a tile can show. */
const COARSE_ZOOM = 9;

/** What a tile is made of. */
export interface TileRequest {
  readonly address: TileAddress;
  readonly options: TileOptions;
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal;
}

/**
 * Makes the layer of one table in a tile; empty when nothing is there.
 * @param pool of openTilePool
 * @throws VectorTmsError
 */
export async function makeTile(pool: pg.Pool, table: TiledTable, request: TileRequest): Promise<Buffer> {
  const { address, options, signal } = request;
  const { geometry } = table.source;
  if (geometry === null) throw new Error(`${table.name} was published without geometry`);
  const area = tileArea(address, options, geometry.srid);
  const query = { table, geometry, area, options, isCoarse: address.zoom <= COARSE_ZOOM };
  try {
    try {
      return await run(pool, { ...query, byExtents: area.rows === null }, signal);
    } catch (error) {
      // The tile leaves the domain of the projection of the table, while its features are within.
      if (area.rows === null || !isOutsideDomain(error)) throw error;
      return await run(pool, { ...query, byExtents: true }, signal);
    }
  } catch (error) {
    throw signal.aborted ? new VectorTmsError(499, 'The client left before the answer') : asRefusal(error);
  }
}

async function run(pool: pg.Pool, query: TileQuery, signal: AbortSignal): Promise<Buffer> {
  const { text, values } = toQuery(tileSql(query));
  const client = await pool.connect();
  // PostgreSQL notices that the connection is gone, and stops.
  const leave = () => client.release(true);
  if (signal.aborted) client.release();
  else signal.addEventListener('abort', leave, { once: true });
  signal.throwIfAborted();
  try {
    const { rows } = await client.query<{ mvt: Buffer }>({ name: statementName(query), text, values });
    return rows[0]?.mvt ?? Buffer.alloc(0);
  } finally {
    signal.removeEventListener('abort', leave);
    if (!signal.aborted) client.release();
  }
}

/** The usual requests of a table are parsed and planned once per connection; the others differ too much. */
function statementName({ table, options, byExtents, isCoarse }: TileQuery): string | undefined {
  if (options.filter !== null || options.properties !== null || options.limit !== null) return undefined;
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
    default:
      return asFilterRefusal(error);
  }
}
