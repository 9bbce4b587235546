import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { RouteRight } from '../../domain/access.js';
import type { Db } from '../../domain/database.js';
import { readPeriod, readTraffic, type Traffic, type TrafficFilter } from '../../domain/statistics.js';
import {
  assertAccess,
  assertCommunityOf,
  assertEndpoint,
  assertKey,
  assertOffering,
  assertPermissionFor,
  assertPermissionOf,
} from '../../domain/statistics-subjects.js';
import { callerOf } from '../../plugins/auth.js';
import { readDate } from '../lists.js';
import { presentInstant } from '../present.js';
import { answers, Uuid } from '../schemas.js';
import { Statistics, StatisticsQuery } from './schema.js';

type Params = Readonly<Record<string, string>>;

/** An address of statistics: whose traffic it tells, once that subject is known to exist for the caller. */
interface StatisticsRoute {
  readonly url: string;
  readonly right: RouteRight;
  readonly operationId: string;
  /** « Lire les statistiques … » */
  readonly summary: string;
  readonly filter: (db: Db, params: Params, request: FastifyRequest) => Promise<TrafficFilter>;
}

/** The value of a path parameter that the route declares. */
function param(params: Params, name: string): string {
  const value = params[name];
  if (value === undefined) throw new Error(`the path has no parameter ${name}`);
  return value;
}

