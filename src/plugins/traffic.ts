import type { ServerResponse } from 'node:http';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Visit } from '../domain/guard/visit.js';
import type { Served } from '../domain/traffic.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the routes of a service once they know what their answer shows; absent: nothing is counted. */
    served: Pick<Served, 'offerings'> | null;
    /** Set by the guard of a private endpoint. */
    visit: Visit | null;
    /** What tells how many bytes the body of the answer has so far, on services. */
    bodyBytes: (() => number) | null;
  }
}

/** Counts the answers of the services in its scope, with the bytes of their bodies, for the statistics of the API. */
export const trafficPlugin = fp(
  async (app) => {
    const { traffic } = app.deps;
    app.decorateRequest('served', null);
    app.decorateRequest('visit', null);
    app.decorateRequest('bodyBytes', null);
    app.addHook('onSend', (request, reply, payload, done) => {
      request.bodyBytes = countBody(request, reply.raw, payload);
      done(null, payload);
    });
    app.addHook('onResponse', (request, _reply, done) => {
      const { served, visit, bodyBytes } = request;
      if (served !== null && served.offerings.length > 0) {
        const rights = visit?.rights ?? null;
        const consumerOf = rights === null ? undefined : (offering: string) => rights.consumerOf(offering);
        traffic.record({ offerings: served.offerings, consumerOf }, bodyBytes?.() ?? 0);
      }
      done();
    });
  },
  { name: 'traffic', fastify: '5.x', dependencies: ['deps'] },
);

/**
 * Counts the bytes of the body of an answer, before transfer encoding: those of a stream as they are written.
 * @returns what reads the count
 */
function countBody({ method }: FastifyRequest, response: ServerResponse, payload: unknown): () => number {
  if (method === 'HEAD' || payload === null || payload === undefined) return () => 0;
  if (typeof payload === 'string' || payload instanceof Uint8Array) return () => Buffer.byteLength(payload);
  let bytes = 0;
  const count = (chunk: unknown) => {
    if (typeof chunk === 'string') bytes += Buffer.byteLength(chunk);
    else if (chunk instanceof Uint8Array) bytes += chunk.byteLength;
  };
  const write = response.write.bind(response);
  const end = response.end.bind(response);
  response.write = ((...args: Parameters<typeof write>) => {
    count(args[0]);
    return write(...args);
  }) as typeof write;
  response.end = ((...args: Parameters<typeof end>) => {
    count(args[0]);
    return end(...args);
  }) as typeof end;
  return () => bytes;
}
