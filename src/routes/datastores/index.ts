import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { findDatastoreDetail, lentStorages, listEndpoints } from '../../domain/datastores.js';
import { datastoreOf } from '../../plugins/auth.js';
import { sendPage } from '../lists.js';
import { answers } from '../schemas.js';
import { readEndpointList } from './list.js';
import { presentDatastore, presentLentEndpoint, presentStorages } from './present.js';
import {
  DatastoreParams,
  DatastoreSchema,
  EndpointsQuery,
  LentEndpointSchema,
  StoragesQuery,
  StoragesSchema,
} from './schema.js';

const tags = ['Entrepôt'];

/** The datastore and what is lent to it (lifecycle.md §7). */
export const datastoreRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { prisma } = app.deps;

  app.get(
    '/datastores/:datastore',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getDatastore',
        summary: 'Lire un entrepôt',
        params: DatastoreParams,
        response: answers({ 200: DatastoreSchema }, 400, 401, 403, 404),
      },
    },
    async (request) => presentDatastore(await findDatastoreDetail(prisma, datastoreOf(request).id), request.origin),
  );

  app.get(
    '/datastores/:datastore/endpoints',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'listDatastoreEndpoints',
        summary: "Lister les points d'accès d'un entrepôt",
        params: DatastoreParams,
        querystring: EndpointsQuery,
        response: answers({ 200: Type.Array(LentEndpointSchema) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const query = readEndpointList(request.query);
      const found = await listEndpoints(prisma, { datastore: datastoreOf(request).id }, query);
      return sendPage(reply, query.page, found).map((lent) => presentLentEndpoint(lent, request.origin));
    },
  );

  app.get(
    '/datastores/:datastore/storages',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getStorages',
        summary: "Lire les stockages d'un entrepôt",
        params: DatastoreParams,
        querystring: StoragesQuery,
        response: answers({ 200: StoragesSchema }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const { type, use_ratio } = request.query;
      const storages = await lentStorages(prisma, datastoreOf(request).id);
      return presentStorages(
        storages.filter(
          (lent) =>
            (type === undefined || lent.storage.type === type) &&
            (use_ratio === undefined || lent.use * 100 > lent.quota * use_ratio),
        ),
      );
    },
  );
};
