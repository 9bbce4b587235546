import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { createAccesses, deleteAccess, listAccessesOfKey, listAccessesOfUser } from '../../domain/key-accesses.js';
import { callerOf } from '../../plugins/auth.js';
import { PageQuery, readPage, sendPage } from '../lists.js';
import { answers, NoContent } from '../schemas.js';
import { presentAccess, presentAccessWithKey } from './present.js';
import { Access, AccessBody, AccessParams, AccessWithKey, KeyParams } from './schema.js';

const tags = ['Utilisateurs'];
const config = { right: 'authenticated' } as const;

/** What the caller's keys may use (access.md §7), below `/users/me`. */
export const accessRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;

  app.get(
    '/accesses',
    {
      config,
      schema: {
        tags,
        operationId: 'listAccesses',
        summary: 'Lister les accès de toutes ses clés',
        querystring: PageQuery,
        response: answers({ 200: Type.Array(AccessWithKey) }, 400, 401),
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      const found = await listAccessesOfUser(deps, callerOf(request).id, page);
      return sendPage(reply, page, found).map(presentAccessWithKey);
    },
  );

  app.get(
    '/keys/:key/accesses',
    {
      config,
      schema: {
        tags,
        operationId: 'getAccessesByKey',
        summary: "Lister les accès d'une clé",
        params: KeyParams,
        querystring: PageQuery,
        response: answers({ 200: Type.Array(Access) }, 400, 401, 404),
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      const found = await listAccessesOfKey(deps, callerOf(request).id, request.params.key, page);
      return sendPage(reply, page, found).map(presentAccess);
    },
  );

  app.post(
    '/keys/:key/accesses',
    {
      config,
      schema: {
        tags,
        operationId: 'createAccesses',
        summary: 'Donner à une clé accès à des offres',
        description:
          'Un accès par offre, tous ou aucun. "permission" n\'est facultatif que pour des offres ouvertes (open: true) de points d\'accès restreints.',
        params: KeyParams,
        body: AccessBody,
        response: answers({ 201: Type.Array(Access) }, 400, 401, 404, 409),
      },
    },
    async (request, reply) => {
      const accesses = await createAccesses(deps, callerOf(request).id, request.params.key, request.body);
      reply.code(201);
      return accesses.map(presentAccess);
    },
  );

  app.delete(
    '/keys/:key/accesses/:access',
    {
      config,
      schema: {
        tags,
        operationId: 'deleteAccess',
        summary: "Retirer un accès d'une clé",
        params: AccessParams,
        response: answers({ 204: NoContent }, 400, 401, 404),
      },
    },
    async (request, reply) => {
      const { key, access } = request.params;
      await deleteAccess(deps, callerOf(request).id, key, access);
      return reply.code(204).send();
    },
  );
};
