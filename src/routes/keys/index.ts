import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { createKey, deleteKey, getKey, listKeys, updateKey } from '../../domain/user-keys.js';
import { callerOf } from '../../plugins/auth.js';
import { readPage, sendPage } from '../lists.js';
import { answers, NoContent } from '../schemas.js';
import { presentKey, presentKeyItem } from './present.js';
import { CreateBody, KeyDetail, KeyItem, KeyParams, ListQuery, PatchBody } from './schema.js';

const tags = ['Utilisateurs'];
const config = { right: 'authenticated' } as const;

/** The caller's keys of the private services (access.md §5), below `/users/me/keys`. */
export const keyRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;
  const read = async (request: FastifyRequest, id: string) => presentKey(await getKey(deps, callerOf(request).id, id));

  app.get(
    '/',
    {
      config,
      schema: {
        tags,
        operationId: 'listKeys',
        summary: "Lister ses clés d'accès",
        querystring: ListQuery,
        response: answers({ 200: Type.Array(KeyItem) }, 400, 401),
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      const found = await listKeys(deps, callerOf(request).id, { filter: request.query, page });
      return sendPage(reply, page, found).map(presentKeyItem);
    },
  );

  app.post(
    '/',
    {
      config,
      schema: {
        tags,
        operationId: 'createKey',
        summary: "Créer une clé d'accès",
        body: CreateBody,
        response: answers({ 201: KeyDetail }, 400, 401, 409),
      },
    },
    async (request, reply) => {
      const id = await createKey(deps, callerOf(request).id, request.body);
      reply.code(201);
      return read(request, id);
    },
  );

  app.get(
    '/:key',
    {
      config,
      schema: {
        tags,
        operationId: 'getKey',
        summary: "Lire une de ses clés d'accès",
        description:
          "La valeur d'une clé HASH est relue en clair ; le mot de passe d'une clé BASIC et les valeurs d'une clé HEADER ne le sont jamais.",
        params: KeyParams,
        response: answers({ 200: KeyDetail }, 400, 401, 404),
      },
    },
    async (request) => read(request, request.params.key),
  );

  app.patch(
    '/:key',
    {
      config,
      schema: {
        tags,
        operationId: 'updateKey',
        summary: "Modifier le nom ou les restrictions d'une clé d'accès",
        params: KeyParams,
        body: PatchBody,
        response: answers({ 200: KeyDetail }, 400, 401, 404, 409),
      },
    },
    async (request) => {
      await updateKey(deps, callerOf(request).id, request.params.key, request.body);
      return read(request, request.params.key);
    },
  );

  app.delete(
    '/:key',
    {
      config,
      schema: {
        tags,
        operationId: 'deleteKey',
        summary: "Supprimer une clé d'accès et ses accès",
        params: KeyParams,
        response: answers({ 204: NoContent }, 400, 401, 404),
      },
    },
    async (request, reply) => {
      await deleteKey(deps, callerOf(request).id, request.params.key);
      return reply.code(204).send();
    },
  );
};
