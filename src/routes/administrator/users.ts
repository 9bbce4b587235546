import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { changeUserQuotas, findUser, listUsers } from '../../domain/administration/users.js';
import { presentUser } from '../communities/present.js';
import { UserSchema } from '../communities/schema.js';
import { PageQuery, readPage, sendPage } from '../lists.js';
import { answers, Uuid } from '../schemas.js';
import { presentProfile } from '../users/present.js';
import { UserResponse } from '../users/schema.js';
import { administratorRoute } from './route.js';

const UserParams = Type.Object({ user: Uuid });

const PatchUserBody = Type.Object(
  {
    documents_quota: Type.Optional(
      Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Octets.' }),
    ),
    keys_quota: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647 })),
  },
  { title: 'UserUpdateDto' },
);

/** The users that the API knows, and their quotas. */
export const administratorUserRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/',
    administratorRoute({
      operationId: 'listPlatformUsers',
      summary: 'Lister les utilisateurs de la plateforme',
      querystring: PageQuery,
      response: answers({ 200: Type.Array(UserSchema) }, 400, 401, 403),
    }),
    async (request, reply) => {
      const page = readPage(request.query);
      return sendPage(reply, page, await listUsers(app.deps, page)).map(presentUser);
    },
  );

  app.get(
    '/:user',
    administratorRoute({
      operationId: 'getPlatformUser',
      summary: 'Lire un utilisateur',
      params: UserParams,
      response: answers({ 200: UserResponse }, 400, 401, 403, 404),
    }),
    async (request) => presentProfile(await findUser(app.deps, request.params.user)),
  );

  app.patch(
    '/:user',
    administratorRoute({
      operationId: 'updateUserQuotas',
      summary: "Modifier les quotas d'un utilisateur",
      params: UserParams,
      body: PatchUserBody,
      response: answers({ 200: UserResponse }, 400, 401, 403, 404),
    }),
    async (request) => {
      const { documents_quota: documentsQuota, keys_quota: keysQuota } = request.body;
      return presentProfile(await changeUserQuotas(app.deps, request.params.user, { documentsQuota, keysQuota }));
    },
  );
};
