import type { FastifyPluginAsync, FastifyPluginOptions, FastifyRequest } from 'fastify';
import { withoutKey } from '../../domain/guard/credentials.js';
import type { Visit } from '../../domain/guard/visit.js';
import { queryAsReceived } from '../../plugins/guard.js';

/** Services, each mounted below a prefix of its own for every endpoint that has it. */

export interface ServiceOptions extends FastifyPluginOptions {
  /** How a request gets at the publications of the endpoint. */
  readonly visitOf: (request: FastifyRequest) => Visit;
}

/** The routes of a service; its prefix is the path of its documents. */
export type ServicePlugin = FastifyPluginAsync<ServiceOptions>;

/** The query of a request without any key: what services read, repeat in answers and pass on. */
export function queryOf(request: FastifyRequest): string {
  return withoutKey(queryAsReceived(request));
}
