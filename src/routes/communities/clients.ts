import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { COMMUNITY_RIGHTS } from '../../domain/access.js';
import { type CommunityClient, listCommunityClients } from '../../domain/community-clients.js';
import { PageQuery, readPage, sendPage } from '../lists.js';
import { presentDates } from '../present.js';
import { answers, Instant, Uuid } from '../schemas.js';

const Client = Type.Object({
  _id: Uuid,
  creation: Instant,
  update: Instant,
  client_id: Type.String(),
  email: Type.String(),
  rights: Type.Array(Type.Enum([...COMMUNITY_RIGHTS])),
});

/** Service accounts of a community, below `/communities/:community/clients`. */
export const communityClientRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/',
    {
      config: { right: 'COMMUNITY' },
      schema: {
        tags: ['Communautés'],
        operationId: 'listCommunityClients',
        summary: 'Lister les comptes de service membres de la communauté',
        description: "Le sens de cette opération n'est pas public : le contenu est un choix de l'émulateur.",
        params: Type.Object({ community: Uuid }),
        querystring: PageQuery,
        response: answers({ 200: Type.Array(Client) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      const found = await listCommunityClients(app.deps, request.params.community, page);
      return sendPage(reply, page, found).map(presentClient);
    },
  );
};

function presentClient({ clientId, user, member }: CommunityClient) {
  return {
    _id: user.id,
    ...presentDates(member),
    client_id: clientId,
    email: user.email,
    rights: COMMUNITY_RIGHTS.filter((right) => member.rights.includes(right)),
  };
}
