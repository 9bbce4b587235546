import type { FastifyReply, FastifyRequest } from 'fastify';
import { tileMatrixSets } from '../../catalogue/tile-matrix-sets.js';
import { AccessRefusal } from '../../domain/guard/refusal.js';
import type { PublishedPyramidLayers } from '../../domain/published.js';
import { tileValues } from '../../domain/tile-values.js';
import { readStoredTile } from '../../domain/tiles.js';
import { Kvp, RepeatedParameterError } from '../../ogc/ows/kvp.js';
import { isEchoed } from '../../ogc/rok4/echo.js';
import type { PyramidLayer } from '../../ogc/rok4/layer.js';
import { writePixelValues } from '../../ogc/rok4/pixel-values.js';
import { describedLayer, writeCapabilities } from '../../ogc/wmts/capabilities.js';
import { noTile, noValues, WmtsException, writeExceptionReport } from '../../ogc/wmts/exceptions.js';
import {
  type AskedTile,
  type GetFeatureInfoRequest,
  type Offered,
  readGetFeatureInfo,
  readGetTile,
  readOperation,
} from '../../ogc/wmts/request.js';
import { tileBox } from '../../pyramid/grid.js';
import { refuseAccess } from '../../plugins/guard.js';
import { CapabilitiesCache } from './capabilities-cache.js';
import { contentDisposition } from './disposition.js';
import { forwardValues } from './forwarded-values.js';
import { queryOf, type ServicePlugin } from './service.js';
import { publishedTileLayers, sendTile, type WantedTile } from './tile-answers.js';
import { refuseUnknownPath } from './unknown-path.js';

/** WMTS: parameters only, no REST (spec diffusion §6.2). */

const XML = 'text/xml';

export const wmtsRoutes: ServicePlugin = async (app, { visitOf }) => {
  const { deps } = app;
  const documents = new CapabilitiesCache<PyramidLayer>();

  const getTile = async (kvp: Kvp, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const find = (published: PublishedPyramidLayers): WantedTile => {
      const { style, ...asked } = readGetTile(kvp, offeredBy(published));
      return {
        ...locate(published, asked, noTile),
        style,
        disposition: contentDisposition(kvp.get('filename'), asked.layer.format.extension),
      };
    };
    return sendTile(deps, { request, reply, visit: visitOf(request) }, find, noTile);
  };

  const getFeatureInfo = async (kvp: Kvp, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const find = async () => {
      const published = await publishedTileLayers(deps, visitOf(request));
      const asked = readGetFeatureInfo(kvp, offeredBy(published));
      return { ...locate(published, asked, noValues), asked };
    };
    const found = await find();
    const { featureInfo } = found.layer;
    if (featureInfo?.type === 'server') return relayValues(featureInfo.url, found.asked, request, reply);
    const { tile, bytes } = await readStoredTile(deps, found, find);
    if (bytes === null) throw noValues();
    const { layer, asked } = tile;
    const values = await tileValues(layer, asked.level, bytes, asked);
    request.served = { offerings: [layer.offering] };
    return sendDocument(reply, asked.infoFormat, writePixelValues(asked.infoFormat, values));
  };

  const relayValues = async (
    serverUrl: string,
    asked: GetFeatureInfoRequest,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const { layer, matrix, level, i, j, infoFormat } = asked;
    const point = { crs: layer.crs, bbox: tileBox(matrix, asked), width: level.tileWidth, height: level.tileHeight };
    const told = await forwardValues(deps, { request, reply }, serverUrl, { ...point, i, j, infoFormat });
    if (told === null) throw noValues();
    request.served = { offerings: [layer.offering] };
    return told;
  };

  const capabilities = async (request: FastifyRequest): Promise<Buffer> => {
    const { origin } = request;
    const published = await publishedTileLayers(deps, visitOf(request));
    const service = { origin, url: `${origin}${app.prefix}`, layers: published.layers, grids: tileMatrixSets() };
    return documents.get(published, origin, {
      describe: (layer) => describedLayer(layer, origin),
      write: () => writeCapabilities(service),
    });
  };

  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const kvp = Kvp.parse(queryOf(request));
    switch (readOperation(kvp)) {
      case 'GetCapabilities':
        return sendDocument(reply, XML, await capabilities(request));
      case 'GetTile':
        return getTile(kvp, request, reply);
      case 'GetFeatureInfo':
        return getFeatureInfo(kvp, request, reply);
    }
  };

  app.setErrorHandler((error, request, reply) =>
    error instanceof AccessRefusal ? refuseAccess(reply, error) : refuse(reply, toException(error, request)),
  );
  app.setNotFoundHandler(refuseUnknownPath);
  app.get('/', answer);
  // Refused before the body is read.
  app.post('/', { onRequest: refusePost }, refusePost);
};

const offeredBy = ({ byName }: PublishedPyramidLayers): Offered => ({ layers: byName, grids: tileMatrixSets() });

/** Where the files of a tile are now. */
function locate({ filesOf }: PublishedPyramidLayers, { layer, level, col, row }: AskedTile, absent: () => Error) {
  const filesKey = filesOf.get(level.source.storedData);
  if (filesKey === undefined) throw absent();
  return { layer, address: { level, col, row }, filesKey };
}

function sendDocument(reply: FastifyReply, mediaType: string, document: string | Buffer): FastifyReply {
  return reply.type(mediaType).header('cache-control', 'no-cache').send(document);
}

function refuse(reply: FastifyReply, exception: WmtsException): FastifyReply {
  return reply.code(exception.status).type(XML).send(writeExceptionReport(exception));
}

async function refusePost(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return refuse(reply, new WmtsException('OperationNotSupported', 'Requests in POST are not supported: use GET'));
}

/** Anything unexpected is logged in full and told in general. */
function toException(error: unknown, request: FastifyRequest): WmtsException {
  if (error instanceof WmtsException) return error;
  if (error instanceof RepeatedParameterError) {
    const name = isEchoed(error.parameter) ? `${error.parameter.toUpperCase()} query parameter` : 'Query parameter';
    return new WmtsException('InvalidParameterValue', `${name} given several times with different values`);
  }
  request.log.error({ err: error, reqId: request.id }, 'Wmts:Failed');
  return new WmtsException('NoApplicableCode', 'Internal error', 500);
}
