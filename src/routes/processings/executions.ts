import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { getExecution, listExecutionLogs, listExecutions } from '../../domain/execution-reads.js';
import {
  abortExecution,
  createExecution,
  deleteExecution,
  launchExecution,
  updateExecution,
} from '../../domain/executions.js';
import { datastoreOf } from '../../plugins/auth.js';
import { callerIn } from '../caller.js';
import { PageQuery, readPage, sendPage } from '../lists.js';
import { answers, NoContent } from '../schemas.js';
import { readList } from './execution-list.js';
import { presentExecution, presentExecutionItem } from './execution-present.js';
import {
  CreateBody,
  DatastoreParams,
  ExecutionDetail,
  ExecutionItem,
  ExecutionParams,
  ListQuery,
  PatchBody,
} from './execution-schema.js';

const tags = ['Traitements'];

/** Executions of processings (spec lifecycle §4.2). */
export const executionRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;

  app.get(
    '/',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'listProcessingExecutions',
        summary: 'Lister les exécutions de traitement',
        params: DatastoreParams,
        querystring: ListQuery,
        response: answers({ 200: Type.Array(ExecutionItem) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const query = readList(request.query);
      const found = await listExecutions(deps, { datastore: datastoreOf(request).id }, query);
      return sendPage(reply, query.page, found).map(presentExecutionItem);
    },
  );

  app.post(
    '/',
    {
      config: { right: 'PROCESSING' },
      schema: {
        tags,
        operationId: 'createProcessingExecution',
        summary: 'Créer une exécution de traitement',
        description: 'La donnée en sortie est créée aussitôt, au statut CREATED.',
        params: DatastoreParams,
        body: CreateBody,
        response: answers({ 201: ExecutionDetail }, 400, 401, 403, 404, 409, 501),
      },
    },
    async (request, reply) => {
      const id = await createExecution(deps, callerIn(request), request.body);
      reply.code(201);
      return presentExecution(await getExecution(deps, { datastore: datastoreOf(request).id }, id));
    },
  );

  app.get(
    '/:execution',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getProcessingExecution',
        summary: 'Lire une exécution de traitement',
        params: ExecutionParams,
        response: answers({ 200: ExecutionDetail }, 400, 401, 403, 404),
      },
    },
    async (request) =>
      presentExecution(await getExecution(deps, { datastore: datastoreOf(request).id }, request.params.execution)),
  );

  app.patch(
    '/:execution',
    {
      config: { right: 'PROCESSING' },
      schema: {
        tags,
        operationId: 'updateProcessingExecution',
        summary: "Modifier le rappel d'une exécution non terminée",
        params: ExecutionParams,
        body: PatchBody,
        response: answers({ 200: ExecutionDetail }, 400, 401, 403, 404, 409),
      },
    },
    async (request) => {
      const { execution } = request.params;
      await updateExecution(deps, callerIn(request), execution, request.body);
      return presentExecution(await getExecution(deps, { datastore: datastoreOf(request).id }, execution));
    },
  );

  app.delete(
    '/:execution',
    {
      config: { right: 'PROCESSING' },
      schema: {
        tags,
        operationId: 'deleteProcessingExecution',
        summary: 'Supprimer une exécution terminée ou non lancée',
        params: ExecutionParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      await deleteExecution(deps, callerIn(request), request.params.execution);
      return reply.code(204).send();
    },
  );

  app.post(
    '/:execution/launch',
    {
      config: { right: 'PROCESSING' },
      schema: {
        tags,
        operationId: 'launchProcessingExecution',
        summary: 'Lancer une exécution de traitement',
        params: ExecutionParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      await launchExecution(deps, callerIn(request), request.params.execution);
      return reply.code(204).send();
    },
  );

  app.post(
    '/:execution/abort',
    {
      config: { right: 'PROCESSING' },
      schema: {
        tags,
        operationId: 'abortProcessingExecution',
        summary: 'Interrompre une exécution de traitement',
        params: ExecutionParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      await abortExecution(deps, callerIn(request), request.params.execution);
      return reply.code(204).send();
    },
  );

  app.get(
    '/:execution/logs',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getProcessingExecutionLogs',
        summary: "Lire le journal d'une exécution, une ligne par élément",
        params: ExecutionParams,
        querystring: PageQuery,
        response: answers({ 200: Type.Array(Type.String()) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      const logs = await listExecutionLogs(
        deps,
        { datastore: datastoreOf(request).id },
        request.params.execution,
        page,
      );
      return sendPage(reply, page, logs);
    },
  );
};
