import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { ServerDeps } from '../deps.js';
import {
  communityExists,
  type CommunityRight,
  findDatastore,
  hasRight,
  organizationExists,
  rememberCaller,
  type RequestDatastore,
  ROUTE_RIGHTS,
  type RouteRight,
  type User,
} from '../domain/access.js';
import { ApiError, badRequest, forbidden, notFound } from '../errors.js';
import { InvalidTokenError } from '../identity/verify.js';
import { isUuid } from './text.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the caller must be or have; every route below `/api` states it. */
    right?: RouteRight;
  }
  interface FastifyRequest {
    /** The caller; absent on anonymous routes, so read it through {@link callerOf}. */
    user: User | null;
    /** The datastore of the path; absent elsewhere, so read it through {@link datastoreOf}. */
    datastore: RequestDatastore | null;
  }
}

/**
 * Bearer tokens and rights of the API (access.md §4), decided before the body is read:
 * 401 without a valid token; 404 for an unknown datastore, community or organization in the path; 403 for an inactive
 * datastore, a caller who is not a member, or a missing right. Nothing is cached: a right revoked is a right gone.
 */
export const authPlugin = fp(
  async (app) => {
    app.decorateRequest('user', null);
    app.decorateRequest('datastore', null);
    app.addHook('onRoute', (route) => {
      if (route.config?.right === undefined || !ROUTE_RIGHTS.includes(route.config.right)) {
        throw new Error(`route ${String(route.method)} ${route.url} does not state its right`);
      }
    });
    app.addHook('onRequest', async (request) => {
      const right = request.routeOptions.config.right;
      if (right === undefined || right === 'anonymous') return;
      const user = await authenticate(app.deps, request);
      request.user = user;
      switch (right) {
        case 'authenticated':
          return;
        case 'administrator':
          if (!user.administrator)
            throw forbidden('Cette opération est réservée aux administrateurs de la plateforme.');
          return;
        case 'organization':
          return authoriseInOrganization(app.deps, request, user);
        default:
          return authoriseInCommunity(app.deps, request, { user, right });
      }
    });
  },
  { name: 'auth', fastify: '5.x', dependencies: ['deps'] },
);

/** The caller of a route whose right is not `anonymous`. */
export function callerOf(request: FastifyRequest): User {
  if (request.user === null) throw new Error(`${request.routeOptions.url} reads its caller but is anonymous`);
  return request.user;
}

/** The datastore of a route below `/datastores/:datastore`; its id is the only one to trust in queries. */
export function datastoreOf(request: FastifyRequest): RequestDatastore {
  if (request.datastore === null) throw new Error(`${request.routeOptions.url} has no datastore in its path`);
  return request.datastore;
}

async function authenticate(deps: ServerDeps, request: FastifyRequest): Promise<User> {
  const token = /^Bearer +([^ ]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined)
    throw new ApiError('unauthorized', 'Un jeton d’accès (Authorization: Bearer) est obligatoire.');
  try {
    const claims = await deps.identity.verifyAccessToken(token);
    return await rememberCaller(deps, claims);
  } catch (error) {
    if (!(error instanceof InvalidTokenError)) throw error;
    request.log.info({ reason: error.message, reqId: request.id }, 'Token:Refused');
    throw new ApiError('unauthorized', 'Le jeton d’accès est invalide ou expiré.');
  }
}

/** Rights in the community of the path: that of its datastore, or the one it names. */
async function authoriseInCommunity(
  deps: ServerDeps,
  request: FastifyRequest,
  { user, right }: { user: User; right: 'member' | CommunityRight },
): Promise<void> {
  const datastoreId = pathId(request, 'datastore');
  if (datastoreId !== undefined) {
    const datastore = await findDatastore(deps, datastoreId);
    if (datastore === null) throw notFound(`L'entrepôt ${datastoreId} n'existe pas.`);
    request.datastore = datastore;
    if (!hasRight(user, datastore.communityId, 'member')) {
      throw forbidden(`Vous n'êtes pas membre de la communauté propriétaire de l'entrepôt ${datastore.id}.`);
    }
    if (!datastore.active) throw forbidden(`L'entrepôt ${datastore.id} est inactif.`);
    if (!hasRight(user, datastore.communityId, right)) {
      throw forbidden(`Le droit ${right} sur la communauté propriétaire de l'entrepôt est nécessaire.`);
    }
    return;
  }
  const communityId = pathId(request, 'community');
  if (communityId === undefined) {
    throw new Error(`${request.routeOptions.url} asks for a right in a community that its path does not name`);
  }
  if (!hasRight(user, communityId, 'member')) {
    if (!(await communityExists(deps, communityId))) throw notFound(`La communauté ${communityId} n'existe pas.`);
    throw forbidden(`Vous n'êtes pas membre de la communauté ${communityId}.`);
  }
  if (!hasRight(user, communityId, right)) {
    throw forbidden(`Le droit ${right} sur la communauté ${communityId} est nécessaire.`);
  }
}

async function authoriseInOrganization(deps: ServerDeps, request: FastifyRequest, user: User): Promise<void> {
  const id = pathId(request, 'organization');
  if (id === undefined) throw new Error(`${request.routeOptions.url} has no organization in its path`);
  if (user.organizations.includes(id)) return;
  if (!(await organizationExists(deps, id))) throw notFound(`L'organisme ${id} n'existe pas.`);
  throw forbidden(`Vous n'êtes pas membre de l'organisme ${id}.`);
}

/** The identifier that a path parameter holds, in lower case; `undefined` when the path has no such parameter. */
function pathId(request: FastifyRequest, name: string): string | undefined {
  const id = (request.params as Record<string, string | undefined>)[name];
  if (id !== undefined && !isUuid(id)) {
    throw badRequest(`Le paramètre "${name}" n'est pas un identifiant (UUID) valide.`);
  }
  return id?.toLowerCase();
}
