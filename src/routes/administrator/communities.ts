import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { changeCommunity, createCommunity, deleteCommunity } from '../../domain/administration/communities.js';
import { findCommunity, listCommunities } from '../../domain/communities.js';
import { callerOf } from '../../plugins/auth.js';
import { presentCommunity, presentCommunityItem } from '../communities/present.js';
import { CommunityItemSchema, CommunityParams, CommunitySchema } from '../communities/schema.js';
import { readPage, readSort, sendPage } from '../lists.js';
import { answers, NoContent, readBoolean } from '../schemas.js';
import { CommunitiesQuery, CreateCommunityBody, PatchCommunityBody } from './communities-schema.js';
import { administratorRoute } from './route.js';

/** Communities (access.md §4): only administrators create them and name their supervisor. */
export const administratorCommunityRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { prisma } = app.deps;

  app.get(
    '/',
    administratorRoute({
      operationId: 'listPlatformCommunities',
      summary: 'Lister les communautés de la plateforme',
      querystring: CommunitiesQuery,
      response: answers({ 200: Type.Array(CommunityItemSchema) }, 400, 401, 403),
    }),
    async (request, reply) => {
      const { name, organization, public: isPublic } = request.query;
      const page = readPage(request.query);
      const sort = readSort(request.query, ['creation']);
      const found = await listCommunities(prisma, { filters: { name, organization, public: isPublic }, sort, page });
      return sendPage(reply, page, found).map(presentCommunityItem);
    },
  );

  app.post(
    '/',
    administratorRoute({
      operationId: 'createCommunity',
      summary: 'Créer une communauté',
      body: CreateCommunityBody,
      response: answers({ 201: CommunitySchema }, 400, 401, 403, 404, 409),
    }),
    async (request, reply) => {
      const { technical_name: technicalName, public: isPublic, organization, ...body } = request.body;
      const community = { ...body, technicalName, public: readBoolean(isPublic), organization: organization || null };
      return reply.code(201).send(presentCommunity(await createCommunity(app.deps, community, callerOf(request).id)));
    },
  );

  app.get(
    '/:community',
    administratorRoute({
      operationId: 'getPlatformCommunity',
      summary: 'Lire une communauté de la plateforme',
      params: CommunityParams,
      response: answers({ 200: CommunitySchema }, 400, 401, 403, 404),
    }),
    async (request) => presentCommunity(await findCommunity(prisma, request.params.community)),
  );

  app.patch(
    '/:community',
    administratorRoute({
      operationId: 'updatePlatformCommunity',
      summary: 'Modifier une communauté ou changer son superviseur',
      params: CommunityParams,
      body: PatchCommunityBody,
      response: answers({ 200: CommunitySchema }, 400, 401, 403, 404),
    }),
    async (request) => {
      const { name, description, contact, supervisor, public: isPublic, organization } = request.body;
      const changes = { name, description, contact, supervisor, public: readBoolean(isPublic) };
      const moved = organization === undefined ? {} : { organization: organization || null };
      const { community: id } = request.params;
      const initiator = callerOf(request).id;
      return presentCommunity(await changeCommunity(app.deps, id, { ...changes, ...moved }, initiator));
    },
  );

  app.delete(
    '/:community',
    administratorRoute({
      operationId: 'deleteCommunity',
      summary: 'Supprimer une communauté sans entrepôt ni permission',
      params: CommunityParams,
      response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
    }),
    async (request, reply) => {
      await deleteCommunity(app.deps, request.params.community);
      return reply.code(204).send();
    },
  );
};
