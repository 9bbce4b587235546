import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { listEvents } from '../../domain/events.js';
import { deleteStoredData, updateStoredData } from '../../domain/stored-data.js';
import {
  getStoredData,
  listStoredData,
  storedDataDependencies,
  type StoredDataFilter,
} from '../../domain/stored-data-reads.js';
import { addTags, normaliseTags, removeTags } from '../../domain/tags.js';
import { badRequest } from '../../errors.js';
import { datastoreOf } from '../../plugins/auth.js';
import { callerIn } from '../caller.js';
import {
  PageQuery,
  pickFields,
  readDate,
  readFields,
  readPage,
  readSort,
  readTagFilters,
  readTagKeys,
  sendPage,
} from '../lists.js';
import { answers, Event, NoContent, readBoolean, TagsBody } from '../schemas.js';
import { presentStoredData, presentStoredDataItem } from './present.js';
import {
  DatastoreParams,
  Dependencies,
  LIST_FIELDS,
  ListQuery,
  PatchBody,
  StoredDataDetail,
  StoredDataItem,
  StoredDataParams,
} from './schema.js';

const tags = ['Données stockées'];

/** Stored data (spec lifecycle §5): processings make them, producers describe and delete them. */
export const storedDataRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;
  const { prisma } = deps;

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
      const fields = readFields(request.query, LIST_FIELDS);
      const page = readPage(request.query);
      const sort = readSort(request.query, ['creation', 'last_event']);
      const query = { filter: readFilter(request.query), sort, page };
      const found = await listStoredData(deps, datastoreOf(request).id, query);
      return sendPage(reply, page, found).map((item) => pickFields(presentStoredDataItem(item), fields));
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
        params: StoredDataParams,
        response: answers({ 200: StoredDataDetail }, 400, 401, 403, 404),
      },
    },
    async (request) =>
      presentStoredData(await getStoredData(deps, datastoreOf(request).id, request.params.stored_data)),
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
        response: answers({ 200: StoredDataDetail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const { stored_data: id } = request.params;
      const { open, public_activity, ...rest } = request.body;
      const change = { ...rest, open: readBoolean(open), public_activity: readBoolean(public_activity) };
      await updateStoredData(deps, datastoreOf(request).id, id, change);
      return presentStoredData(await getStoredData(deps, datastoreOf(request).id, id));
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

  app.post(
    '/:stored_data/tags',
    {
      config: { right: 'PROCESSING' },
      schema: {
        tags,
        operationId: 'addStoredDataTags',
        summary: 'Ajouter ou remplacer des tags',
        params: StoredDataParams,
        body: TagsBody,
        response: answers({ 200: StoredDataDetail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const datastoreId = datastoreOf(request).id;
      const { id } = await getStoredData(deps, datastoreId, request.params.stored_data);
      await addTags(prisma, 'stored_data', id, normaliseTags(request.body));
      return presentStoredData(await getStoredData(deps, datastoreId, id));
    },
  );

  app.delete(
    '/:stored_data/tags',
    {
      config: { right: 'PROCESSING' },
      schema: {
        tags,
        operationId: 'removeStoredDataTags',
        summary: 'Retirer des tags',
        description: 'Clés : tags=a&tags=b, tags=a,b, tags[]=a ou tags[0]=a.',
        params: StoredDataParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const keys = readTagKeys(request.query as object);
      const { id } = await getStoredData(deps, datastoreOf(request).id, request.params.stored_data);
      await removeTags(prisma, 'stored_data', id, keys);
      return reply.code(204).send();
    },
  );

  app.get(
    '/:stored_data/events',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'listStoredDataEvents',
        summary: "Lister les évènements d'une donnée stockée",
        params: StoredDataParams,
        querystring: PageQuery,
        response: answers({ 200: Type.Array(Event) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { id } = await getStoredData(deps, datastoreOf(request).id, request.params.stored_data);
      const page = readPage(request.query);
      return sendPage(reply, page, await listEvents(prisma, { entity: 'stored_data', id }, page));
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

function readFilter(query: Static<typeof ListQuery>): StoredDataFilter {
  const { before, after, ...filter } = query;
  if ((filter.lon === undefined) !== (filter.lat === undefined)) {
    throw badRequest('Les paramètres "lon" et "lat" vont ensemble.');
  }
  return {
    ...filter,
    tags: readTagFilters(query),
    before: readDate('before', before),
    after: readDate('after', after),
  };
}
