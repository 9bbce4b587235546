import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { tileMatrixSets } from '../../catalogue/tile-matrix-sets.js';
import { publishedPyramidLayers } from '../../domain/published.js';
import { readStoredTile, type StoredTile } from '../../domain/tiles.js';
import { errorDocument, layerDocument, layerMetadata, serviceDocument } from '../../ogc/tms/documents.js';
import {
  assertVersion,
  findLayer,
  noData,
  readTilePath,
  type TilePath,
  TmsError,
  unknownPath,
} from '../../ogc/tms/request.js';
import { evaluateConditions } from '../preconditions.js';

/** TMS of the open endpoint, spec diffusion §6.3. */

const PREFIX = '/tms';

/** Path of the service among those of its endpoint. */
const ENDPOINT_PATH = '/tms/';

const XML = 'text/xml';

/** Seconds for which clients may keep a tile. */
const TILE_LIFETIME = 86_400;

interface LayerParams {
  version: string;
  layer: string;
}

export const tmsRoutes: FastifyPluginAsync = async (app) => {
  await app.register(routes, { prefix: PREFIX });
};

const routes: FastifyPluginAsync = async (app) => {
  const { deps } = app;
  const published = () => publishedPyramidLayers(deps, 'WMTS-TMS', ENDPOINT_PATH);
  const namedLayer = async ({ version, layer }: LayerParams) => {
    assertVersion(version);
    return findLayer((await published()).byName, layer);
  };

  app.setErrorHandler((error, request, reply) => {
    const refusal = error instanceof TmsError ? error : internalFault(error, request);
    return reply.code(refusal.status).type(XML).send(errorDocument(refusal.message));
  });
  app.setNotFoundHandler((_request, reply) => {
    const refusal = unknownPath();
    return reply.code(refusal.status).type(XML).send(errorDocument(refusal.message));
  });

  const service = async (request: FastifyRequest, reply: FastifyReply) =>
    sendDocument(reply, XML, serviceDocument(serviceUrl(request), (await published()).layers));
  app.get('/', service);
  app.get<{ Params: { version: string } }>('/:version', async (request, reply) => {
    assertVersion(request.params.version);
    return service(request, reply);
  });

  app.get<{ Params: LayerParams }>('/:version/:layer', async (request, reply) =>
    sendDocument(reply, XML, layerDocument(serviceUrl(request), await namedLayer(request.params))),
  );

  app.get<{ Params: LayerParams }>('/:version/:layer/metadata.json', async (request, reply) => {
    const metadata = layerMetadata(serviceUrl(request), await namedLayer(request.params));
    return sendDocument(reply, 'application/json', JSON.stringify(metadata));
  });

  app.get<{ Params: LayerParams }>('/:version/:layer/gdal.xml', async (request) => {
    const { name } = await namedLayer(request.params);
    throw new TmsError(400, `Layer ${name} is vector data: cannot describe it with this format`);
  });

  app.get<{ Params: LayerParams & TilePath }>('/:version/:layer/:level/:column/:tile', async (request, reply) => {
    const { version, layer: name, ...path } = request.params;
    assertVersion(version);
    const find = async (): Promise<StoredTile> => {
      const { byName, filesOf } = await published();
      const layer = findLayer(byName, name);
      const address = readTilePath(layer, levelsOfGrid(layer.tileMatrixSet), path);
      const filesKey = filesOf.get(address.level.source.storedData);
      if (filesKey === undefined) throw noData();
      return { layer, address, filesKey };
    };
    const expected = await find();
    if (evaluateConditions(request.headers, { etag: etagOf(expected) }) === 'unchanged') {
      return describeTile(request, reply, expected).code(304).send();
    }
    const { tile, bytes } = await readStoredTile(deps, expected, find);
    if (bytes === null) throw noData();
    return describeTile(request, reply, tile).send(bytes);
  });
};

/** Public address of the service, without version. */
function serviceUrl(request: FastifyRequest): string {
  return `${request.origin}${PREFIX}`;
}

function sendDocument(reply: FastifyReply, mediaType: string, document: string): FastifyReply {
  return reply.type(mediaType).header('cache-control', 'no-cache').send(document);
}

function levelsOfGrid(tileMatrixSet: string): Set<string> {
  return new Set(
    tileMatrixSets()
      .get(tileMatrixSet)
      ?.levels.map(({ id }) => id),
  );
}

/** The files of a pyramid never change under their prefix: with the address, its end names the bytes. */
function etagOf({ address: { level, col, row }, filesKey }: StoredTile): string {
  return `"${filesKey.slice(filesKey.lastIndexOf('/') + 1)}-${level.id}-${col}-${row}"`;
}

function describeTile(request: FastifyRequest, reply: FastifyReply, tile: StoredTile): FastifyReply {
  const { offering, format } = tile.layer;
  request.served = { offerings: [offering] };
  return reply
    .type(format.mediaType)
    .header('etag', etagOf(tile))
    .header('cache-control', `max-age=${TILE_LIFETIME}`)
    .header('content-disposition', `filename="image.${format.extension}"`);
}

function internalFault(error: unknown, request: FastifyRequest): TmsError {
  request.log.error({ err: error, reqId: request.id }, 'Tms:Failed');
  return new TmsError(500, 'Internal error');
}
