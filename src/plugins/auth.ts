import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { ServerDeps } from '../deps.js';
import {
  findDatastore,
  hasRight,
  rememberCaller,
  type RequestDatastore,
  ROUTE_RIGHTS,
  type RouteRight,
  type User,
} from '../domain/access.js';
import { ApiError, badRequest, forbidden, notFound } from '../errors.js';
import { InvalidTokenError } from '../identity/verify.js';

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

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Bearer tokens and rights of the API (access.md §4), decided before the body is read:
 * 401 without a valid token, 404 for an unknown datastore, 403 for an inactive one, a caller who is
 * not a member, or a missing right. Nothing is cached: a right revoked is a right gone.
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
      if (right === 'administrator' && !user.administrator) {
        throw forbidden('Cette opération est réservée aux administrateurs de la plateforme.');
      }
      const datastore = await datastoreOfPath(app.deps, request);
      request.datastore = datastore;
      if (datastore !== null && right !== 'authenticated' && right !== 'administrator')
        authorise(user, datastore, right);
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

async function datastoreOfPath(deps: ServerDeps, request: FastifyRequest): Promise<RequestDatastore | null> {
  const id = (request.params as Record<string, string | undefined>).datastore;
  if (id === undefined) return null;
  if (!UUID.test(id)) throw badRequest(`Le paramètre "datastore" n'est pas un identifiant (UUID) valide.`);
  const datastore = await findDatastore(deps, id);
  if (datastore === null) throw notFound(`L'entrepôt ${id} n'existe pas.`);
  return datastore;
}

function authorise(
  user: User,
  datastore: RequestDatastore,
  right: Exclude<RouteRight, 'anonymous' | 'authenticated' | 'administrator'>,
): void {
  if (!hasRight(user, datastore.communityId, 'member')) {
    throw forbidden(`Vous n'êtes pas membre de la communauté propriétaire de l'entrepôt ${datastore.id}.`);
  }
  if (!datastore.active) throw forbidden(`L'entrepôt ${datastore.id} est inactif.`);
  if (!hasRight(user, datastore.communityId, right)) {
    throw forbidden(`Le droit ${right} sur la communauté propriétaire de l'entrepôt est nécessaire.`);
  }
}
