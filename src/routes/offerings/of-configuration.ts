import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { getConfiguration } from '../../domain/configuration-reads.js';
import { getOffering, listOfferings } from '../../domain/offering-reads.js';
import { createOffering } from '../../domain/offerings.js';
import { datastoreOf } from '../../plugins/auth.js';
import { callerIn } from '../caller.js';
import { pickFields, readFields, readPage, sendPage } from '../lists.js';
import { answers, readBoolean } from '../schemas.js';
import { presentOffering } from './present.js';
import {
  ConfigurationParams,
  CreateBody,
  LIST_FIELDS,
  OfConfigurationQuery,
  OfferingDetail,
  OfferingItem,
} from './schema.js';

const tags = ['Configurations et publications'];

/** Offerings of one configuration (spec diffusion §3), under `…/configurations/:configuration/offerings`. */
export const configurationOfferingRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;

  app.get(
    '/',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getOfferings',
        summary: "Lister les offres d'une configuration",
        params: ConfigurationParams,
        querystring: OfConfigurationQuery,
        response: answers({ 200: Type.Array(OfferingItem) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const fields = readFields(request.query, LIST_FIELDS);
      const page = readPage(request.query);
      const scope = { datastore: datastoreOf(request).id };
      const { id } = await getConfiguration(deps, scope, request.params.configuration);
      const found = await listOfferings(deps, scope, { filter: { configuration: id }, sort: [], page });
      return sendPage(reply, page, found).map((item) => pickFields(presentOffering(item, request.origin), fields));
    },
  );

  app.post(
    '/',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'createOffering',
        summary: "Publier une configuration sur un point d'accès",
        description: "La publication se termine plus tard : l'offre est PUBLISHING, puis PUBLISHED ou UNSTABLE.",
        params: ConfigurationParams,
        body: CreateBody,
        response: answers({ 201: OfferingDetail }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      const { open, public_activity, ...body } = request.body;
      const { configuration } = request.params;
      const asked = { ...body, open: readBoolean(open), public_activity: readBoolean(public_activity) };
      const id = await createOffering(deps, callerIn(request), configuration, asked);
      reply.code(201);
      return presentOffering(await getOffering(deps, { datastore: datastoreOf(request).id }, id), request.origin);
    },
  );
};
