import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { publishedTables } from '../../domain/published.js';
import { makeTile } from '../../domain/vector-tiles.js';
import { tableDetail, tableIndex } from '../../ogc/vector-tms/documents.js';
import {
  findTable,
  pageNotFound,
  readTileAddress,
  readTileOptions,
  VectorTmsError,
} from '../../ogc/vector-tms/request.js';
import { readerOf } from './reader.js';

/** VECTOR-TMS, spec diffusion §7: the platform has an open one only. */

const ENDPOINT_PATH = '/vector-tms';
const VERSION_PATH = `${ENDPOINT_PATH}/1.0.0`;

const TILE = 'application/vnd.mapbox-vector-tile';

interface TileParams {
  ids: string;
  zoom: string;
  column: string;
  file: string;
}

export const vectorTmsRoutes: FastifyPluginAsync = async (app) => {
  await app.register(routes, { prefix: ENDPOINT_PATH });
};

const routes: FastifyPluginAsync = async (app) => {
  const { deps } = app;
  app.setErrorHandler((error, request, reply) =>
    refuse(reply, error instanceof VectorTmsError ? error : internalFault(error, request)),
  );
  app.setNotFoundHandler((_request, reply) => refuse(reply, pageNotFound()));

  const index = async (request: FastifyRequest, reply: FastifyReply) => {
    const { value: tables } = await publishedTables(deps, ENDPOINT_PATH);
    return sendDocument(reply, tableIndex(baseOf(request), tables.values()));
  };
  for (const path of ['/', '/1.0.0', '/1.0.0/index.json']) app.get(path, index);

  app.get<{ Params: { document: string } }>('/1.0.0/:document', async (request, reply) => {
    const id = /^(.*)\.json$/s.exec(request.params.document)?.[1];
    if (id === undefined) throw pageNotFound();
    const { value: tables } = await publishedTables(deps, ENDPOINT_PATH);
    const table = findTable(tables, id);
    return sendDocument(reply, tableDetail(baseOf(request), table));
  });

  app.get<{ Params: TileParams }>('/1.0.0/:ids/:zoom/:column/:file', async (request, reply) => {
    const { ids, zoom, column, file } = request.params;
    const { bytes, offerings } = await makeTile(deps, {
      endpointPath: ENDPOINT_PATH,
      ids: ids.split(','),
      address: readTileAddress(zoom, column, file),
      options: readTileOptions(request.url.split('?').slice(1).join('?')),
      reader: readerOf(reply),
    });
    request.served = { offerings };
    return reply.type(TILE).header('cache-control', 'no-cache').send(bytes);
  });
};

function baseOf(request: FastifyRequest): string {
  return `${request.origin}${VERSION_PATH}`;
}

function sendDocument(reply: FastifyReply, document: object): FastifyReply {
  return reply.type('application/json').header('cache-control', 'no-cache').send(JSON.stringify(document));
}

function refuse(reply: FastifyReply, { status, message }: VectorTmsError): FastifyReply {
  return reply.code(status).type('text/plain; charset=utf-8').send(`${message}\n`);
}

function internalFault(error: unknown, request: FastifyRequest): VectorTmsError {
  request.log.error({ err: error, reqId: request.id }, 'VectorTms:Failed');
  return new VectorTmsError(500, 'Internal error');
}
