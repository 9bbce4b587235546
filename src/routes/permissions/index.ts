import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { getGivenPermission, listGivenPermissions } from '../../domain/permission-reads.js';
import { createPermissions, updatePermission, withdrawPermission } from '../../domain/permissions.js';
import { datastoreOf } from '../../plugins/auth.js';
import { callerIn } from '../caller.js';
import { sendPage } from '../lists.js';
import { answers, NoContent, readBoolean } from '../schemas.js';
import { readList } from './list.js';
import { presentGivenPermission } from './present.js';
import {
  CreateBody,
  DatastoreListQuery,
  DatastoreParams,
  DatastorePermissionParams,
  GivenPermission,
  PatchBody,
} from './schema.js';

const tags = ['Permissions'];

/** Permissions that a datastore gives (access.md §6). */
export const permissionRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;
  const read = async (request: FastifyRequest, id: string) =>
    presentGivenPermission(await getGivenPermission(deps, { datastore: datastoreOf(request).id }, id));

  app.get(
    '/',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'listPermissions',
        summary: "Lister les permissions données par l'entrepôt",
        params: DatastoreParams,
        querystring: DatastoreListQuery,
        response: answers({ 200: Type.Array(GivenPermission) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const query = readList(request.query);
      const found = await listGivenPermissions(deps, { datastore: datastoreOf(request).id }, query);
      return sendPage(reply, query.page, found).map(presentGivenPermission);
    },
  );

  app.post(
    '/',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'createPermissions',
        summary: 'Donner des permissions',
        description: 'Une permission par bénéficiaire ; la réponse est une liste.',
        params: DatastoreParams,
        body: CreateBody,
        response: answers({ 201: Type.Array(GivenPermission) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const only_oauth = readBoolean(request.body.only_oauth);
      const permissions = await createPermissions(deps, callerIn(request), { ...request.body, only_oauth });
      reply.code(201);
      return permissions.map(presentGivenPermission);
    },
  );

  app.get(
    '/:permission',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getPermission',
        summary: "Lire une permission donnée par l'entrepôt",
        params: DatastorePermissionParams,
        response: answers({ 200: GivenPermission }, 400, 401, 403, 404),
      },
    },
    async (request) => read(request, request.params.permission),
  );

  app.patch(
    '/:permission',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'updatePermission',
        summary: 'Modifier une permission',
        description:
          'Ni le bénéficiaire, ni "only_oauth" ne changent. "offerings" remplace la liste : les accès aux offres retirées sont supprimés.',
        params: DatastorePermissionParams,
        body: PatchBody,
        response: answers({ 200: GivenPermission }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      await updatePermission(deps, callerIn(request), request.params.permission, request.body);
      return read(request, request.params.permission);
    },
  );

  app.delete(
    '/:permission',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'deletePermission',
        summary: "Supprimer une permission et les accès qui s'appuient sur elle",
        params: DatastorePermissionParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      await withdrawPermission(deps, callerIn(request), request.params.permission);
      return reply.code(204).send();
    },
  );
};
