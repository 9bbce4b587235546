import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { getStoredData } from '../../domain/stored-data-reads.js';
import { addVisibility, listVisibility, removeVisibility } from '../../domain/visibility.js';
import { datastoreOf } from '../../plugins/auth.js';
import { ReceiverItem } from '../attached/sharing-schema.js';
import { presentDates } from '../present.js';
import { sendWhole } from '../lists.js';
import { answers, Ids, NoContent } from '../schemas.js';
import { StoredDataParams } from './schema.js';

const tags = ['Données stockées'];

/** Communities that may read a stored data (lifecycle.md §1.4), under `…/stored_data/:stored_data/visibility`. */
export const visibilityRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;

  /** @throws ApiError not_found unless the stored data is the datastore's own */
  async function own(request: FastifyRequest<{ Params: { stored_data: string } }>): Promise<string> {
    return (await getStoredData(deps, { datastore: datastoreOf(request).id }, request.params.stored_data)).id;
  }
  const list = async (id: string) =>
    (await listVisibility(deps.prisma, id)).map((community) => ({
      _id: community.id,
      ...presentDates(community),
      name: community.name,
    }));

  app.get(
    '/',
    {
      config: { right: 'member' },
      schema: {
        tags,
        operationId: 'listStoredDataVisibility',
        summary: 'Lister les communautés qui voient une donnée stockée',
        params: StoredDataParams,
        response: answers({ 200: Type.Array(ReceiverItem) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => sendWhole(reply, await list(await own(request))),
  );

  app.post(
    '/',
    {
      config: { right: 'PROCESSING' },
      schema: {
        tags,
        operationId: 'addStoredDataVisibility',
        summary: 'Rendre une donnée stockée visible de communautés',
        params: StoredDataParams,
        body: Ids,
        response: answers({ 200: Type.Array(ReceiverItem) }, 400, 401, 403, 404),
      },
    },
    async (request) => {
      const id = await own(request);
      await addVisibility(deps, id, request.body);
      return list(id);
    },
  );

  app.delete(
    '/',
    {
      config: { right: 'PROCESSING' },
      schema: {
        tags,
        operationId: 'removeStoredDataVisibility',
        summary: "Retirer la visibilité d'une donnée stockée à des communautés",
        params: StoredDataParams,
        body: Ids,
        response: answers({ 204: NoContent }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      await removeVisibility(deps, await own(request), request.body);
      return reply.code(204).send();
    },
  );
};
