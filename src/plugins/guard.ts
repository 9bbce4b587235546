import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { CREDENTIAL_HEADERS } from '../domain/guard/credentials.js';
import type { Guard } from '../domain/guard/guard.js';
import { AccessRefusal } from '../domain/guard/refusal.js';
import type { Visit } from '../domain/guard/visit.js';
import { BusyError, RETRY_SECONDS } from '../slots.js';
import { barePage } from './bare-page.js';

const VARY = CREDENTIAL_HEADERS.join(', ');

export interface GuardOptions {
  readonly guard: Guard;
  /** Of the endpoint that the routes of the scope serve. */
  readonly endpointPath: string;
}

/**
 * Keeps the private endpoint whose routes are in its scope (access.md §8): requests are let in before their body is
 * read, and leave with {@link visitOf} as their way to the publications. No cache may keep an answer for somebody else.
 */
export const guardPlugin = fp<GuardOptions>(
  async (app, { guard, endpointPath }) => {
    app.addHook('onRequest', async (request, reply) => {
      try {
        const presented = { query: queryAsReceived(request), headers: request.headers, address: request.ip };
        request.visit = await guard.admit(presented, endpointPath);
      } catch (error) {
        if (error instanceof AccessRefusal) return refuseAccess(reply, error);
        if (error instanceof BusyError) return refuseBusy(reply);
        throw error;
      }
    });
    app.addHook('onSend', (request, reply, payload, done) => {
      const control = reply.getHeader('cache-control');
      reply.header('cache-control', control === undefined ? 'private' : `private, ${String(control)}`);
      const vary = [reply.getHeader('vary') ?? []].flat();
      const ofKey = request.visit?.rights?.headerNames ?? [];
      reply.header('vary', [...vary, VARY, ...ofKey].join(', '));
      done(null, payload);
    });
  },
  { name: 'guard', fastify: '5.x', dependencies: ['traffic'] },
);

/** The way of a request to the publications of a private endpoint. @throws Error where no guard let it in */
export function visitOf(request: FastifyRequest): Visit {
  if (request.visit === null) throw new Error(`${request.routeOptions.url} is private and has no guard`);
  return request.visit;
}

/** Answers with the pages of the platform's proxy (access.md §8, A and B). */
export function refuseAccess(reply: FastifyReply, { status, challenge }: AccessRefusal): FastifyReply {
  if (challenge !== null) {
    reply.header('www-authenticate', challenge === 'Basic' ? 'Basic realm="geopf", charset="UTF-8"' : 'Bearer');
  }
  return barePage(reply, status, status === 401 ? '401 Authorization Required' : '403 Forbidden');
}

/** In the words of the same proxy. */
function refuseBusy(reply: FastifyReply): FastifyReply {
  return barePage(reply.header('retry-after', RETRY_SECONDS), 503, '503 Service Temporarily Unavailable');
}

/** What stands behind the question mark, keys included. */
export function queryAsReceived({ url }: FastifyRequest): string {
  const at = url.indexOf('?');
  return at === -1 ? '' : url.slice(at + 1);
}
