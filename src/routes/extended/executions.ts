import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { getExecution, listExecutionLogs, listExecutions } from '../../domain/execution-reads.js';
import { PageQuery, readPage, sendPage } from '../lists.js';
import { readList } from '../processings/execution-list.js';
import { presentExecution, presentExecutionItem } from '../processings/execution-present.js';
import { ExecutionDetail, ExecutionItem, LIST_FILTERS } from '../processings/execution-schema.js';
import { answers, Uuid } from '../schemas.js';
import { type Level, levelQuery, PLATFORM, presentInPlace, WHOLE_PLATFORM, withPlace } from './level.js';

const Item = withPlace(ExecutionItem);
const Detail = withPlace(ExecutionDetail, 'ProcessingExecutionExtendedDetailResponseDto');

/** `GET …/processings/executions` of a level. */
export const executionLists: FastifyPluginAsyncTypebox<{ level: Level }> = async (app, { level }) => {
  app.get(
    '/processings/executions',
    {
      config: { right: level.right },
      schema: {
        tags: [level.tag],
        operationId: `list${level.name}ProcessingExecutions`,
        summary: `Lister les exécutions de traitement ${level.label}`,
        params: level.params,
        querystring: levelQuery(level, LIST_FILTERS),
        response: answers({ 200: Type.Array(Item) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const query = readList(request.query);
      const found = await listExecutions(app.deps, level.scope(request), query);
      return sendPage(reply, query.page, found).map((execution) =>
        presentInPlace(presentExecutionItem(execution), execution.datastore),
      );
    },
  );
};

/** `GET /administrator/processings/executions/:execution`, and its logs. */
export const executionReads: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/processings/executions/:execution',
    {
      config: { right: PLATFORM.right },
      schema: {
        tags: [PLATFORM.tag],
        operationId: 'getPlatformProcessingExecution',
        summary: 'Lire une exécution de traitement de la plateforme',
        params: Type.Object({ execution: Uuid }),
        response: answers({ 200: Detail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const execution = await getExecution(app.deps, WHOLE_PLATFORM, request.params.execution);
      return presentInPlace(presentExecution(execution), execution.datastore);
    },
  );

  app.get(
    '/processings/executions/:execution/logs',
    {
      config: { right: PLATFORM.right },
      schema: {
        tags: [PLATFORM.tag],
        operationId: 'getPlatformProcessingExecutionLogs',
        summary: "Lire le journal d'une exécution de traitement de la plateforme",
        params: Type.Object({ execution: Uuid }),
        querystring: PageQuery,
        response: answers({ 200: Type.Array(Type.String()) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      const logs = await listExecutionLogs(app.deps, WHOLE_PLATFORM, request.params.execution, page);
      return sendPage(reply, page, logs);
    },
  );
};
