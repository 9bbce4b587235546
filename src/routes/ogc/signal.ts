import type { FastifyReply } from 'fastify';

/** Aborted when the connection of the answer closes, which after a complete answer changes nothing. */
export function signalOf(reply: FastifyReply): AbortSignal {
  const closed = new AbortController();
  reply.raw.once('close', () => closed.abort());
  return closed.signal;
}
