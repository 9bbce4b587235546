import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { listDatastores } from '../../domain/administration/datastore-lists.js';
import { changeDatastore, createDatastore, deleteDatastore } from '../../domain/administration/datastores.js';
import { findDatastoreDetail } from '../../domain/datastores.js';
import { presentDatastore } from '../datastores/present.js';
import { DatastoreParams, DatastoreSchema } from '../datastores/schema.js';
import { readPage, readSort, sendPage } from '../lists.js';
import { answers, NoContent, readBoolean } from '../schemas.js';
import { presentDatastoreItem } from './datastores-present.js';
import { CreateDatastoreBody, DatastoreItemSchema, DatastoresQuery, PatchDatastoreBody } from './datastores-schema.js';
import { administratorRoute } from './route.js';

/** Datastores (contract §13): created inactive, and given what they may use. */
export const administratorDatastoreRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/',
    administratorRoute({
      operationId: 'listPlatformDatastores',
      summary: 'Lister les entrepôts de la plateforme',
      querystring: DatastoresQuery,
      response: answers({ 200: Type.Array(DatastoreItemSchema) }, 400, 401, 403),
    }),
    async (request, reply) => {
      const { name, active } = request.query;
      const page = readPage(request.query);
      const sort = readSort(request.query, ['creation']);
      const found = await listDatastores(app.deps.prisma, { filters: { name, active }, sort, page });
      return sendPage(reply, page, found).map(presentDatastoreItem);
    },
  );

  app.post(
    '/',
    administratorRoute({
      operationId: 'createDatastore',
      summary: "Créer l'entrepôt d'une communauté",
      description: "L'entrepôt est inactif jusqu'à ce qu'une modification l'active.",
      body: CreateDatastoreBody,
      response: answers({ 201: DatastoreSchema }, 400, 401, 403, 404, 409),
    }),
    async (request, reply) => {
      const { community, ...body } = request.body;
      const datastore = await createDatastore(app.deps, community, readDatastore(body));
      return reply.code(201).send(presentDatastore(datastore, request.origin));
    },
  );

  app.get(
    '/:datastore',
    administratorRoute({
      operationId: 'getPlatformDatastore',
      summary: 'Lire un entrepôt de la plateforme, même inactif',
      params: DatastoreParams,
      response: answers({ 200: DatastoreSchema }, 400, 401, 403, 404),
    }),
    async (request) =>
      presentDatastore(await findDatastoreDetail(app.deps.prisma, request.params.datastore), request.origin),
  );

  app.patch(
    '/:datastore',
    administratorRoute({
      operationId: 'updateDatastore',
      summary: "Modifier les parties données d'un entrepôt, l'activer ou le bloquer",
      params: DatastoreParams,
      body: PatchDatastoreBody,
      response: answers({ 200: DatastoreSchema }, 400, 401, 403, 404, 409),
    }),
    async (request) => {
      const { active, ...body } = request.body;
      const changes = { ...readDatastore(body), active: readBoolean(active) };
      return presentDatastore(await changeDatastore(app.deps, request.params.datastore, changes), request.origin);
    },
  );

  app.delete(
    '/:datastore',
    administratorRoute({
      operationId: 'deleteDatastore',
      summary: 'Supprimer un entrepôt vide',
      params: DatastoreParams,
      response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
    }),
    async (request, reply) => {
      await deleteDatastore(app.deps, request.params.datastore);
      return reply.code(204).send();
    },
  );
};

function readDatastore(body: Static<typeof PatchDatastoreBody>) {
  const { processings, checks, endpoints, storages, sharings } = body;
  return {
    processings,
    checks,
    endpoints,
    storages,
    sharings: readBoolean(sharings),
    metadataPrefix: body.metadata_file_identifier_prefix,
    layerNamePrefix: body.configuration_layer_name_prefix,
  };
}
