import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { listStorageDatastores } from '../../domain/administration/datastore-lists.js';
import {
  changeStorage,
  createStorage,
  deleteStorage,
  findStorage,
  listStorages,
} from '../../domain/administration/storages.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PageQuery, readPage, sendPage } from '../lists.js';
import { answers, NoContent } from '../schemas.js';
import { assertTypeInfos } from '../type-infos.js';
import { presentStorageDatastore } from './datastores-present.js';
import { StorageDatastoreSchema } from './datastores-schema.js';
import { administratorRoute } from './route.js';
import { presentStorage, presentStorageItem } from './storages-present.js';
import {
  CreateStorageBody,
  PatchStorageBody,
  STORAGE_TYPE_INFOS,
  StorageItemSchema,
  StorageParams,
  StorageSchema,
  StoragesQuery,
} from './storages-schema.js';

/** Storages of the platform (lifecycle.md §7). */
export const administratorStorageRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/',
    administratorRoute({
      operationId: 'listPlatformStorages',
      summary: 'Lister les stockages de la plateforme',
      querystring: StoragesQuery,
      response: answers({ 200: Type.Array(StorageItemSchema) }, 400, 401, 403),
    }),
    async (request, reply) => {
      const page = readPage(request.query);
      const found = await listStorages(app.deps, { type: request.query.type, page });
      return sendPage(reply, page, found).map(presentStorageItem);
    },
  );

  app.post(
    '/',
    administratorRoute({
      operationId: 'createStorage',
      summary: 'Créer un stockage',
      body: CreateStorageBody,
      response: answers({ 201: StorageSchema }, 400, 401, 403, 409),
    }),
    async (request, reply) => {
      const { name, type, labels = [], type_infos } = request.body;
      assertTypeInfos(STORAGE_TYPE_INFOS[type], type_infos);
      const storage = { name, type, labels, typeInfos: type_infos as Prisma.InputJsonObject };
      return reply.code(201).send(presentStorage(await createStorage(app.deps, storage)));
    },
  );

  app.get(
    '/:storage',
    administratorRoute({
      operationId: 'getPlatformStorage',
      summary: 'Lire un stockage',
      params: StorageParams,
      response: answers({ 200: StorageSchema }, 400, 401, 403, 404),
    }),
    async (request) => presentStorage(await findStorage(app.deps, request.params.storage)),
  );

  app.patch(
    '/:storage',
    administratorRoute({
      operationId: 'updateStorage',
      summary: 'Modifier un stockage',
      params: StorageParams,
      body: PatchStorageBody,
      response: answers({ 200: StorageSchema }, 400, 401, 403, 404, 409),
    }),
    async (request) => {
      const { name, labels } = request.body;
      return presentStorage(await changeStorage(app.deps, request.params.storage, { name, labels }));
    },
  );

  app.delete(
    '/:storage',
    administratorRoute({
      operationId: 'deleteStorage',
      summary: "Supprimer un stockage que rien n'utilise",
      params: StorageParams,
      response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
    }),
    async (request, reply) => {
      await deleteStorage(app.deps, request.params.storage);
      return reply.code(204).send();
    },
  );

  app.get(
    '/:storage/datastores',
    administratorRoute({
      operationId: 'listStorageDatastores',
      summary: "Lister les entrepôts qui disposent d'un stockage",
      params: StorageParams,
      querystring: PageQuery,
      response: answers({ 200: Type.Array(StorageDatastoreSchema) }, 400, 401, 403, 404),
    }),
    async (request, reply) => {
      const { id } = await findStorage(app.deps, request.params.storage);
      const page = readPage(request.query);
      const found = await listStorageDatastores(app.deps.prisma, id, page);
      return sendPage(reply, page, found).map(presentStorageDatastore);
    },
  );
};
