import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { listCommunities } from '../../domain/communities.js';
import {
  addOrganizationMember,
  listOrganizationMembers,
  removeOrganizationMember,
} from '../../domain/organizations.js';
import { presentCommunityItem, presentUser } from '../communities/present.js';
import { CommunityItemSchema, UserSchema } from '../communities/schema.js';
import { PageQuery, readPage, sendPage } from '../lists.js';
import { answers, NoContent } from '../schemas.js';
import { MemberParams, OrganizationParams } from './schema.js';

const tags = ['Organismes'];

/**
 * An organization, for its members: who they are and its communities (lifecycle.md §7); what its
 * datastores hold is in routes/extended.
 */
export const organizationRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { prisma } = app.deps;

  app.get(
    '/users',
    {
      config: { right: 'organization' },
      schema: {
        tags,
        operationId: 'listOrganizationMembers',
        summary: "Lister les membres d'un organisme",
        params: OrganizationParams,
        querystring: PageQuery,
        response: answers({ 200: Type.Array(UserSchema) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      const found = await listOrganizationMembers(app.deps, request.params.organization, page);
      return sendPage(reply, page, found).map(presentUser);
    },
  );

  app.put(
    '/users/:user',
    {
      config: { right: 'organization' },
      schema: {
        tags,
        operationId: 'putOrganizationMember',
        summary: 'Ajouter un membre à un organisme',
        params: MemberParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      await addOrganizationMember(app.deps, request.params.organization, request.params.user);
      return reply.code(204).send();
    },
  );

  app.delete(
    '/users/:user',
    {
      config: { right: 'organization' },
      schema: {
        tags,
        operationId: 'removeOrganizationMember',
        summary: "Retirer un membre d'un organisme",
        params: MemberParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      await removeOrganizationMember(app.deps, request.params.organization, request.params.user);
      return reply.code(204).send();
    },
  );

  app.get(
    '/communities',
    {
      config: { right: 'organization' },
      schema: {
        tags,
        operationId: 'listOrganizationCommunities',
        summary: "Lister les communautés d'un organisme",
        params: OrganizationParams,
        querystring: PageQuery,
        response: answers({ 200: Type.Array(CommunityItemSchema) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      const filters = { organization: request.params.organization };
      const found = await listCommunities(prisma, { filters, page });
      return sendPage(reply, page, found).map(presentCommunityItem);
    },
  );
};
