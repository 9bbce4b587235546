import type { FastifyReply } from 'fastify';

/** Aborted when the connection closes before the end of the answer. */
export function signalOf(reply: FastifyReply): AbortSignal {
  const closed = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) closed.abort();
  });
  return closed.signal;
}
