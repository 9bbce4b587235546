import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { getConfiguration, listConfigurations } from '../../domain/configuration-reads.js';
import {
  createConfiguration,
  deleteConfiguration,
  replaceConfiguration,
  updateConfiguration,
} from '../../domain/configurations.js';
import { listEvents } from '../../domain/events.js';
import { addTags, normaliseTags, removeTags } from '../../domain/tags.js';
import { datastoreOf } from '../../plugins/auth.js';
import { callerIn } from '../caller.js';
import {
  PageQuery,
  pickFields,
  readFields,
  readPage,
  readSort,
  readTagFilters,
  readTagKeys,
  sendPage,
} from '../lists.js';
import { configurationOfferingRoutes } from '../offerings/of-configuration.js';
import { answers, Event, NoContent, TagsBody } from '../schemas.js';
import { readConfiguration } from './content.js';
import { presentConfiguration, presentConfigurationItem, presentEvent } from './present.js';
import {
  ConfigurationDetail,
  ConfigurationItem,
  ConfigurationParams,
  CreateBody,
  DatastoreParams,
  LIST_FIELDS,
  ListQuery,
  PatchBody,
  ReplaceBody,
} from './schema.js';

const tags = ['Configurations et publications'];

/** Configurations (spec diffusion §2): what is published and how. Offerings have their own module. */
export const configurationRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;
  const { prisma } = deps;
  const read = async (request: FastifyRequest, id: string) =>
    presentConfiguration(await getConfiguration(deps, datastoreOf(request).id, id), request.origin);
  await app.register(configurationOfferingRoutes, { prefix: '/:configuration/offerings' });

  app.get(
    '/',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'listConfigurations',
        summary: 'Lister les configurations',
        params: DatastoreParams,
        querystring: ListQuery,
        response: answers({ 200: Type.Array(ConfigurationItem) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const fields = readFields(request.query, LIST_FIELDS);
      const page = readPage(request.query);
      const sort = readSort(request.query, ['creation', 'update', 'last_event']);
      const filter = { ...request.query, tags: readTagFilters(request.query) };
      const found = await listConfigurations(deps, datastoreOf(request).id, { filter, sort, page });
      return sendPage(reply, page, found).map((item) =>
        pickFields(presentConfigurationItem(item, request.origin), fields),
      );
    },
  );

  app.post(
    '/',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'createConfiguration',
        summary: 'Créer une configuration',
        params: DatastoreParams,
        body: CreateBody,
        response: answers({ 201: ConfigurationDetail }, 400, 401, 403, 404, 409, 501),
      },
    },
    async (request, reply) => {
      const body = { ...readConfiguration(request.body), layerName: request.body.layer_name };
      const id = await createConfiguration(deps, callerIn(request), body);
      reply.code(201);
      return read(request, id);
    },
  );

  app.get(
    '/:configuration',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getConfiguration',
        summary: 'Lire une configuration',
        params: ConfigurationParams,
        response: answers({ 200: ConfigurationDetail }, 400, 401, 403, 404),
      },
    },
    async (request) => read(request, request.params.configuration),
  );

  app.put(
    '/:configuration',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'replaceConfiguration',
        summary: "Remplacer le contenu d'une configuration",
        description: 'Les services ne changent pas avant la synchronisation des offres.',
        params: ConfigurationParams,
        body: ReplaceBody,
        response: answers({ 200: ConfigurationDetail }, 400, 401, 403, 404, 409, 501),
      },
    },
    async (request) => {
      const { configuration } = request.params;
      const body = { ...readConfiguration(request.body), layerName: request.body.layer_name };
      await replaceConfiguration(deps, callerIn(request), configuration, body);
      return read(request, configuration);
    },
  );

  app.patch(
    '/:configuration',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'updateConfiguration',
        summary: 'Modifier le nom ou les informations libres',
        params: ConfigurationParams,
        body: PatchBody,
        response: answers({ 200: ConfigurationDetail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const { name, extra } = request.body;
      await updateConfiguration(deps, datastoreOf(request).id, request.params.configuration, { name, extra });
      return read(request, request.params.configuration);
    },
  );

  app.delete(
    '/:configuration',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'deleteConfiguration',
        summary: 'Supprimer une configuration sans offre',
        params: ConfigurationParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      await deleteConfiguration(deps, callerIn(request), request.params.configuration);
      return reply.code(204).send();
    },
  );

  app.post(
    '/:configuration/tags',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'addConfigurationTags',
        summary: 'Ajouter ou remplacer des tags',
        params: ConfigurationParams,
        body: TagsBody,
        response: answers({ 200: ConfigurationDetail }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const { id } = await getConfiguration(deps, datastoreOf(request).id, request.params.configuration);
      await addTags(prisma, 'configuration', id, normaliseTags(request.body));
      return read(request, id);
    },
  );

  app.delete(
    '/:configuration/tags',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'removeConfigurationTags',
        summary: 'Retirer des tags',
        description: 'Clés : tags=a&tags=b, tags=a,b, tags[]=a ou tags[0]=a.',
        params: ConfigurationParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const keys = readTagKeys(request.query as object);
      const { id } = await getConfiguration(deps, datastoreOf(request).id, request.params.configuration);
      await removeTags(prisma, 'configuration', id, keys);
      return reply.code(204).send();
    },
  );

  app.get(
    '/:configuration/events',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'listConfigurationEvents',
        summary: "Lister les évènements d'une configuration",
        params: ConfigurationParams,
        querystring: PageQuery,
        response: answers({ 200: Type.Array(Event) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { id } = await getConfiguration(deps, datastoreOf(request).id, request.params.configuration);
      const page = readPage(request.query);
      const events = await listEvents(prisma, { entity: 'configuration', id }, page);
      return sendPage(reply, page, events).map((event) => presentEvent(event, request.origin));
    },
  );
};
