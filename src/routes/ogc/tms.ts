import type { FastifyReply, FastifyRequest } from 'fastify';
import { tileMatrixSets } from '../../catalogue/tile-matrix-sets.js';
import { AccessRefusal } from '../../domain/guard/refusal.js';
import type { PublishedPyramidLayers } from '../../domain/published.js';
import { isQuadTree } from '../../ogc/rok4/grid.js';
import { defaultStyle } from '../../ogc/rok4/tile-styles.js';
import { errorDocument, layerDocument, layerMetadata, serviceDocument } from '../../ogc/tms/documents.js';
import { gdalDocument } from '../../ogc/tms/gdal-document.js';
import {
  assertVersion,
  findLayer,
  noData,
  readTilePath,
  type TilePath,
  TmsError,
  unknownPath,
} from '../../ogc/tms/request.js';
import { refuseAccess } from '../../plugins/guard.js';
import { contentDisposition } from './disposition.js';
import type { ServicePlugin } from './service.js';
import { publishedTileLayers, sendTile, type WantedTile } from './tile-answers.js';

/** TMS, spec diffusion §6.3. */

const XML = 'text/xml';

interface LayerParams {
  version: string;
  layer: string;
}

export const tmsRoutes: ServicePlugin = async (app, { visitOf }) => {
  const { deps } = app;
  const namedLayer = async (request: FastifyRequest<{ Params: LayerParams }>) => {
    const { version, layer } = request.params;
    assertVersion(version);
    return findLayer((await publishedTileLayers(deps, visitOf(request))).byName, layer);
  };
  /** Public address of the service, without version. */
  const serviceUrl = ({ origin }: FastifyRequest) => `${origin}${app.prefix}`;

  app.setErrorHandler((error, request, reply) => {
    if (error instanceof AccessRefusal) return refuseAccess(reply, error);
    const refusal = error instanceof TmsError ? error : internalFault(error, request);
    return reply.code(refusal.status).type(XML).send(errorDocument(refusal.message));
  });
  app.setNotFoundHandler((_request, reply) => {
    const refusal = unknownPath();
    return reply.code(refusal.status).type(XML).send(errorDocument(refusal.message));
  });

  const service = async (request: FastifyRequest, reply: FastifyReply) =>
    sendDocument(
      reply,
      XML,
      serviceDocument(serviceUrl(request), (await publishedTileLayers(deps, visitOf(request))).layers),
    );
  app.get('/', service);
  app.get<{ Params: { version: string } }>('/:version', async (request, reply) => {
    assertVersion(request.params.version);
    return service(request, reply);
  });

  app.get<{ Params: LayerParams }>('/:version/:layer', async (request, reply) =>
    sendDocument(reply, XML, layerDocument(serviceUrl(request), await namedLayer(request))),
  );

  app.get<{ Params: LayerParams }>('/:version/:layer/metadata.json', async (request, reply) => {
    const metadata = layerMetadata(serviceUrl(request), await namedLayer(request));
    return sendDocument(reply, 'application/json', JSON.stringify(metadata));
  });

  app.get<{ Params: LayerParams }>('/:version/:layer/gdal.xml', async (request, reply) => {
    const layer = await namedLayer(request);
    const grid = tileMatrixSets().get(layer.tileMatrixSet);
    const because = layer.format.isVector
      ? 'is vector data'
      : grid === undefined || !isQuadTree(grid)
        ? 'data is not a quad tree'
        : null;
    if (grid === undefined || because !== null) {
      throw new TmsError(400, `Layer ${layer.name} ${because}: cannot describe it with this format`);
    }
    return sendDocument(reply, XML, gdalDocument(serviceUrl(request), layer, grid));
  });

  app.get<{ Params: LayerParams & TilePath }>('/:version/:layer/:level/:column/:tile', async (request, reply) => {
    const { version, layer: name, ...path } = request.params;
    assertVersion(version);
    const find = ({ byName, filesOf }: PublishedPyramidLayers): WantedTile => {
      const layer = findLayer(byName, name);
      const address = readTilePath(layer, (id) => isLevelOf(layer.tileMatrixSet, id), path);
      const filesKey = filesOf.get(address.level.source.storedData);
      if (filesKey === undefined) throw noData();
      const disposition = contentDisposition(undefined, layer.format.extension);
      return { layer, address, filesKey, style: defaultStyle(layer), disposition };
    };
    return sendTile(deps, { request, reply, visit: visitOf(request) }, find, noData);
  });
};

function sendDocument(reply: FastifyReply, mediaType: string, document: string): FastifyReply {
  return reply.type(mediaType).header('cache-control', 'no-cache').send(document);
}

function isLevelOf(tileMatrixSet: string, id: string): boolean {
  return (
    tileMatrixSets()
      .get(tileMatrixSet)
      ?.levels.some((level) => level.id === id) ?? false
  );
}

function internalFault(error: unknown, request: FastifyRequest): TmsError {
  request.log.error({ err: error, reqId: request.id }, 'Tms:Failed');
  return new TmsError(500, 'Internal error');
}
