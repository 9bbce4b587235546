import type { FastifyReply, FastifyRequest } from 'fastify';
import { findFeatures } from '../../domain/feature-info.js';
import { AccessRefusal } from '../../domain/guard/refusal.js';
import { drawMap } from '../../domain/maps.js';
import { publishedWmsLayers, type PublishedWmsLayers } from '../../domain/published.js';
import { Kvp, RepeatedParameterError } from '../../ogc/ows/kvp.js';
import { describedLayer, writeCapabilities } from '../../ogc/wms/capabilities.js';
import { WmsException, writeExceptionReport } from '../../ogc/wms/exceptions.js';
import { writeFeatureInfo } from '../../ogc/wms/feature-info.js';
import type { WmsLayer } from '../../ogc/wms/model.js';
import type { ParameterReader } from '../../ogc/wms/parameters.js';
import { readWmsRequest, requestedVersion } from '../../ogc/wms/request.js';
import { answerUnknownRoute } from '../../plugins/error-handler.js';
import { refuseAccess } from '../../plugins/guard.js';
import { CapabilitiesCache } from './capabilities-cache.js';
import { readerOf } from './reader.js';
import { queryOf, type ServicePlugin } from './service.js';
import { signalOf } from './signal.js';

/** WMS-VECTOR: every address below that of the service (spec diffusion §1). */
const PATHS = ['/', '/ows', '/wms', '/geoserver/ows'];

export const wmsVectorRoutes: ServicePlugin = async (app, { visitOf }) => {
  const { deps } = app;
  const documents = new CapabilitiesCache<WmsLayer>();

  const capabilities = async (request: FastifyRequest, published: PublishedWmsLayers): Promise<Buffer> => {
    const url = `${request.origin}${app.prefix}`;
    return documents.get(published, url, {
      describe: (layer) => describedLayer(layer, url),
      write: () => writeCapabilities({ url, layers: published.layers }),
    });
  };

  const answer = async (read: ParameterReader, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const wms = readWmsRequest(read, deps.config.render);
    const published = await publishedWmsLayers(deps, visitOf(request));
    switch (wms.operation) {
      case 'GetCapabilities':
        return reply.type('text/xml').send(await capabilities(request, published));
      case 'GetMap': {
        const map = await drawMap(deps, wms, published.byName, signalOf(reply));
        request.served = servedLayers(wms.layers, published);
        return reply.type(map.contentType).send(map.body);
      }
      case 'GetFeatureInfo': {
        const found = await findFeatures(deps, wms, published.byName, readerOf(reply));
        const context = { srid: wms.view.crs.srid, now: new Date() };
        const { contentType, body } = writeFeatureInfo(wms.infoFormat, found, context);
        request.served = servedLayers(wms.queryLayers, published);
        return reply.type(contentType).send(body);
      }
    }
  };

  app.setNotFoundHandler(answerUnknownRoute);
  for (const path of PATHS) {
    app.get(path, async (request, reply) => {
      let read: ParameterReader = () => undefined;
      try {
        const kvp = Kvp.parse(queryOf(request));
        read = (name) => kvp.get(name);
        return await answer(read, request, reply);
      } catch (error) {
        if (error instanceof AccessRefusal) return refuseAccess(reply, error);
        const exception = toException(error, request);
        const { contentType, body } = writeExceptionReport(exception, requestedVersion(read));
        // GeoServer answers exceptions with status 200 (spec diffusion §5).
        return reply.status(200).type(contentType).send(body);
      }
    });
    // Refused before the body is read.
    app.post(path, { onRequest: refusePost }, refusePost);
  }
};

function servedLayers(names: readonly string[], { byName }: PublishedWmsLayers): { offerings: string[] } {
  return { offerings: [...new Set(names.flatMap((name) => byName.get(name)?.offering ?? []))] };
}

async function refusePost(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const refusal = new WmsException('OperationNotSupported', 'Requests in POST are not supported: use GET');
  const { contentType, body } = writeExceptionReport(refusal, '1.3.0');
  return reply.status(200).type(contentType).send(body);
}

/** Anything unexpected is logged in full and told in general. */
function toException(error: unknown, request: FastifyRequest): WmsException {
  if (error instanceof WmsException) return error;
  if (error instanceof RepeatedParameterError) {
    return new WmsException('InvalidParameterValue', error.message, error.parameter);
  }
  request.log.error({ err: error }, 'Wms:Failed');
  return new WmsException('NoApplicableCode', 'Internal error');
}
