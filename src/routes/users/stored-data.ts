import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { getVisibleStoredData, listVisibleStoredData } from '../../domain/stored-data-reads.js';
import { callerOf } from '../../plugins/auth.js';
import { pickFields, sendPage } from '../lists.js';
import { answers, Uuid } from '../schemas.js';
import { presentSharedStoredData, presentStoredDataItem } from '../stored-data/present.js';
import { readList } from '../stored-data/list.js';
import { SharedStoredDataDetail, StoredDataItem, VisibleListQuery } from '../stored-data/schema.js';

const tags = ['Utilisateurs'];

/** Stored data that the caller may see, whatever the datastore (lifecycle.md §1.4), under `/users/me/stored_data`. */
export const visibleStoredDataRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;

  app.get(
    '/',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        operationId: 'listMyStoredData',
        summary: "Lister les données stockées visibles de l'utilisateur",
        description:
          'Celles de ses entrepôts et celles partagées avec eux, celles visibles de ses communautés, et celles qui sont ouvertes.',
        querystring: VisibleListQuery,
        response: answers({ 200: Type.Array(StoredDataItem) }, 400, 401),
      },
    },
    async (request, reply) => {
      const { fields, ...query } = readList(request.query);
      const communities = communitiesOf(request);
      const found = await listVisibleStoredData(deps, communities, query);
      return sendPage(reply, query.page, found).map((item) =>
        pickFields(presentStoredDataItem(item, communities.includes(item.datastore.communityId)), fields),
      );
    },
  );

  app.get(
    '/:stored_data',
    {
      config: { right: 'authenticated' },
      schema: {
        tags,
        operationId: 'getMyStoredData',
        summary: "Lire une donnée stockée visible de l'utilisateur",
        params: Type.Object({ stored_data: Uuid }),
        response: answers({ 200: SharedStoredDataDetail }, 400, 401, 404),
      },
    },
    async (request) =>
      presentSharedStoredData(await getVisibleStoredData(deps, communitiesOf(request), request.params.stored_data)),
  );
};

/** Ids of the communities of the caller. */
function communitiesOf(request: FastifyRequest): string[] {
  return callerOf(request).memberships.map((membership) => membership.communityId);
}
