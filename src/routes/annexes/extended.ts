import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { findAnnex, listAnnexes } from '../../domain/annex-reads.js';
import { readPage, readSort, sendPage } from '../lists.js';
import { answers } from '../schemas.js';
import { readAnnexFilters } from './filters.js';
import { presentExtendedAnnex, presentExtendedAnnexItem } from './present.js';
import {
  AdministratorListQuery,
  AdministratorParams,
  ExtendedAnnexDetail,
  ExtendedAnnexItem,
  OrganizationListQuery,
  OrganizationParams,
} from './schema.js';

/** Annexes of an organization and of the whole platform. */
export const extendedAnnexRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { prisma } = app.deps;

  app.get(
    '/organizations/:organization/annexes',
    {
      config: { right: 'organization' },
      schema: {
        tags: ['Organismes'],
        operationId: 'listOrganizationAnnexes',
        summary: "Lister les annexes des entrepôts d'un organisme",
        params: OrganizationParams,
        querystring: OrganizationListQuery,
        response: answers({ 200: Type.Array(ExtendedAnnexItem) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { community, datastore } = request.query;
      const scope = { organization: request.params.organization, within: { community, datastore } };
      const page = readPage(request.query);
      const sort = readSort(request.query, ['creation', 'update']);
      const found = await listAnnexes(prisma, scope, { filters: readAnnexFilters(request.query), sort, page });
      return sendPage(reply, page, found).map(presentExtendedAnnexItem);
    },
  );

  app.get(
    '/administrator/annexes',
    {
      config: { right: 'administrator' },
      schema: {
        tags: ['Accès administrateur'],
        operationId: 'listPlatformAnnexes',
        summary: 'Lister les annexes de la plateforme',
        querystring: AdministratorListQuery,
        response: answers({ 200: Type.Array(ExtendedAnnexItem) }, 400, 401, 403),
      },
    },
    async (request, reply) => {
      const { organization, community, datastore } = request.query;
      const scope = { platform: true, within: { organization, community, datastore } } as const;
      const page = readPage(request.query);
      const sort = readSort(request.query, ['creation', 'update']);
      const found = await listAnnexes(prisma, scope, { filters: readAnnexFilters(request.query), sort, page });
      return sendPage(reply, page, found).map(presentExtendedAnnexItem);
    },
  );

  app.get(
    '/administrator/annexes/:annex',
    {
      config: { right: 'administrator' },
      schema: {
        tags: ['Accès administrateur'],
        operationId: 'getPlatformAnnex',
        summary: 'Lire une annexe de la plateforme',
        params: AdministratorParams,
        response: answers({ 200: ExtendedAnnexDetail }, 400, 401, 403, 404),
      },
    },
    async (request) => presentExtendedAnnex(await findAnnex(prisma, { platform: true }, request.params.annex)),
  );
};
