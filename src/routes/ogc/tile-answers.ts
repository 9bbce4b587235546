import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Deps } from '../../deps.js';
import { type PublishedPyramidLayers, publishedPyramidLayers } from '../../domain/published.js';
import { paletteName, tileContent } from '../../domain/tile-content.js';
import { readStoredTile, type StoredTile } from '../../domain/tiles.js';
import type { Rok4Style } from '../../ogc/rok4/style-model.js';
import { tilePalette } from '../../ogc/rok4/tile-styles.js';
import { evaluateConditions } from '../preconditions.js';

/** Answers with tiles, which WMTS and TMS have in common (spec diffusion §6.1). */

/** Path of the open endpoint that both services belong to. */
const ENDPOINT_PATH = '/wmts';

/** Seconds for which clients may keep a tile. */
const TILE_LIFETIME = 86_400;

/** The layers of both services. */
export function publishedTileLayers(deps: Pick<Deps, 'pool'>): Promise<PublishedPyramidLayers> {
  return publishedPyramidLayers(deps, 'WMTS-TMS', ENDPOINT_PATH);
}

/** A tile as it is asked for. */
export interface WantedTile extends StoredTile {
  /** What it is drawn in; `null` for vector tiles. */
  readonly style: Rok4Style | null;
  /** Value of `Content-Disposition`. */
  readonly disposition: string;
}

/**
 * Sends a tile, or tells that the client has it.
 * @param find where the tile is by the publications of now
 * @param absent the refusal of a tile that is not there
 */
export async function sendTile(
  deps: Pick<Deps, 'storage'>,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  find: () => Promise<WantedTile>,
  absent: () => Error,
): Promise<FastifyReply> {
  const expected = await find();
  if (evaluateConditions(request.headers, { etag: etagOf(expected) }) === 'unchanged') {
    return describeTile(request, reply, expected).code(304).send();
  }
  const { tile, bytes } = await readStoredTile(deps, expected, find);
  if (bytes === null) throw absent();
  const { layer, address } = tile;
  const content = tileContent(layer, address.level, bytes, tilePalette(layer, tile.style));
  return describeTile(request, reply, tile).send(content);
}

/** The files of a pyramid never change under their prefix: with the address and the colours, its end names the bytes. */
function etagOf({ layer, style, address: { level, col, row }, filesKey }: WantedTile): string {
  const palette = tilePalette(layer, style);
  const place = `${filesKey.slice(filesKey.lastIndexOf('/') + 1)}-${level.id}-${col}-${row}`;
  return palette === undefined ? `"${place}"` : `"${place}-${paletteName(palette)}"`;
}

function describeTile(request: FastifyRequest, reply: FastifyReply, tile: WantedTile): FastifyReply {
  const { offering, format } = tile.layer;
  request.served = { offerings: [offering] };
  if (format.contentEncoding !== undefined) reply.header('content-encoding', format.contentEncoding);
  return reply
    .type(format.mediaType)
    .header('etag', etagOf(tile))
    .header('cache-control', `max-age=${TILE_LIFETIME}`)
    .header('content-disposition', tile.disposition);
}
