import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { listCatalogOfferings } from '../../domain/catalogs.js';
import { listCommunities } from '../../domain/communities.js';
import { listOrganizations } from '../../domain/organizations.js';
import { presentCommunityItem } from '../communities/present.js';
import { CommunityItemSchema } from '../communities/schema.js';
import { PageQuery, readPage, sendPage } from '../lists.js';
import { answers } from '../schemas.js';
import { presentCatalogOffering, presentCatalogOrganization } from './present.js';
import { CatalogOfferingSchema, CatalogOrganizationSchema, OfferingsQuery } from './schema.js';

const tags = ['Accès publics'];

/** What anybody may know of the platform, without a token. */
export const catalogRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/communities',
    {
      config: { right: 'anonymous' },
      schema: {
        tags,
        operationId: 'listCatalogCommunities',
        summary: 'Lister les communautés publiques',
        querystring: PageQuery,
        response: answers({ 200: Type.Array(CommunityItemSchema) }, 400),
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      return sendPage(reply, page, await listCommunities(app.deps.prisma, { filters: { public: true }, page })).map(
        presentCommunityItem,
      );
    },
  );

  app.get(
    '/organizations',
    {
      config: { right: 'anonymous' },
      schema: {
        tags,
        operationId: 'listCatalogOrganizations',
        summary: 'Lister les organismes',
        querystring: PageQuery,
        response: answers({ 200: Type.Array(CatalogOrganizationSchema) }, 400),
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      return sendPage(reply, page, await listOrganizations(app.deps.prisma, { page })).map(presentCatalogOrganization);
    },
  );

  app.get(
    '/offerings',
    {
      config: { right: 'anonymous' },
      schema: {
        tags,
        operationId: 'listCatalogOfferings',
        summary: 'Lister les offres publiques',
        querystring: OfferingsQuery,
        response: answers({ 200: Type.Array(CatalogOfferingSchema) }, 400),
      },
    },
    async (request, reply) => {
      const { type, is_endpoint_open } = request.query;
      const page = readPage(request.query);
      const found = await listCatalogOfferings(app.deps, { filters: { type, isEndpointOpen: is_endpoint_open }, page });
      return sendPage(reply, page, found).map((offering) => presentCatalogOffering(offering, request.origin));
    },
  );
};
