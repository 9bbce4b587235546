import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { deleteStoredData, updateStoredData } from '../../domain/stored-data.js';
import {
  getReachableStoredData,
  getStoredData,
  listStoredData,
  storedDataDependencies,
} from '../../domain/stored-data-reads.js';
import { datastoreOf } from '../../plugins/auth.js';
import { commentRoutes } from '../attached/comments.js';
import { eventRoutes } from '../attached/events.js';
import { sharingRoutes } from '../attached/sharings.js';
import type { Subject } from '../attached/subject.js';
import { tagRoutes } from '../attached/tags.js';
import { callerIn } from '../caller.js';
import { pickFields, sendPage } from '../lists.js';
import { answers, NoContent, readBoolean } from '../schemas.js';
import { readList } from './list.js';
import { presentSharedStoredData, presentStoredData, presentStoredDataItem } from './present.js';
import {
  DatastoreParams,
  Dependencies,
  ListQuery,
  PatchBody,
  SharedStoredDataDetail,
  StoredDataDetail,
  StoredDataItem,
  StoredDataParams,
} from './schema.js';
import { visibilityRoutes } from './visibility.js';

const tag = 'Données stockées';
const tags = [tag];

/** Stored data (spec lifecycle §5): processings make them, producers describe and delete them. */
export const storedDataRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;

  const subject: Subject & { prefix: string } = {
    prefix: '/:stored_data',
    entity: 'stored_data',
    right: 'PROCESSING',
    tag,
    name: 'StoredData',
    label: 'une donnée stockée',
    read: async (request, id) =>
      presentStoredData(await getStoredData(deps, { datastore: datastoreOf(request).id }, id)),
  };
  await app.register(tagRoutes, { ...subject, detail: StoredDataDetail });
  await app.register(eventRoutes, subject);
  await app.register(commentRoutes, subject);
  await app.register(sharingRoutes, { ...subject, entity: 'stored_data' });
  await app.register(visibilityRoutes, { prefix: '/:stored_data/visibility' });

  app.get(
    '/',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'listStoredData',
        summary: 'Lister les données stockées',
        params: DatastoreParams,
        querystring: ListQuery,
        response: answers({ 200: Type.Array(StoredDataItem) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { fields, ...query } = readList(request.query);
      const { owned, shared } = request.query;
      const datastoreId = datastoreOf(request).id;
      const found = await listStoredData(deps, { datastore: datastoreId }, { ...query, ownership: { owned, shared } });
      return sendPage(reply, query.page, found).map((item) =>
        pickFields(presentStoredDataItem(item, item.datastoreId === datastoreId), fields),
      );
    },
  );

  app.get(
    '/:stored_data',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getStoredData',
        summary: 'Lire une donnée stockée, même supprimée',
        description: "Celle d'un autre entrepôt, partagée ou ouverte, se lit sans ses tags ni ses évènements.",
        params: StoredDataParams,
        response: answers({ 200: Type.Union([StoredDataDetail, SharedStoredDataDetail]) }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const datastoreId = datastoreOf(request).id;
      const found = await getReachableStoredData(deps, datastoreId, request.params.stored_data);
      return found.datastoreId === datastoreId ? presentStoredData(found) : presentSharedStoredData(found);
    },
  );

  app.patch(
    '/:stored_data',
    {
      config: { right: 'PROCESSING' },
      schema: {
        tags,
        operationId: 'updateStoredData',
        summary: 'Modifier une donnée stockée',
        params: StoredDataParams,
        body: PatchBody,
        response: answers({ 200: StoredDataDetail }, 400, 401, 403, 404, 409),
      },
    },
    async (request) => {
      const { stored_data: id } = request.params;
      const { open, public_activity, ...rest } = request.body;
      const change = { ...rest, open: readBoolean(open), public_activity: readBoolean(public_activity) };
      await updateStoredData(deps, datastoreOf(request).id, id, change);
      return presentStoredData(await getStoredData(deps, { datastore: datastoreOf(request).id }, id));
    },
  );

  app.delete(
    '/:stored_data',
    {
      config: { right: 'PROCESSING' },
      schema: {
        tags,
        operationId: 'deleteStoredData',
        summary: 'Supprimer une donnée stockée',
        description: "Refusé tant qu'une configuration ou une exécution non terminée l'utilise.",
        params: StoredDataParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      await deleteStoredData(deps, callerIn(request), request.params.stored_data);
      return reply.code(204).send();
    },
  );

  app.get(
    '/:stored_data/dependencies',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getStoredDataDependencies',
        summary: 'Lister les données stockées liées par référence',
        params: StoredDataParams,
        response: answers({ 200: Dependencies }, 400, 401, 403, 404),
      },
    },
    async (request) => storedDataDependencies(deps, datastoreOf(request).id, request.params.stored_data),
  );
};
