import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { readProfile } from '../../domain/users.js';
import { callerOf } from '../../plugins/auth.js';
import { presentProfile } from './present.js';
import { UserResponse } from './schema.js';

/** The caller's own routes, below `/users`. */
export const userRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/me',
    {
      config: { right: 'authenticated' },
      schema: {
        tags: ['Utilisateurs'],
        operationId: 'get_me',
        summary: "Profil de l'utilisateur, ses communautés, ses droits et ses quotas",
        response: { 200: UserResponse },
      },
    },
    async (request) => presentProfile(await readProfile(app.deps, callerOf(request).id)),
  );
};
