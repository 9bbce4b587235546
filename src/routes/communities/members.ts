import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { COMMUNITY_RIGHTS, type CommunityRight } from '../../domain/access.js';
import { listMembers, removeMember, setMember } from '../../domain/members.js';
import { badRequest } from '../../errors.js';
import { callerOf } from '../../plugins/auth.js';
import { readPage, sendPage, words } from '../lists.js';
import { answers, NoContent } from '../schemas.js';
import { presentMember } from './present.js';
import { CommunityParams, MemberBody, MemberParams, MemberSchema, MembersQuery } from './schema.js';

const tags = ['Communautés'];

/** `/communities/{community}/users`: even reading the list takes the right COMMUNITY. */
export const memberRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { prisma } = app.deps;

  app.get(
    '/',
    {
      config: { right: 'COMMUNITY' },
      schema: {
        tags,
        operationId: 'listCommunityMembers',
        summary: "Lister les membres d'une communauté",
        params: CommunityParams,
        querystring: MembersQuery,
        response: answers({ 200: Type.Array(MemberSchema) }, 400, 401, 403, 404),
      },
    },
    async (request, reply) => {
      const page = readPage(request.query);
      const rights = readRights(request.query.rights);
      const found = await listMembers(prisma, request.params.community, { rights, page });
      return sendPage(reply, page, found).map(presentMember);
    },
  );

  app.put(
    '/:user',
    {
      config: { right: 'COMMUNITY' },
      schema: {
        tags,
        operationId: 'putCommunityMember',
        summary: 'Ajouter un membre à une communauté, ou remplacer ses droits',
        params: MemberParams,
        body: MemberBody,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      const { community, user } = request.params;
      await setMember(app.deps, {
        communityId: community,
        userId: user.toLowerCase(),
        initiatorId: callerOf(request).id,
        rights: request.body.rights ?? [],
      });
      return reply.code(204).send();
    },
  );

  app.delete(
    '/:user',
    {
      config: { right: 'COMMUNITY' },
      schema: {
        tags,
        operationId: 'removeCommunityMember',
        summary: "Exclure un membre d'une communauté",
        params: MemberParams,
        response: answers({ 204: NoContent }, 400, 401, 403, 404, 409),
      },
    },
    async (request, reply) => {
      const { community, user } = request.params;
      await removeMember(app.deps, {
        communityId: community,
        userId: user.toLowerCase(),
        initiatorId: callerOf(request).id,
      });
      return reply.code(204).send();
    },
  );
};

/** @throws ApiError bad_request naming the values that are no rights */
function readRights(value: string | string[] | undefined): CommunityRight[] {
  const asked = words(value);
  const rights = COMMUNITY_RIGHTS.filter((right) => asked.includes(right));
  const unknown = asked.filter((word) => !(COMMUNITY_RIGHTS as readonly string[]).includes(word));
  if (unknown.length > 0) {
    throw badRequest(
      `Le paramètre "rights" contient des valeurs inconnues : ${unknown.join(', ')} (valeurs possibles : ${COMMUNITY_RIGHTS.join(', ')}).`,
    );
  }
  return rights;
}
