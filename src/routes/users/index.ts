import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { removeMember } from '../../domain/members.js';
import { readProfile } from '../../domain/users.js';
import { callerOf } from '../../plugins/auth.js';
import { answers, NoContent } from '../schemas.js';
import { presentProfile } from './present.js';
import { CommunityParams, UserResponse } from './schema.js';

const tags = ['Utilisateurs'];

/** The caller's own routes, below `/users`. */
export const userRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/me',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        operationId: 'get_me',
        summary: "Profil de l'utilisateur, ses communautés, ses droits et ses quotas",
        response: answers({ 200: UserResponse }, 401),
      },
    },
    async (request) => presentProfile(await readProfile(app.deps, callerOf(request).id)),
  );

  app.delete(
    '/me/communities/:community',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        operationId: 'leaveCommunity',
        summary: 'Quitter une communauté',
        params: CommunityParams,
        response: answers({ 204: NoContent }, 400, 401, 404, 409),
      },
    },
    async (request, reply) => {
      const { id } = callerOf(request);
      await removeMember(app.deps, { communityId: request.params.community, userId: id, initiatorId: id });
      return reply.code(204).send();
    },
  );
};
