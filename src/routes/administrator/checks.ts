import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { changeCheck, createCheck, deleteCheck } from '../../domain/administration/checks.js';
import { listDatastores } from '../../domain/administration/datastore-lists.js';
import { findCheck, listChecks } from '../../domain/check-reads.js';
import { presentCheckItem } from '../checks/present.js';
import { CheckItem, ListQuery } from '../checks/schema.js';
import { WHOLE_PLATFORM } from '../extended/level.js';
import { PageQuery, readPage, readSort, sendPage } from '../lists.js';
import { answers, NoContent } from '../schemas.js';
import { presentAdministratorCheck } from './checks-present.js';
import { AdministratorCheck, CheckParams, CreateCheckBody, PatchCheckBody } from './checks-schema.js';
import { presentDatastoreItem } from './datastores-present.js';
import { DatastoreItemSchema } from './datastores-schema.js';
import { administratorRoute } from './route.js';

/** Checks of the platform (lifecycle.md §3). */
export const administratorCheckRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { prisma } = app.deps;

  app.get(
    '/',
    administratorRoute({
      operationId: 'listPlatformChecks',
      summary: 'Lister les vérifications de la plateforme',
      querystring: ListQuery,
      response: answers({ 200: Type.Array(CheckItem) }, 400, 401, 403),
    }),
    async (request, reply) => {
      const { name, default_upload_type: defaultUploadType } = request.query;
      const page = readPage(request.query);
      const sort = readSort(request.query, ['creation']);
      const found = await listChecks(prisma, WHOLE_PLATFORM, { filters: { name, defaultUploadType }, sort, page });
      return sendPage(reply, page, found).map(presentCheckItem);
    },
  );

  app.post(
    '/',
    administratorRoute({
      operationId: 'createCheck',
      summary: "Créer une vérification d'une tâche que l'émulateur connaît",
      body: CreateCheckBody,
      response: answers({ 201: AdministratorCheck }, 400, 401, 403, 409),
    }),
    async (request, reply) => {
      const { name, description, orchestrator_job_name: jobName, priority, default_uploads_check } = request.body;
      const check = { name, description, jobName, priority, defaultUploadTypes: default_uploads_check };
      return reply.code(201).send(presentAdministratorCheck(await createCheck(app.deps, check)));
    },
  );

  app.get(
    '/:check',
    administratorRoute({
      operationId: 'getPlatformCheck',
      summary: 'Lire une vérification de la plateforme',
      params: CheckParams,
      response: answers({ 200: AdministratorCheck }, 400, 401, 403, 404),
    }),
    async (request) => presentAdministratorCheck(await findCheck(prisma, WHOLE_PLATFORM, request.params.check)),
  );

  app.patch(
    '/:check',
    administratorRoute({
      operationId: 'updateCheck',
      summary: 'Modifier une vérification',
      params: CheckParams,
      body: PatchCheckBody,
      response: answers({ 200: AdministratorCheck }, 400, 401, 403, 404, 409),
    }),
    async (request) => {
      const { name, description, orchestrator_job_name: jobName, priority, default_uploads_check } = request.body;
      const changes = { name, description, jobName, priority, defaultUploadTypes: default_uploads_check };
      return presentAdministratorCheck(await changeCheck(app.deps, request.params.check, changes));
    },
  );

  app.delete(
    '/:check',
    administratorRoute({
      operationId: 'deleteCheck',
      summary: "Supprimer une vérification que rien n'utilise",
      params: CheckParams,
      response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
    }),
    async (request, reply) => {
      await deleteCheck(app.deps, request.params.check);
      return reply.code(204).send();
    },
  );

  app.get(
    '/:check/datastores',
    administratorRoute({
      operationId: 'listCheckDatastores',
      summary: "Lister les entrepôts qui disposent d'une vérification",
      params: CheckParams,
      querystring: PageQuery,
      response: answers({ 200: Type.Array(DatastoreItemSchema) }, 400, 401, 403, 404),
    }),
    async (request, reply) => {
      const { id } = await findCheck(prisma, WHOLE_PLATFORM, request.params.check);
      const page = readPage(request.query);
      const found = await listDatastores(prisma, { filters: { lent: { kind: 'check', id } }, page });
      return sendPage(reply, page, found).map(presentDatastoreItem);
    },
  );
};
