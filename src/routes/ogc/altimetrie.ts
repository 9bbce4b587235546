import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ElevationReading, readElevations } from '../../domain/elevations.js';
import { AccessRefusal } from '../../domain/guard/refusal.js';
import { publishedAltimetry } from '../../domain/published-altimetry.js';
import { ApiError } from '../../errors.js';
import {
  type ElevationAnswer,
  elevationDocument,
  errorDocument,
  resourceDetail,
  resourceList,
} from '../../ogc/alti/documents.js';
import { heightDifferences, samplePlaces } from '../../ogc/alti/profile.js';
import {
  AltimetryError,
  type AltimetryFormat,
  FORMATS,
  type RawParameters,
  readElevationRequest,
  readProfileRequest,
  unknownResource,
} from '../../ogc/alti/request.js';
import { refuseAccess } from '../../plugins/guard.js';
import type { ServicePlugin } from './service.js';
import { signalOf } from './signal.js';

/** Altimetry, spec diffusion §10.1. */

const MEDIA_TYPES: Readonly<Record<AltimetryFormat, string>> = { json: 'application/json', xml: 'application/xml' };

/** Bytes of an address; what is longer goes into a body. */
const MAX_ADDRESS = 8192;

export const altimetryRoutes: ServicePlugin = async (app, { visitOf }) => {
  const { deps } = app;
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof AccessRefusal) return refuseAccess(reply, error);
    const refusal = error instanceof AltimetryError ? error : refusalOf(error, request);
    const format = formatOf(request);
    return reply.code(refusal.status).type(MEDIA_TYPES[format]).send(errorDocument(format, refusal));
  });
  app.setNotFoundHandler(() => {
    throw new AltimetryError(404, 'NOT_FOUND', "Cette adresse n'existe pas.");
  });
  app.addHook('onRequest', async ({ url }) => {
    if (url.length > MAX_ADDRESS) {
      throw new AltimetryError(
        414,
        'URI_TOO_LONG',
        `L'adresse dépasse ${MAX_ADDRESS} octets : envoyez la requête par POST.`,
      );
    }
  });

  app.get<{ Querystring: { keywords?: string | string[] } }>('/resources', async (request, reply) => {
    const { resources } = await publishedAltimetry(deps, visitOf(request));
    return send(reply, 'json', JSON.stringify(resourceList(resources, [request.query.keywords ?? []].flat())));
  });
  app.get<{ Params: { name: string } }>('/resources/:name', async (request, reply) => {
    const { byName } = await publishedAltimetry(deps, visitOf(request));
    const resource = byName.get(request.params.name);
    if (resource === undefined) throw unknownResource(404, request.params.name);
    request.served = { offerings: [resource.offering] };
    return send(reply, 'json', JSON.stringify(resourceDetail(resource)));
  });

  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    reading: Pick<ElevationReading, 'resource' | 'places' | 'measures'>,
    write: (elevations: ElevationAnswer['elevations']) => Omit<ElevationAnswer, 'elevations'>,
  ) => {
    const signal = signalOf(reply);
    const { resource, elevations } = await readElevations(deps, { ...reading, visit: visitOf(request), signal });
    request.served = { offerings: [resource.offering] };
    const format = formatOf(request);
    return send(reply, format, elevationDocument(format, { elevations, ...write(elevations) }));
  };
  const elevation = async (request: FastifyRequest, reply: FastifyReply) => {
    const asked = readElevationRequest(parametersOf(request));
    return answer(request, reply, asked, () => ({ request: asked }));
  };
  const elevationLine = async (request: FastifyRequest, reply: FastifyReply) => {
    const asked = readProfileRequest(parametersOf(request));
    const { places: line, sampling } = asked;
    const places = sampling === null ? line : samplePlaces(line, sampling);
    return answer(request, reply, { ...asked, places }, (elevations) => ({
      request: asked,
      differences: heightDifferences(elevations),
    }));
  };
  for (const version of ['/1.0', '']) {
    for (const format of FORMATS) {
      const path = `${version}/calcul/alti/rest`;
      app.route({ method: ['GET', 'POST'], url: `${path}/elevation.${format}`, handler: elevation });
      app.route({ method: ['GET', 'POST'], url: `${path}/elevationLine.${format}`, handler: elevationLine });
    }
  }
};

/** Of a body when there may be one. @throws AltimetryError for one that is no object */
function parametersOf({ method, query, body }: FastifyRequest): RawParameters {
  const parameters = method === 'POST' ? body : query;
  if (typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters)) {
    return parameters as RawParameters;
  }
  throw new AltimetryError(400, 'BAD_PARAMETER', 'Le corps de la requête doit être un objet JSON.');
}

function formatOf({ url }: FastifyRequest): AltimetryFormat {
  return /^[^?]*\.xml(?:\?|$)/.test(url) ? 'xml' : 'json';
}

function send(reply: FastifyReply, format: AltimetryFormat, document: string): FastifyReply {
  return reply.type(MEDIA_TYPES[format]).header('cache-control', 'no-cache').send(document);
}

/** Refusals of the framework (unreadable or too large bodies), and what was not foreseen. */
function refusalOf(error: unknown, request: FastifyRequest): AltimetryError {
  if (error instanceof ApiError) return new AltimetryError(error.status, 'BAD_REQUEST', error.message);
  const status = (error as { statusCode?: unknown }).statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new AltimetryError(status, 'BAD_REQUEST', 'La requête ne peut pas être lue : un corps JSON est attendu.');
  }
  // A client that left is no failure of ours.
  request.log[request.socket.destroyed ? 'info' : 'error']({ err: error, reqId: request.id }, 'Altimetry:Failed');
  return new AltimetryError(500, 'INTERNAL_ERROR', 'Une erreur interne est survenue.');
}
