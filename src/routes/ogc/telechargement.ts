import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AskedFile, findFile, guessFile } from '../../domain/download-files.js';
import { findFiles, findParts, findResources } from '../../domain/downloads.js';
import { AccessRefusal } from '../../domain/guard/refusal.js';
import { ApiError, badRequest, notFound } from '../../errors.js';
import { atomFeed, jsonFeed } from '../../ogc/download/documents.js';
import { type FeedService, filesFeed, partsFeed, resourcesFeed } from '../../ogc/download/feed.js';
import { ATOM, type Feed } from '../../ogc/download/feed-model.js';
import { mediaTypeOf } from '../../ogc/download/media-types.js';
import {
  FeedRequestError,
  type RawQuery,
  readFilesRequest,
  readPartsRequest,
  readResourcesRequest,
} from '../../ogc/download/request.js';
import { inOrder, pageOf } from '../../ogc/download/selection.js';
import { answerUnknownRoute } from '../../plugins/error-handler.js';
import { refuseAccess } from '../../plugins/guard.js';
import { isStorableText } from '../../plugins/text.js';
import { preferredType } from '../accept.js';
import { sendFile } from '../files.js';
import { evaluateConditions } from '../preconditions.js';
import type { ServicePlugin } from './service.js';

/** Download services, spec diffusion §8: one tree of feeds and files under the path of each endpoint. */

type Titles = Pick<FeedService, 'titles' | 'subtitles'>;

const OPEN: Titles = {
  titles: {
    en: 'Public Download Service of Géoplateforme',
    fr: 'Service de téléchargement public de la Géoplateforme',
  },
  subtitles: {
    en: 'This Download Service allows you to download public datasources',
    fr: 'Ce service permet de télécharger les données publiques',
  },
};

const RESTRICTED: Titles = {
  titles: {
    en: 'Private Download Service of Géoplateforme',
    fr: 'Service de téléchargement privé de la Géoplateforme',
  },
  subtitles: {
    en: 'This Download Service allows you to download the datasources of your key',
    fr: 'Ce service permet de télécharger les données de votre clé',
  },
};

interface ResourceParams {
  resource: string;
}
interface FilePath {
  '*': string;
}
interface PartParams extends ResourceParams {
  part: string;
}

export const downloadRoutes: ServicePlugin = async (app, { visitOf }) => {
  const { deps } = app;
  const serviceOf = (request: FastifyRequest): FeedService => ({
    ...(visitOf(request).rights === null ? OPEN : RESTRICTED),
    base: `${request.origin}${app.prefix}`,
  });
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof AccessRefusal) return refuseAccess(reply, error);
    throw error;
  });
  app.setNotFoundHandler(answerUnknownRoute);

  const resources = async (request: FastifyRequest<{ Querystring: RawQuery }>, reply: FastifyReply) => {
    const asked = read(readResourcesRequest, request.query);
    const found = await findResources(deps, visitOf(request), asked.filters);
    const page = pageOf(found.resources, asked);
    return sendFeed(request, reply, resourcesFeed(serviceOf(request), asked, page, found.changes));
  };
  app.get('/', resources);
  app.get('/capabilities', resources);

  app.get<{ Params: ResourceParams; Querystring: RawQuery }>('/resource/:resource', async (request, reply) => {
    const asked = read(readPartsRequest, request.query);
    const { resource: name } = request.params;
    const { resource, parts, changes } = await findParts(deps, visitOf(request), { name, filters: asked.filters });
    const page = pageOf(inOrder(parts, asked.order, asked.language), asked);
    return sendFeed(request, reply, partsFeed(serviceOf(request), asked, resource, page, changes));
  });

  app.get<{ Params: PartParams; Querystring: RawQuery }>('/resource/:resource/:part', async (request, reply) => {
    const asked = read(readFilesRequest, request.query);
    const { resource: name, part } = request.params;
    const found = await findFiles(deps, visitOf(request), { name, part, page: asked });
    return sendFeed(request, reply, filesFeed(serviceOf(request), asked, found, found, found.changed));
  });

  // A wildcard: names of files may be longer, once escaped, than parameters may be.
  app.get<{ Params: FilePath }>('/download/*', async (request, reply) => {
    const asked = readFilePath(request);
    const find = async () => {
      const { offering, key, size, md5, since } = await findFile(deps, visitOf(request), asked);
      request.served = { offerings: [offering] };
      const mediaType = mediaTypeOf(asked.file);
      return { key, size, mediaType, downloadName: asked.file, digest: md5, lastModified: since };
    };
    try {
      return await sendFile(request, reply, deps.storage, find, () => guessFile(deps, visitOf(request), asked));
    } catch (error) {
      // A refusal is no consumption.
      request.served = null;
      throw error;
    }
  });
};

/** The names in an address, `resource/part/file`. An escaped slash separates nothing. @throws ApiError not_found */
function readFilePath({ params, url }: FastifyRequest<{ Params: FilePath }>): AskedFile {
  const [name = '', part = '', file = '', ...more] = params['*'].split('/');
  if (more.length > 0 || file === '' || !isStorableText(file) || /^[^?]*%2f/i.test(url)) {
    throw notFound("Ce fichier n'existe pas.");
  }
  return { name, part, file };
}

/** @throws ApiError bad_request with everything that is wrong */
function read<T>(reader: (query: RawQuery) => T, query: RawQuery): T {
  try {
    return reader(query);
  } catch (error) {
    if (error instanceof FeedRequestError) throw badRequest(...error.sentences);
    throw error;
  }
}

const JSON_TYPE = 'application/json';

/**
 * In the form that `outputFormat`, else `Accept`, asks for, unless the client has it already.
 * @throws ApiError precondition_failed
 */
function sendFeed(request: FastifyRequest<{ Querystring: RawQuery }>, reply: FastifyReply, feed: Feed): FastifyReply {
  const asked = request.query.outputFormat;
  const type = asked === JSON_TYPE || asked === ATOM ? asked : preferredType(request.headers.accept, [ATOM, JSON_TYPE]);
  const body = type === ATOM ? atomFeed(feed) : jsonFeed(feed);
  const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
  const condition = evaluateConditions(request.headers, { etag });
  if (condition === 'failed') {
    throw new ApiError('precondition_failed', 'Le flux a changé : les conditions de la requête ne sont pas remplies.');
  }
  void reply.header('etag', etag).header('vary', 'accept').header('cache-control', 'no-cache');
  if (condition === 'unchanged') return reply.code(304).send();
  return reply.type(`${type}; charset=utf-8`).send(body);
}
