import type { FastifyRequest } from 'fastify';
import type { Caller } from '../domain/caller.js';
import { callerOf, datastoreOf } from '../plugins/auth.js';

/** Who asks, in the datastore of the path, as domain functions take it. */
export function callerIn(request: FastifyRequest): Caller {
  return { datastoreId: datastoreOf(request).id, userId: callerOf(request).id };
}
