import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { findCheck, listCheckExecutions, listCheckLogs, listChecks } from '../../domain/check-reads.js';
import { findCheckExecution, stopCheckExecution, updateCheckExecution } from '../../domain/checks.js';
import { callerOf, datastoreOf } from '../../plugins/auth.js';
import { PageQuery, readPage, readSort, sendPage } from '../lists.js';
import { answers, NoContent } from '../schemas.js';
import { presentCheck, presentCheckExecution, presentCheckExecutionItem, presentCheckItem } from './present.js';
import {
  CallbackBody,
  CheckDetail,
  CheckItem,
  CheckParams,
  DatastoreParams,
  ExecutionDetail,
  ExecutionItem,
  ExecutionParams,
  ExecutionsQuery,
  ListQuery,
} from './schema.js';

const tags = ['Livraisons et vérifications'];

/** Checks and their executions (lifecycle.md §3). */
export const checkRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;
  const { prisma } = deps;

  app.get(
    '/',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'listChecks',
        summary: 'Lister les vérifications',
        params: DatastoreParams,
        querystring: ListQuery,
        response: answers({ 200: Type.Array(CheckItem) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { name, default_upload_type } = request.query;
      const page = readPage(request.query);
      const sort = readSort(request.query, ['creation']);
      const filters = { name, defaultUploadType: default_upload_type };
      const found = await listChecks(prisma, { datastore: datastoreOf(request).id }, { filters, sort, page });
      return sendPage(reply, page, found).map(presentCheckItem);
    },
  );

  app.get(
    '/:check',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getCheck',
        summary: 'Lire une vérification',
        params: CheckParams,
        response: answers({ 200: CheckDetail }, 400, 401, 403, 404),
      },
    },
    async (request) =>
      presentCheck(await findCheck(prisma, { datastore: datastoreOf(request).id }, request.params.check)),
  );

  app.get(
    '/executions',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'listCheckExecutions',
        summary: 'Lister les exécutions de vérification',
        params: DatastoreParams,
        querystring: ExecutionsQuery,
        response: answers({ 200: Type.Array(ExecutionItem) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { status, upload, check } = request.query;
      const page = readPage(request.query);
      const sort = readSort(request.query, ['creation']);
      const filters = { status, upload, check };
      const found = await listCheckExecutions(prisma, datastoreOf(request).id, { filters, sort, page });
      return sendPage(reply, page, found).map(presentCheckExecutionItem);
    },
  );

  app.get(
    '/executions/:execution',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getCheckExecution',
        summary: 'Lire une exécution de vérification',
        params: ExecutionParams,
        response: answers({ 200: ExecutionDetail }, 400, 401, 403, 404),
      },
    },
    async (request) =>
      presentCheckExecution(
        await findCheckExecution(prisma, { datastore: datastoreOf(request).id }, request.params.execution),
      ),
  );

  app.patch(
    '/executions/:execution',
    {
      config: { right: 'UPLOAD' },
      schema: {
        tags,
        operationId: 'updateCheckExecution',
        summary: "Modifier le rappel d'une exécution de vérification",
        params: ExecutionParams,
        body: CallbackBody,
        response: answers({ 200: ExecutionDetail }, 400, 401, 403, 404, 409),
      },
    },
    async (request) => {
      const { execution: id } = request.params;
      const datastoreId = datastoreOf(request).id;
      await updateCheckExecution(prisma, datastoreId, id, { callback: request.body.callback });
      return presentCheckExecution(await findCheckExecution(prisma, { datastore: datastoreId }, id));
    },
  );

  app.delete(
    '/executions/:execution',
    {
      config: { right: 'UPLOAD' },
      schema: {
        tags,
        operationId: 'stopCheckExecution',
        summary: 'Interrompre une exécution de vérification',
        params: ExecutionParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      await stopCheckExecution(deps, datastoreOf(request).id, request.params.execution, callerOf(request).id);
      return reply.code(204).send();
    },
  );

  app.get(
    '/executions/:execution/logs',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getCheckExecutionLogs',
        summary: "Lire le journal d'une exécution de vérification",
        params: ExecutionParams,
        querystring: PageQuery,
        response: answers({ 200: Type.Array(Type.String()) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      const found = await listCheckLogs(prisma, { datastore: datastoreOf(request).id }, request.params.execution, page);
      return sendPage(reply, page, found);
    },
  );
};
