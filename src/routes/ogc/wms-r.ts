import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccessRefusal } from '../../domain/guard/refusal.js';
import { publishedPyramidLayers } from '../../domain/published.js';
import { drawRasterMap, rasterValues } from '../../domain/raster-maps.js';
import { Kvp, RepeatedParameterError } from '../../ogc/ows/kvp.js';
import { isEchoed } from '../../ogc/rok4/echo.js';
import { writePixelValues } from '../../ogc/rok4/pixel-values.js';
import { describedLayer, writeCapabilities } from '../../ogc/wms-raster/capabilities.js';
import { RasterWmsException, writeExceptionReport } from '../../ogc/wms-raster/exceptions.js';
import { EXTENSIONS } from '../../ogc/wms-raster/formats.js';
import {
  type GetFeatureInfoRequest,
  isInspire,
  readGetFeatureInfo,
  readGetMap,
  readOperation,
} from '../../ogc/wms-raster/request.js';
import type { RasterLayer } from '../../ogc/wms-raster/model.js';
import { refuseAccess } from '../../plugins/guard.js';
import { CapabilitiesCache } from './capabilities-cache.js';
import { contentDisposition } from './disposition.js';
import { forwardValues } from './forwarded-values.js';
import { queryOf, type ServicePlugin } from './service.js';
import { signalOf } from './signal.js';
import { refuseUnknownPath } from './unknown-path.js';

/** WMS-RASTER: every address below that of the service (spec diffusion §1 and §6.4). */
const PATHS = ['/', '/wms'];

const XML = 'text/xml';

export const wmsRasterRoutes: ServicePlugin = async (app, { visitOf }) => {
  const { deps } = app;
  const documents = new CapabilitiesCache<RasterLayer>();
  const published = (request: FastifyRequest) =>
    publishedPyramidLayers<RasterLayer>(deps, 'WMS-RASTER', visitOf(request));

  const getMap = async (kvp: Kvp, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const find = async () => {
      const now = await published(request);
      return { published: now, asked: readGetMap(kvp, now.byName) };
    };
    const { asked, image } = await drawRasterMap(deps, find, signalOf(reply));
    request.served = { offerings: asked.layers.map(({ layer }) => layer.offering) };
    return reply
      .type(asked.format)
      .header('content-disposition', contentDisposition(kvp.get('filename'), EXTENSIONS[asked.format]))
      .send(image);
  };

  const getFeatureInfo = async (kvp: Kvp, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const find = async () => {
      const now = await published(request);
      return { published: now, asked: readGetFeatureInfo(kvp, now.byName) };
    };
    const first = (await find()).asked;
    const { featureInfo } = first.queried;
    if (featureInfo?.type === 'server') return relayValues(featureInfo.url, first, request, reply);
    const { asked, values } = await rasterValues(deps, find, signalOf(reply));
    request.served = { offerings: [asked.queried.offering] };
    return sendDocument(reply, asked.infoFormat, writePixelValues(asked.infoFormat, values));
  };

  const relayValues = async (
    serverUrl: string,
    { queried, view, i, j, infoFormat, featureCount }: GetFeatureInfoRequest,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const { bbox, width, height } = view;
    const crs = `${view.crs.authority}:${view.crs.code}`;
    const point = { crs, bbox, width, height, i, j, infoFormat, featureCount };
    const told = await forwardValues(deps, { request, reply }, serverUrl, point);
    if (told === null) throw new RasterWmsException('InvalidPoint', 'No data found');
    request.served = { offerings: [queried.offering] };
    return told;
  };

  const capabilities = async (request: FastifyRequest, inspire: boolean): Promise<Buffer> => {
    const { origin } = request;
    const now = await published(request);
    const service = { origin, url: `${origin}${app.prefix}`, layers: now.layers, inspire };
    return documents.get(now, `${origin} ${inspire}`, {
      describe: (layer) => describedLayer(layer, service),
      write: () => writeCapabilities(service),
    });
  };

  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const kvp = Kvp.parse(queryOf(request));
    switch (readOperation(kvp)) {
      case 'GetCapabilities':
        return sendDocument(reply, XML, await capabilities(request, isInspire(kvp)));
      case 'GetMap':
        return getMap(kvp, request, reply);
      case 'GetFeatureInfo':
        return getFeatureInfo(kvp, request, reply);
    }
  };

  app.setErrorHandler((error, request, reply) =>
    error instanceof AccessRefusal ? refuseAccess(reply, error) : refuse(reply, toException(error, request)),
  );
  app.setNotFoundHandler(refuseUnknownPath);
  for (const path of PATHS) {
    app.get(path, answer);
    // Refused before the body is read.
    app.post(path, { onRequest: refusePost }, refusePost);
  }
};

function sendDocument(reply: FastifyReply, mediaType: string, document: string | Buffer): FastifyReply {
  return reply.type(mediaType).header('cache-control', 'no-cache').send(document);
}

function refuse(reply: FastifyReply, exception: RasterWmsException): FastifyReply {
  return reply.code(exception.status).type(XML).send(writeExceptionReport(exception));
}

async function refusePost(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return refuse(reply, new RasterWmsException('OperationNotSupported', 'Requests in POST are not supported: use GET'));
}

/** Anything unexpected is logged in full and told in general. */
function toException(error: unknown, request: FastifyRequest): RasterWmsException {
  if (error instanceof RasterWmsException) return error;
  if (error instanceof RepeatedParameterError) {
    const name = isEchoed(error.parameter) ? `${error.parameter.toUpperCase()} query parameter` : 'Query parameter';
    return new RasterWmsException('InvalidParameterValue', `${name} given several times with different values`);
  }
  request.log.error({ err: error, reqId: request.id }, 'RasterWms:Failed');
  return new RasterWmsException('NoApplicableCode', 'Internal error', 500);
}
