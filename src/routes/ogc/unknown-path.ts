import type { FastifyReply, FastifyRequest } from 'fastify';

/** What the platform's raster server answers to an address that is none of its services (spec diffusion §6.1). */
export function refuseUnknownPath(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.code(400).send({ error: 'Bad Request', error_description: 'Unknown request path' });
}
