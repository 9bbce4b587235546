import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { listEndpointDatastores } from '../../domain/administration/datastore-lists.js';
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  findEndpoint,
  listPlatformEndpoints,
} from '../../domain/administration/endpoints.js';
import { presentEndpoint } from '../datastores/present.js';
import { EndpointSchema } from '../datastores/schema.js';
import { PageQuery, readPage, sendPage } from '../lists.js';
import { presentDates } from '../present.js';
import { answers, NoContent, readBoolean } from '../schemas.js';
import { presentEndpointDatastore } from './datastores-present.js';
import { EndpointDatastoreSchema } from './datastores-schema.js';
import {
  CreateEndpointBody,
  EndpointItemSchema,
  EndpointParams,
  EndpointsQuery,
  PatchEndpointBody,
} from './endpoints-schema.js';
import { administratorRoute } from './route.js';

/** Endpoints of the platform (diffusion.md §1). */
export const administratorEndpointRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/',
    administratorRoute({
      operationId: 'listPlatformEndpoints',
      summary: "Lister les points d'accès de la plateforme",
      querystring: EndpointsQuery,
      response: answers({ 200: Type.Array(EndpointItemSchema) }, 400, 401, 403),
    }),
    async (request, reply) => {
      const { name, type } = request.query;
      const page = readPage(request.query);
      const found = await listPlatformEndpoints(app.deps, { filters: { name, type }, page });
      return sendPage(reply, page, found).map((endpoint) => ({
        _id: endpoint.id,
        ...presentDates(endpoint),
        name: endpoint.name,
      }));
    },
  );

  app.post(
    '/',
    administratorRoute({
      operationId: 'createEndpoint',
      summary: "Créer un point d'accès à une adresse que l'émulateur sert",
      body: CreateEndpointBody,
      response: answers({ 201: EndpointSchema }, 400, 401, 403, 409),
    }),
    async (request, reply) => {
      const { technical_name: technicalName, type, name, urls } = request.body;
      const endpoint = await createEndpoint(app.deps, {
        ...readEndpoint(request.body, request.origin),
        name,
        technicalName,
        type,
        open: readBoolean(request.body.open) ?? false,
        urls: readUrls(urls, request.origin),
      });
      return reply.code(201).send(presentEndpoint(endpoint, request.origin));
    },
  );

  app.get(
    '/:endpoint',
    administratorRoute({
      operationId: 'getPlatformEndpoint',
      summary: "Lire un point d'accès",
      params: EndpointParams,
      response: answers({ 200: EndpointSchema }, 400, 401, 403, 404),
    }),
    async (request) => {
      return presentEndpoint(await findEndpoint(app.deps.prisma, request.params.endpoint), request.origin);
    },
  );

  app.patch(
    '/:endpoint',
    administratorRoute({
      operationId: 'updateEndpoint',
      summary: "Modifier un point d'accès",
      params: EndpointParams,
      body: PatchEndpointBody,
      response: answers({ 200: EndpointSchema }, 400, 401, 403, 404, 409),
    }),
    async (request) => {
      const changes = readEndpoint(request.body, request.origin);
      return presentEndpoint(await changeEndpoint(app.deps, request.params.endpoint, changes), request.origin);
    },
  );

  app.delete(
    '/:endpoint',
    administratorRoute({
      operationId: 'deleteEndpoint',
      summary: "Supprimer un point d'accès que rien n'utilise",
      params: EndpointParams,
      response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
    }),
    async (request, reply) => {
      await deleteEndpoint(app.deps, request.params.endpoint);
      return reply.code(204).send();
    },
  );

  app.get(
    '/:endpoint/datastores',
    administratorRoute({
      operationId: 'listEndpointDatastores',
      summary: "Lister les entrepôts qui disposent d'un point d'accès",
      params: EndpointParams,
      querystring: PageQuery,
      response: answers({ 200: Type.Array(EndpointDatastoreSchema) }, 400, 401, 403, 404),
    }),
    async (request, reply) => {
      const { id } = await findEndpoint(app.deps.prisma, request.params.endpoint);
      const page = readPage(request.query);
      const found = await listEndpointDatastores(app.deps.prisma, id, page);
      return sendPage(reply, page, found).map(presentEndpointDatastore);
    },
  );
};

function readEndpoint(body: Static<typeof PatchEndpointBody>, origin: string) {
  return {
    name: body.name,
    urls: body.urls && readUrls(body.urls, origin),
    metadataFi: body.metadata_fi,
    forceMetadata: readBoolean(body.force_metadata),
    forceAttribution: readBoolean(body.force_attribution),
    searchPublish: readBoolean(body.search_publish),
  };
}

/** Addresses are kept from the root of the server, which answers show before them. */
function readUrls(urls: Static<typeof CreateEndpointBody>['urls'], origin: string) {
  return urls.map(({ type, url }) => ({ type, path: url.startsWith(`${origin}/`) ? url.slice(origin.length) : url }));
}
