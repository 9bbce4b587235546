import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Deps } from '../../deps.js';
import type { Visit } from '../../domain/guard/visit.js';
import {
  lastPublishedPyramidLayers,
  type PublishedPyramidLayers,
  publishedPyramidLayers,
} from '../../domain/published.js';
import { paletteName, tileContent } from '../../domain/tile-content.js';
import { readStoredTile, type StoredTile } from '../../domain/tiles.js';
import type { Rok4Style } from '../../ogc/rok4/style-model.js';
import { tilePalette } from '../../ogc/rok4/tile-styles.js';
import { evaluateConditions } from '../preconditions.js';

/** Answers with tiles, which WMTS and TMS have in common (spec diffusion §6.1). */

/** Seconds for which clients may keep a tile. */
const TILE_LIFETIME = 86_400;

/** The layers of both services. */
export function publishedTileLayers(deps: Pick<Deps, 'pool'>, visit: Visit): Promise<PublishedPyramidLayers> {
  return publishedPyramidLayers(deps, 'WMTS-TMS', visit);
}

/** A request for a tile. */
interface Asked {
  readonly request: FastifyRequest;
  readonly visit: Visit;
}

/** A tile as it is asked for. */
export interface WantedTile extends StoredTile {
  /** What it is drawn in; `null` for vector tiles. */
  readonly style: Rok4Style | null;
  /** Value of `Content-Disposition`. */
  readonly disposition: string;
}

/** Finds where a tile is, by the publications. @throws Error a refusal of the service */
export type FindTile = (published: PublishedPyramidLayers) => WantedTile;

/**
 * Sends a tile, or tells that the client has it.
 * @param absent the refusal of a tile that is not there
 */
export async function sendTile(
  deps: Pick<Deps, 'storage' | 'pool'>,
  { reply, ...asked }: Asked & { readonly reply: FastifyReply },
  find: FindTile,
  absent: () => Error,
): Promise<FastifyReply> {
  const [published, guessed] = await Promise.all([
    publishedTileLayers(deps, asked.visit),
    guessTile(deps, asked, find),
  ]);
  const { tile, bytes } =
    guessed?.published === published ? guessed : await readTile(deps, asked, find(published), find);
  if (bytes === UNCHANGED) return describeTile(asked.request, reply, tile).code(304).send();
  if (bytes === null) throw absent();
  const content = tileContent(tile.layer, tile.address.level, bytes, tilePalette(tile.layer, tile.style));
  return describeTile(asked.request, reply, tile).send(content);
}

/** Instead of the bytes that a client has. */
const UNCHANGED = Symbol('unchanged');

/** A tile as it was read. */
interface ReadTile {
  readonly tile: WantedTile;
  /** `null` when there is no such tile. */
  readonly bytes: Buffer | typeof UNCHANGED | null;
}

/**
 * Reads the tile by the publications as they were last, while the database is asked whether they still are.
 * @returns `null` when nothing came of it
 */
async function guessTile(
  deps: Pick<Deps, 'storage' | 'pool'>,
  asked: Asked,
  find: FindTile,
): Promise<(ReadTile & { readonly published: PublishedPyramidLayers }) | null> {
  try {
    const published = await lastPublishedPyramidLayers(deps, 'WMTS-TMS', asked.visit);
    if (published === null) return null;
    const read = await readTile(deps, asked, find(published), null);
    return read.bytes === null ? null : { ...read, published };
  } catch {
    return null;
  }
}

/** @param find looks again for files that are gone; `null`: not even once */
async function readTile(
  deps: Pick<Deps, 'storage' | 'pool'>,
  { request, visit }: Asked,
  tile: WantedTile,
  find: FindTile | null,
): Promise<ReadTile> {
  if (evaluateConditions(request.headers, { etag: etagOf(tile) }) === 'unchanged') return { tile, bytes: UNCHANGED };
  return readStoredTile(deps, tile, async () => (find === null ? tile : find(await publishedTileLayers(deps, visit))));
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
