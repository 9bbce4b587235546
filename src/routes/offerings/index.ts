import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { getOffering, listOfferings } from '../../domain/offering-reads.js';
import { removeOffering, synchroniseOffering, updateOffering } from '../../domain/offerings.js';
import { datastoreOf } from '../../plugins/auth.js';
import { sharingRoutes } from '../attached/sharings.js';
import { callerIn } from '../caller.js';
import { pickFields, sendPage } from '../lists.js';
import { answers, NoContent, readBoolean } from '../schemas.js';
import { readList } from './list.js';
import { presentOffering } from './present.js';
import { DatastoreParams, ListQuery, OfferingDetail, OfferingItem, OfferingParams, PatchBody } from './schema.js';

const tag = 'Configurations et publications';
const tags = [tag];

/** Offerings (spec diffusion §3): configurations published on endpoints. */
export const offeringRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;
  const read = async (request: FastifyRequest, id: string) =>
    presentOffering(await getOffering(deps, { datastore: datastoreOf(request).id }, id), request.origin);
  await app.register(sharingRoutes, {
    prefix: '/:offering',
    entity: 'offering',
    right: 'BROADCAST',
    tag,
    name: 'Offering',
    label: 'une offre',
    read,
  });

  app.get(
    '/',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'listOfferings',
        summary: 'Lister les offres',
        params: DatastoreParams,
        querystring: ListQuery,
        response: answers({ 200: Type.Array(OfferingItem) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const { fields, ...query } = readList(request.query);
      const found = await listOfferings(deps, { datastore: datastoreOf(request).id }, query);
      return sendPage(reply, query.page, found).map((item) =>
        pickFields(presentOffering(item, request.origin), fields),
      );
    },
  );

  app.get(
    '/:offering',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'getOffering',
        summary: 'Lire une offre',
        params: OfferingParams,
        response: answers({ 200: OfferingDetail }, 400, 401, 403, 404),
      },
    },
    async (request) => read(request, request.params.offering),
  );

  app.put(
    '/:offering',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'synchroniseOffering',
        summary: 'Synchroniser une offre avec sa configuration et ses données',
        description: "L'offre est MODIFYING, puis PUBLISHED ou UNSTABLE.",
        params: OfferingParams,
        response: answers({ 200: OfferingDetail }, 400, 401, 403, 404, 409),
      },
    },
    async (request) => {
      await synchroniseOffering(deps, callerIn(request), request.params.offering);
      return read(request, request.params.offering);
    },
  );

  app.patch(
    '/:offering',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'updateOffering',
        summary: 'Modifier une offre',
        params: OfferingParams,
        body: PatchBody,
        response: answers({ 200: OfferingDetail }, 400, 401, 403, 404, 409),
      },
    },
    async (request) => {
      const { open, public_activity, extra } = request.body;
      await updateOffering(deps, callerIn(request), request.params.offering, {
        open: readBoolean(open),
        public_activity: readBoolean(public_activity),
        extra,
      });
      return read(request, request.params.offering);
    },
  );

  app.delete(
    '/:offering',
    {
      config: { right: 'BROADCAST' },
      schema: {
        tags,
        operationId: 'deleteOffering',
        summary: 'Dépublier une offre',
        description: "L'offre est UNPUBLISHING, puis n'existe plus (404).",
        params: OfferingParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      await removeOffering(deps, callerIn(request), request.params.offering);
      return reply.code(204).send();
    },
  );
};
