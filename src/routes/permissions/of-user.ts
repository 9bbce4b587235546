import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { getHeldPermission, listHeldPermissions } from '../../domain/permission-reads.js';
import { renouncePermission } from '../../domain/permissions.js';
import { callerOf } from '../../plugins/auth.js';
import { readPage, sendPage } from '../lists.js';
import { answers, NoContent } from '../schemas.js';
import { presentHeldPermission, presentHeldPermissionDetail } from './present.js';
import { HeldPermission, HeldPermissionDetail, MineQuery, PermissionParams } from './schema.js';

const tags = ['Utilisateurs'];
const config = { right: 'authenticated' } as const;

/** Permissions that the caller benefits from, personally or through communities (access.md §3.3). */
export const userPermissionRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;

  app.get(
    '/',
    {
      config,
      schema: {
        tags,
        operationId: 'listMyPermissions',
        summary: "Lister les permissions dont l'utilisateur bénéficie",
        querystring: MineQuery,
        response: answers({ 200: Type.Array(HeldPermission) }, 400, 401),
      },
    },
    async (request, reply) => {
      const { license, licence = license, ...query } = request.query;
      const page = readPage(query);
      const found = await listHeldPermissions(
        deps,
        { user: callerOf(request).id },
        { filter: { ...query, licence }, page },
      );
      return sendPage(reply, page, found).map(presentHeldPermission);
    },
  );

  app.get(
    '/:permission',
    {
      config,
      schema: {
        tags,
        operationId: 'getMyPermission',
        summary: "Lire une permission dont l'utilisateur bénéficie",
        params: PermissionParams,
        response: answers({ 200: HeldPermissionDetail }, 400, 401, 404),
      },
    },
    async (request) => {
      const permission = await getHeldPermission(deps, { user: callerOf(request).id }, request.params.permission);
      return presentHeldPermissionDetail(permission, request.origin);
    },
  );

  app.delete(
    '/:permission',
    {
      config,
      schema: {
        tags,
        operationId: 'renounceMyPermission',
        summary: 'Renoncer à une permission personnelle',
        params: PermissionParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const userId = callerOf(request).id;
      await renouncePermission(deps, { holder: { user: userId }, userId }, request.params.permission);
      return reply.code(204).send();
    },
  );
};
