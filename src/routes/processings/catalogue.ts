import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { findProcessing, listProcessings, requiredChecks } from '../../domain/processings.js';
import { datastoreOf } from '../../plugins/auth.js';
import { pickFields, sendPage } from '../lists.js';
import { answers } from '../schemas.js';
import { readList } from './catalogue-list.js';
import { presentProcessing, presentProcessingItem } from './catalogue-present.js';
import { DatastoreParams, ListQuery, ProcessingDetail, ProcessingItem, ProcessingParams } from './catalogue-schema.js';

const tags = ['Traitements'];

/** The processings lent to a datastore (lifecycle.md §4.1). */
export const processingCatalogueRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { prisma } = app.deps;

  app.get(
    '/',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'listProcessings',
        summary: 'Lister les traitements',
        params: DatastoreParams,
        querystring: ListQuery,
        response: answers({ 200: Type.Array(ProcessingItem) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { fields, ...query } = readList(request.query);
      const found = await listProcessings(prisma, { datastore: datastoreOf(request).id }, query);
      return sendPage(reply, query.page, found).map((processing) =>
        pickFields(presentProcessingItem(processing), fields),
      );
    },
  );

  app.get(
    '/:processing',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getProcessing',
        summary: 'Lire un traitement',
        params: ProcessingParams,
        response: answers({ 200: ProcessingDetail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const processing = await findProcessing(
        prisma,
        { datastore: datastoreOf(request).id },
        request.params.processing,
      );
      return presentProcessing(processing, await requiredChecks(prisma, processing.definition));
    },
  );
};
