import type { FastifyRequest } from 'fastify';
import { AccessRefusal } from '../../domain/guard/refusal.js';
import type { Visit } from '../../domain/guard/visit.js';
import { publishedFeatureTypes, type PublishedFeatureTypes } from '../../domain/published-feature-types.js';
import { getFeature, type WfsAnswer, type WfsContext, type WfsDeps } from '../../domain/wfs.js';
import { exceptionReport, OwsException } from '../../ogc/ows/exceptions.js';
import { Kvp } from '../../ogc/ows/kvp.js';
import { wfsCapabilities } from '../../ogc/wfs/capabilities.js';
import { featureTypeJson, featureTypeSchema } from '../../ogc/wfs/describe.js';
import { asInvalidParameter, unknownFeatureType } from '../../ogc/wfs/exceptions.js';
import type { FeatureType } from '../../ogc/wfs/model.js';
import { GET_FEATURE_BY_ID, readWfsRequest, WFS_VERSIONS, type GetFeature } from '../../ogc/wfs/request.js';
import { storedQueryDescription, storedQueryList } from '../../ogc/wfs/response.js';
import { answerUnknownRoute } from '../../plugins/error-handler.js';
import { refuseAccess } from '../../plugins/guard.js';
import { queryOf, type ServicePlugin } from './service.js';
import { retryHeaders } from './busy.js';
import { readerOf } from './reader.js';

/** Paths under which the platform answers, below that of the service (diffusion.md §1). */
const PATHS = ['/', '/ows', '/wfs', '/geoserver/ows'] as const;

const XML = 'text/xml';
const SCHEMA_REPOSITORY = 'http://schemas.opengis.net';

/** WFS. Errors are exception reports; a fault in mid-document closes the connection. */
export const wfsRoutes: ServicePlugin = async (app, { visitOf }) => {
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof AccessRefusal) return refuseAccess(reply, error);
    const refusal = error instanceof OwsException ? error : internalFault(error, request);
    return reply
      .code(refusal.status)
      .headers(retryHeaders(refusal))
      .type('application/xml;charset=UTF-8')
      .send(exceptionReport(refusal, WFS_VERSIONS[0]));
  });
  app.setNotFoundHandler(answerUnknownRoute);
  for (const path of PATHS) {
    app.get(path, async (request, reply) => {
      const serviceUrl = `${request.origin}${app.prefix}`;
      const context = { serviceUrl, query: queryOf(request), reader: readerOf(reply) };
      const { contentType, body } = await answer(app.deps, request, visitOf(request), context);
      return reply.type(contentType).send(body);
    });
    // Refused before the body is read.
    app.post(path, { onRequest: refusePost }, refusePost);
  }
  // The schemas that answers import: OGC publishes them, and the repository is found by the same path.
  app.get<{ Params: { '*': string } }>('/schemas/*', async (request, reply) =>
    reply.redirect(`${SCHEMA_REPOSITORY}/${encodeURI(request.params['*'])}`),
  );
};

async function answer(deps: WfsDeps, request: FastifyRequest, visit: Visit, context: WfsContext): Promise<WfsAnswer> {
  const wanted = readWfsRequest(readKvp(context.query));
  const published = await publishedFeatureTypes(deps, visit);
  const { types, offeringOf } = published;
  switch (wanted.operation) {
    case 'GetCapabilities': {
      const { maxFeatures } = deps.config.wfs;
      return { contentType: XML, body: wfsCapabilities({ serviceUrl: context.serviceUrl, types, maxFeatures }) };
    }
    case 'DescribeFeatureType': {
      const described = wanted.typeNames.length === 0 ? types : published.named(wanted.typeNames);
      return wanted.format === 'json'
        ? { contentType: 'application/json', body: featureTypeJson(described) }
        : {
            contentType: 'application/gml+xml; version=3.2',
            body: featureTypeSchema(described, context.serviceUrl),
          };
    }
    case 'GetFeature': {
      const type = requestedType(wanted, published);
      const features = await getFeature(deps, wanted, type, context);
      request.served = { offerings: [offeringOf.get(type) ?? []].flat() };
      return features;
    }
    case 'ListStoredQueries':
      return { contentType: XML, body: storedQueryList(GET_FEATURE_BY_ID, types) };
    case 'DescribeStoredQueries':
      return { contentType: XML, body: storedQueryDescription(GET_FEATURE_BY_ID) };
  }
}

async function refusePost(): Promise<never> {
  throw new OwsException('OperationNotSupported', 'Requests in XML are not supported: use GET', 'POST');
}

function readKvp(query: string): Kvp {
  try {
    return Kvp.parse(query);
  } catch (error) {
    throw asInvalidParameter(error, 'request');
  }
}

/** The one feature type of a query: named, or told by the ids. @throws OwsException */
function requestedType({ typeNames, filter }: GetFeature, published: PublishedFeatureTypes): FeatureType {
  const ids = filter.kind === 'ids' ? filter.ids : [];
  const [type, ...others] = typeNames.length > 0 ? published.named(typeNames) : published.ofIds(ids);
  if (type === undefined) throw unknownFeatureType((ids[0] ?? '').split('.', 1)[0] ?? '');
  if (others.length > 0) {
    throw new OwsException(
      'OptionNotSupported',
      'GetFeature takes one feature type at a time: joins and multiple queries are not supported',
      'typeNames',
    );
  }
  return type;
}

function internalFault(error: unknown, request: FastifyRequest): OwsException {
  request.log.error({ err: error, reqId: request.id }, 'Wfs:Failed');
  return new OwsException('NoApplicableCode', 'Internal error', undefined, 500);
}
