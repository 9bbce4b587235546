import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { getGivenPermission, listGivenPermissions } from '../../domain/permission-reads.js';
import { readPage, readSort, sendPage } from '../lists.js';
import { answers } from '../schemas.js';
import { presentExtendedPermission } from './present.js';
import {
  ExtendedPermission,
  OrganizationListQuery,
  OrganizationParams,
  PermissionParams,
  PlatformListQuery,
} from './schema.js';

/** Permissions that the datastores of an organization give, below `/organizations/:organization/permissions`. */
export const organizationPermissionRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/',
    {
      config: { right: 'organization' },
      schema: {
        tags: ['Organismes'],
        operationId: 'listOrganizationPermissions',
        summary: "Lister les permissions données par les entrepôts de l'organisme",
        params: OrganizationParams,
        querystring: OrganizationListQuery,
        response: answers({ 200: Type.Array(ExtendedPermission) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { community, datastore, offering } = request.query;
      const page = readPage(request.query);
      const sort = readSort(request.query, ['creation']);
      const scope = { organization: request.params.organization, within: { community, datastore } };
      const found = await listGivenPermissions(app.deps, scope, { offering, sort, page });
      return sendPage(reply, page, found).map(presentExtendedPermission);
    },
  );
};

/** Permissions of the whole platform, below `/administrator/permissions`. */
export const administratorPermissionRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const tags = ['Accès administrateur'];
  const config = { right: 'administrator' } as const;

  app.get(
    '/',
    {
      config,
      schema: {
        tags,
        operationId: 'listAllPermissions',
        summary: 'Lister les permissions de la plateforme',
        querystring: PlatformListQuery,
        response: answers({ 200: Type.Array(ExtendedPermission) }, 400, 401, 403),
      },
    },
    async (request, reply) => {
      const { organization, community, datastore } = request.query;
      const page = readPage(request.query);
      const scope = { platform: true, within: { organization, community, datastore } } as const;
      const found = await listGivenPermissions(app.deps, scope, { sort: [], page });
      return sendPage(reply, page, found).map(presentExtendedPermission);
    },
  );

  app.get(
    '/:permission',
    {
      config,
      schema: {
        tags,
        operationId: 'getAnyPermission',
        summary: 'Lire une permission de la plateforme',
        params: PermissionParams,
        response: answers({ 200: ExtendedPermission }, 400, 401, 403, 404),
      },
    },
    async (request) =>
      presentExtendedPermission(await getGivenPermission(app.deps, { platform: true }, request.params.permission)),
  );
};