const ROUTES: readonly StatisticsRoute[] = [
  {
    url: '/users/me/stats',
    right: 'authenticated',
    operationId: 'getUserStatistics',
    summary: 'de ses consommations',
    filter: async (_db, _params, request) => ({ user: callerOf(request).id }),
  },
  {
    url: '/users/me/keys/:key/stats',
    right: 'authenticated',
    operationId: 'getKeyStatistics',
    summary: "d'une de ses clés",
    filter: async (db, params, request) => {
      const key = param(params, 'key');
      await assertKey(db, callerOf(request).id, key);
      return { key };
    },
  },
  {
    url: '/users/me/keys/:key/accesses/:access/stats',
    right: 'authenticated',
    operationId: 'getAccessStatistics',
    summary: "d'un accès d'une de ses clés",
    filter: async (db, params, request) => {
      const [key, access] = [param(params, 'key'), param(params, 'access')];
      await assertKey(db, callerOf(request).id, key);
      await assertAccess(db, key, access);
      return { access };
    },
  },
  {
    url: '/users/me/permissions/:permission/stats',
    right: 'authenticated',
    operationId: 'getUserPermissionStatistics',
    summary: "de sa consommation d'une permission",
    filter: async (db, params, request) => {
      const { id: user, memberships } = callerOf(request);
      const permission = param(params, 'permission');
      const communities = memberships.map(({ communityId }) => communityId);
      await assertPermissionFor(db, { user, communities }, permission);
      return { permission, user };
    },
  },
  {
    url: '/datastores/:datastore/permissions/:permission/stats',
    right: 'member',
    operationId: 'getPermissionStatistics',
    summary: "d'une permission donnée par un entrepôt",
    filter: async (db, params) => {
      const permission = param(params, 'permission');
      await assertPermissionOf(db, { datastore: param(params, 'datastore') }, permission);
      return { permission };
    },
  },
  {
    url: '/datastores/:datastore/offerings/:offering/stats',
    right: 'member',
    operationId: 'getOfferingStatistics',
    summary: "d'une offre",
    filter: async (db, params) => {
      const offering = param(params, 'offering');
      await assertOffering(db, { datastore: param(params, 'datastore') }, offering);
      return { offering };
    },
  },
  {
    url: '/datastores/:datastore/endpoints/:endpoint/stats',
    right: 'member',
    operationId: 'getEndpointStatistics',
    summary: "des offres d'un entrepôt sur un point d'accès",
    filter: async (db, params) => {
      const scope = { datastore: param(params, 'datastore') };
      const endpoint = param(params, 'endpoint');
      await assertEndpoint(db, scope, endpoint);
      return { endpoint, scope };
    },
  },
  {
    url: '/communities/:community/stats',
    right: 'member',
    operationId: 'getCommunityStatistics',
    summary: "des offres d'une communauté",
    filter: async (_db, params) => ({ scope: { platform: true, within: { community: param(params, 'community') } } }),
  },
  {
    url: '/communities/:community/permissions/:permission/stats',
    right: 'member',
    operationId: 'getCommunityPermissionStatistics',
    summary: "d'une permission dont une communauté bénéficie",
    filter: async (db, params) => {
      const permission = param(params, 'permission');
      await assertPermissionFor(db, { communities: [param(params, 'community')] }, permission);
      return { permission };
    },
  },
  {
    url: '/organizations/:organization/stats',
    right: 'organization',
    operationId: 'getOrganizationStatistics',
    summary: "des offres d'un organisme",
    filter: async (_db, params) => ({ scope: { organization: param(params, 'organization') } }),
  },
  {
    url: '/organizations/:organization/permissions/:permission/stats',
    right: 'organization',
    operationId: 'getOrganizationPermissionStatistics',
    summary: "d'une permission donnée par un entrepôt d'un organisme",
    filter: async (db, params) => {
      const permission = param(params, 'permission');
      await assertPermissionOf(db, { organization: param(params, 'organization') }, permission);
      return { permission };
    },
  },
  {
    url: '/organizations/:organization/offerings/:offering/stats',
    right: 'organization',
    operationId: 'getOrganizationOfferingStatistics',
    summary: "d'une offre d'un organisme",
    filter: async (db, params) => {
      const offering = param(params, 'offering');
      await assertOffering(db, { organization: param(params, 'organization') }, offering);
      return { offering };
    },
  },
  {
    url: '/organizations/:organization/endpoints/:endpoint/stats',
    right: 'organization',
    operationId: 'getOrganizationEndpointStatistics',
    summary: "des offres d'un organisme sur un point d'accès",
    filter: async (db, params) => {
      const scope = { organization: param(params, 'organization') };
      const endpoint = param(params, 'endpoint');
      await assertEndpoint(db, scope, endpoint);
      return { endpoint, scope };
    },
  },
  {
    url: '/organizations/:organization/communities/:community/stats',
    right: 'organization',
    operationId: 'getOrganizationCommunityStatistics',
    summary: "des offres d'une communauté d'un organisme",
    filter: async (db, params) => {
      const [organization, community] = [param(params, 'organization'), param(params, 'community')];
      await assertCommunityOf(db, organization, community);
      return { scope: { organization, within: { community } } };
    },
  },
];

/** Statistics of consumption (contract §13), fed by what the services really served. */
export const statisticsRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { prisma, traffic } = app.deps;
  for (const { url, right, operationId, summary, filter } of ROUTES) {
    const names = [...url.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
    app.get(
      url,
      {
        config: { right },
        schema: {
          tags: ['Statistiques'],
          operationId,
          summary: `Lire les statistiques ${summary}`,
          params: Type.Object(Object.fromEntries(names.map((name) => [name, Uuid]))),
          querystring: StatisticsQuery,
          response: answers({ 200: Statistics }, 400, 401, 403, 404),
        },
      },
      async (request) => {
        const now = new Date();
        const { start, end, details } = request.query;
        const period = readPeriod({ start: readDate('start', start), end: readDate('end', end), details }, now);
        const wanted = await filter(prisma, request.params as Params, request);
        await traffic.flush(); // so that who just consumed sees it
        const read = await readTraffic(prisma, wanted, period, now);
        return { total: presentTraffic(read.total), details: read.details.map(presentTraffic) };
      },
    );
  }
};

function presentTraffic({ begin, end, hits, dataTransfer }: Traffic): Static<typeof Statistics>['total'] {
  return { begin_date: presentInstant(begin), end_date: presentInstant(end), hits, data_transfer: dataTransfer };
}
