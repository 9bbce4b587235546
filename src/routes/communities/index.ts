import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { findCommunity, updateCommunity } from '../../domain/communities.js';
import { answers, readBoolean } from '../schemas.js';
import { memberRoutes } from './members.js';
import { presentCommunity } from './present.js';
import { CommunityParams, CommunitySchema, PatchBody } from './schema.js';

const tags = ['Communautés'];

/** A community and its members (access.md §4). */
export const communityRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { prisma } = app.deps;

  app.get(
    '/:community',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getCommunity',
        summary: 'Lire une communauté',
        params: CommunityParams,
        response: answers({ 200: CommunitySchema }, 400, 401, 403, 404),
      },
    },
    async (request) => presentCommunity(await findCommunity(prisma, request.params.community)),
  );

  app.patch(
    '/:community',
    {
      config: { right: 'COMMUNITY' },
      schema: {
        tags,
        operationId: 'patchCommunity',
        summary: 'Modifier une communauté',
        params: CommunityParams,
        body: PatchBody,
        response: answers({ 200: CommunitySchema }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const { name, description, contact, supervisor } = request.body;
      const changes = { name, description, contact, supervisor, public: readBoolean(request.body.public) };
      return presentCommunity(await updateCommunity(prisma, request.params.community, changes));
    },
  );

  await app.register(memberRoutes, { prefix: '/:community/users' });
};
