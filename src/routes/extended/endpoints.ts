import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { listEndpoints } from '../../domain/datastores.js';
import { readEndpointList } from '../datastores/list.js';
import { presentLentEndpoint } from '../datastores/present.js';
import { ENDPOINT_FILTERS, LentEndpointSchema } from '../datastores/schema.js';
import { sendPage } from '../lists.js';
import { answers } from '../schemas.js';
import { levelQuery, ORGANIZATION, presentInPlace, withPlace } from './level.js';

const Item = withPlace(LentEndpointSchema, 'DatastoreEndpointExtendedResponseDto');

/** `GET /organizations/:organization/endpoints`; that of the platform is its catalogue, in routes/administrator. */
export const endpointLists: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/endpoints',
    {
      config: { right: ORGANIZATION.right },
      schema: {
        tags: [ORGANIZATION.tag],
        operationId: 'listOrganizationEndpoints',
        summary: "Lister les points d'accès des entrepôts d'un organisme",
        params: ORGANIZATION.params,
        querystring: levelQuery(ORGANIZATION, ENDPOINT_FILTERS),
        response: answers({ 200: Type.Array(Item) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const query = readEndpointList(request.query);
      const found = await listEndpoints(app.deps.prisma, ORGANIZATION.scope(request), query);
      return sendPage(reply, query.page, found).map((lent) =>
        presentInPlace(presentLentEndpoint(lent, request.origin), lent.datastore),
      );
    },
  );
};
