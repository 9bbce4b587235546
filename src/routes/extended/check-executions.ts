import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { listCheckLogs } from '../../domain/check-reads.js';
import { findCheckExecution } from '../../domain/checks.js';
import { presentCheckExecution } from '../checks/present.js';
import { ExecutionDetail } from '../checks/schema.js';
import { PageQuery, readPage, sendPage } from '../lists.js';
import { answers, Uuid } from '../schemas.js';
import { PLATFORM, presentInPlace, WHOLE_PLATFORM, withPlace } from './level.js';

const Detail = withPlace(ExecutionDetail, 'CheckingExecutionExtendedDetailResponseDto');
const Params = Type.Object({ execution: Uuid });

/** `GET /administrator/checks/executions/:execution`, and its logs; the platform has no list of them. */
export const checkExecutionReads: FastifyPluginAsyncTypebox = async (app) => {
  const { prisma } = app.deps;

  app.get(
    '/checks/executions/:execution',
    {
      config: { right: PLATFORM.right },
      schema: {
        tags: [PLATFORM.tag],
        operationId: 'getPlatformCheckExecution',
        summary: 'Lire une exécution de vérification de la plateforme',
        params: Params,
        response: answers({ 200: Detail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const execution = await findCheckExecution(prisma, WHOLE_PLATFORM, request.params.execution);
      return presentInPlace(presentCheckExecution(execution), execution.upload.datastore);
    },
  );

  app.get(
    '/checks/executions/:execution/logs',
    {
      config: { right: PLATFORM.right },
      schema: {
        tags: [PLATFORM.tag],
        operationId: 'getPlatformCheckExecutionLogs',
        summary: "Lire le journal d'une exécution de vérification de la plateforme",
        params: Params,
        querystring: PageQuery,
        response: answers({ 200: Type.Array(Type.String()) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      return sendPage(reply, page, await listCheckLogs(prisma, WHOLE_PLATFORM, request.params.execution, page));
    },
  );
};
