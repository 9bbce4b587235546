import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { getConfiguration, listConfigurations } from '../../domain/configuration-reads.js';
import {
  createConfiguration,
  deleteConfiguration,
  replaceConfiguration,
  updateConfiguration,
} from '../../domain/configurations.js';
import { listWarnings, warningHeader } from '../../domain/warnings.js';
import { datastoreOf } from '../../plugins/auth.js';
import { commentRoutes } from '../attached/comments.js';
import { eventRoutes } from '../attached/events.js';
import type { Subject } from '../attached/subject.js';
import { tagRoutes } from '../attached/tags.js';
import { callerIn } from '../caller.js';
import { pickFields, sendPage } from '../lists.js';
import { configurationOfferingRoutes } from '../offerings/of-configuration.js';
import { answers, NoContent } from '../schemas.js';
import { readConfiguration } from './content.js';
import { readList } from './list.js';
import { presentConfiguration, presentConfigurationItem } from './present.js';
import {
  ConfigurationDetail,
  ConfigurationItem,
  ConfigurationParams,
  CreateBody,
  DatastoreParams,
  ListQuery,
  PatchBody,
  ReplaceBody,
} from './schema.js';

const tag = 'Configurations et publications';
const tags = [tag];

/** Configurations (spec diffusion §2): what is published and how. Offerings have their own module. */
export const configurationRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;
  const read = async (request: FastifyRequest, id: string) =>
    presentConfiguration(await getConfiguration(deps, { datastore: datastoreOf(request).id }, id), request.origin);
  /** What the producer must see goes into a header too. */
  const warn = async (reply: FastifyReply, id: string) => {
    const warnings = await listWarnings(deps.prisma, id);
    if (warnings.length > 0) reply.header('x-emulator-warning', warningHeader(warnings.map(({ text }) => text)));
  };
  await app.register(configurationOfferingRoutes, { prefix: '/:configuration/offerings' });

  const subject: Subject & { prefix: string } = {
    prefix: '/:configuration',
    entity: 'configuration',
    right: 'BROADCAST',
    tag,
    name: 'Configuration',
    label: 'une configuration',
    read,
  };
  await app.register(tagRoutes, { ...subject, detail: ConfigurationDetail });
  await app.register(eventRoutes, subject);
  await app.register(commentRoutes, subject);

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
      const { fields, ...query } = readList(request.query);
      const found = await listConfigurations(deps, { datastore: datastoreOf(request).id }, query);
      return sendPage(reply, query.page, found).map((item) =>
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
      await warn(reply, id);
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
    async (request, reply) => {
      const { configuration } = request.params;
      const body = { ...readConfiguration(request.body), layerName: request.body.layer_name };
      await replaceConfiguration(deps, callerIn(request), configuration, body);
      await warn(reply, configuration);
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
};
