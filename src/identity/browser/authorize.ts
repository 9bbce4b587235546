import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { normalizeAuthorizationRequest, unstorableParameter } from '../authorization.js';
import { AUTHORIZATION_PATH, REALM_PATH } from '../paths.js';
import { formOf, queryOf, sendErrorPage } from './side.js';

const AUTHORIZATION_ROUTE = `${REALM_PATH}${AUTHORIZATION_PATH}`;

/** Hands a request over to the library, as if it had come as a GET of that URL. */
export type HandOver = (request: FastifyRequest, reply: FastifyReply, url: string) => void;

/** The authorization endpoint: the library's own, whose requests are first made what it takes. */
export function authorizationRoutes(scope: FastifyInstance, handOver: HandOver): void {
  const authorize = (request: FastifyRequest, reply: FastifyReply, parameters: URLSearchParams) => {
    const unstorable = unstorableParameter(parameters);
    if (unstorable !== undefined) return sendErrorPage(reply, `Invalid parameter: ${unstorable}`);
    handOver(request, reply, `${AUTHORIZATION_ROUTE}?${normalizeAuthorizationRequest(parameters).toString()}`);
    return reply;
  };
  scope.get(AUTHORIZATION_ROUTE, async (request, reply) => authorize(request, reply, queryOf(request)));
  scope.post(AUTHORIZATION_ROUTE, async (request, reply) => authorize(request, reply, formOf(request)));
}
