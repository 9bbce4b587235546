import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import {
  changeOrganization,
  createOrganization,
  deleteOrganization,
} from '../../domain/administration/organizations.js';
import { findOrganization, listOrganizations } from '../../domain/organizations.js';
import { pickFields, readFields, readPage, sendPage } from '../lists.js';
import { OrganizationParams } from '../organizations/schema.js';
import { answers, NoContent } from '../schemas.js';
import { presentOrganization, presentOrganizationItem } from './organizations-present.js';
import {
  CreateOrganizationBody,
  LIST_FIELDS,
  OrganizationItemSchema,
  OrganizationSchema,
  OrganizationsQuery,
  PatchOrganizationBody,
} from './organizations-schema.js';
import { administratorRoute } from './route.js';

/** Organizations (lifecycle.md §7): what communities belong to. */
export const administratorOrganizationRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/',
    administratorRoute({
      operationId: 'listPlatformOrganizations',
      summary: 'Lister les organismes de la plateforme',
      querystring: OrganizationsQuery,
      response: answers({ 200: Type.Array(OrganizationItemSchema) }, 400, 401, 403),
    }),
    async (request, reply) => {
      const fields = readFields(request.query, LIST_FIELDS);
      const page = readPage(request.query);
      const found = await listOrganizations(app.deps.prisma, { name: request.query.name, page });
      return sendPage(reply, page, found).map((item) => pickFields(presentOrganizationItem(item), fields));
    },
  );

  app.post(
    '/',
    administratorRoute({
      operationId: 'createOrganization',
      summary: 'Créer un organisme',
      body: CreateOrganizationBody,
      response: answers({ 201: OrganizationSchema }, 400, 401, 403, 404, 409),
    }),
    async (request, reply) => {
      const { tva_intracom, economical_model, uploads_quota, ...body } = request.body;
      const organization = await createOrganization(app.deps, {
        ...body,
        tvaIntracom: tva_intracom,
        economicalModel: economical_model,
        uploadsQuota: uploads_quota,
      });
      return reply.code(201).send(presentOrganization(organization));
    },
  );

  app.get(
    '/:organization',
    administratorRoute({
      operationId: 'getPlatformOrganization',
      summary: 'Lire un organisme',
      params: OrganizationParams,
      response: answers({ 200: OrganizationSchema }, 400, 401, 403, 404),
    }),
    async (request) => presentOrganization(await findOrganization(app.deps.prisma, request.params.organization)),
  );

  app.patch(
    '/:organization',
    administratorRoute({
      operationId: 'updateOrganization',
      summary: 'Modifier un organisme',
      params: OrganizationParams,
      body: PatchOrganizationBody,
      response: answers({ 200: OrganizationSchema }, 400, 401, 403, 404),
    }),
    async (request) => {
      const { economical_model: economicalModel, uploads_quota: uploadsQuota, extra, members } = request.body;
      const changes = { economicalModel, uploadsQuota, extra, members };
      return presentOrganization(await changeOrganization(app.deps, request.params.organization, changes));
    },
  );

  app.delete(
    '/:organization',
    administratorRoute({
      operationId: 'deleteOrganization',
      summary: 'Supprimer un organisme sans communauté',
      params: OrganizationParams,
      response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
    }),
    async (request, reply) => {
      await deleteOrganization(app.deps, request.params.organization);
      return reply.code(204).send();
    },
  );
};
