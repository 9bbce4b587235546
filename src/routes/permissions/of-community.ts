import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { getHeldPermission, listHeldPermissions, listPermissionUsers } from '../../domain/permission-reads.js';
import { renouncePermission } from '../../domain/permissions.js';
import { callerOf } from '../../plugins/auth.js';
import { PageQuery, readPage, sendPage } from '../lists.js';
import { answers, NoContent } from '../schemas.js';
import { presentHeldPermission, presentHeldPermissionDetail, presentPermissionUser } from './present.js';
import {
  CommunityListQuery,
  CommunityParams,
  CommunityPermissionParams,
  HeldPermission,
  HeldPermissionDetail,
  PermissionUser,
} from './schema.js';

const tags = ['Communautés'];

/** Permissions that a community benefits from, below `/communities/:community/permissions`. */
export const communityPermissionRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;

  app.get(
    '/',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getCommunityPermissions',
        summary: 'Lister les permissions dont la communauté bénéficie',
        params: CommunityParams,
        querystring: CommunityListQuery,
        response: answers({ 200: Type.Array(HeldPermission) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { type } = request.query;
      const page = readPage(request.query);
      const found = await listHeldPermissions(
        deps,
        { community: request.params.community },
        { filter: { type }, page },
      );
      return sendPage(reply, page, found).map(presentHeldPermission);
    },
  );

  app.get(
    '/:permission',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getCommunityPermission',
        summary: 'Lire une permission dont la communauté bénéficie',
        params: CommunityPermissionParams,
        response: answers({ 200: HeldPermissionDetail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const { community, permission } = request.params;
      return presentHeldPermissionDetail(await getHeldPermission(deps, { community }, permission), request.origin);
    },
  );

  app.delete(
    '/:permission',
    {
      config: { right: 'COMMUNITY' },
      schema: {
        tags,
        operationId: 'renounceCommunityPermission',
        summary: 'Renoncer à une permission au nom de la communauté',
        params: CommunityPermissionParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { community, permission } = request.params;
      await renouncePermission(deps, { holder: { community }, userId: callerOf(request).id }, permission);
      return reply.code(204).send();
    },
  );

  app.get(
    '/:permission/users',
    {
      config: { right: 'COMMUNITY' },
      schema: {
        tags,
        operationId: 'listCommunityPermissionUsers',
        summary: "Lister les membres qui exploitent une permission par l'accès d'une de leurs clés",
        params: CommunityPermissionParams,
        querystring: PageQuery,
        response: answers({ 200: Type.Array(PermissionUser) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { community, permission } = request.params;
      const page = readPage(request.query);
      const found = await listPermissionUsers(deps, community, permission, page);
      return sendPage(reply, page, found).map(presentPermissionUser);
    },
  );
};
