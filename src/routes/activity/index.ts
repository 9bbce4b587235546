import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  type Activity,
  type Period,
  readCommunityActivity,
  readDatastoreActivity,
  readPublicActivity,
} from '../../domain/activity.js';
import { datastoreOf } from '../../plugins/auth.js';
import { preferredType } from '../accept.js';
import { answers } from '../schemas.js';
import { renderAtom } from './atom.js';
import { readPeriod } from './period.js';
import { ATOM, type FeedPlace, presentFeed } from './present.js';
import { ActivityQuery, CommunityParams, DatastoreParams, Feed, PublicParams } from './schema.js';

const DATASTORE_FEEDS = [
  {
    path: 'uploads',
    family: 'upload',
    tag: 'Livraisons et vérifications',
    operationId: 'getUploadsActivity',
    what: 'des livraisons',
  },
  {
    path: 'stored_data',
    family: 'stored_data',
    tag: 'Données stockées',
    operationId: 'getStoredDataActivity',
    what: 'des données stockées',
  },
  {
    path: 'configurations',
    family: 'configuration',
    tag: 'Configurations et publications',
    operationId: 'getConfigurationsActivity',
    what: 'des configurations',
  },
] as const;

const COMMUNITY_FEEDS = [
  { path: 'users', family: 'member', operationId: 'getMembersActivity', what: 'des membres' },
  { path: 'permissions', family: 'permission', operationId: 'getPermissionsActivity', what: 'des permissions' },
] as const;

const FeedAnswer = {
  description: "Flux d'activité.",
  content: { 'application/json': { schema: Feed }, [ATOM]: { schema: Type.String() } },
};

/** Activity feeds, as JSON or Atom (lifecycle.md §1.3). */
export const activityRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { prisma, config } = app.deps;
  const authority = new URL(config.issuer).hostname;

  function send(
    request: FastifyRequest,
    reply: FastifyReply,
    feed: { activity: Activity; period: Period } & Pick<FeedPlace, 'title' | 'datastoreId'>,
  ): Feed | FastifyReply {
    const { activity, period, ...place } = feed;
    const type = preferredType(request.headers.accept, ['application/json', ATOM]);
    reply.header('vary', 'accept');
    const { origin, originalUrl: url } = request;
    const presented = presentFeed(activity, period, { ...place, origin, authority, url, type });
    return type === ATOM ? reply.type(`${ATOM}; charset=utf-8`).send(renderAtom(presented)) : presented;
  }

  for (const { path, family, tag, operationId, what } of DATASTORE_FEEDS) {
    app.get(
      `/datastores/:datastore/${path}/activity`,
      {
        config: { right: 'member' },
        schema: {
          tags: [tag],
          operationId,
          summary: `Lire le flux d'activité ${what}`,
          params: DatastoreParams,
          querystring: ActivityQuery,
          response: answers({ 200: FeedAnswer }, 400, 401, 403, 404),
        },
      },
      async (request, reply) => {
        const period = readPeriod(request.query);
        const { id: datastoreId } = datastoreOf(request);
        const activity = await readDatastoreActivity(prisma, datastoreId, family, period);
        return send(request, reply, { activity, period, title: `Activité ${what}`, datastoreId });
      },
    );
  }

  for (const { path, family, operationId, what } of COMMUNITY_FEEDS) {
    app.get(
      `/communities/:community/${path}/activity`,
      {
        config: { right: 'COMMUNITY' },
        schema: {
          tags: ['Communautés'],
          operationId,
          summary: `Lire le flux d'activité ${what} de la communauté`,
          params: CommunityParams,
          querystring: ActivityQuery,
          response: answers({ 200: FeedAnswer }, 400, 401, 403, 404),
        },
      },
      async (request, reply) => {
        const period = readPeriod(request.query);
        const activity = await readCommunityActivity(prisma, request.params.community, family, period);
        return send(request, reply, { activity, period, title: `Activité ${what}` });
      },
    );
  }

  app.get(
    '/communities/:technical_name/activity',
    {
      config: { right: 'anonymous' },
      schema: {
        tags: ['Accès publics'],
        operationId: 'getPublicActivity',
        summary: "Lire le flux d'activité public d'une communauté",
        params: PublicParams,
        querystring: ActivityQuery,
        response: answers({ 200: FeedAnswer }, 400, 404),
      },
    },
    async (request, reply) => {
      const period = readPeriod(request.query);
      const activity = await readPublicActivity(prisma, request.params.technical_name, period);
      return send(request, reply, { activity, period, title: 'Activité publique' });
    },
  );
};
