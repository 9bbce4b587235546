import type { FastifyReply } from 'fastify';

/** Aborted when the connection closes before the end of the answer, at once when it is closed already. */
export function signalOf(reply: FastifyReply): AbortSignal {
  const closed = new AbortController();
  const leave = () => {
    if (!reply.raw.writableFinished) closed.abort();
  };
  if (reply.raw.destroyed) leave();
  else reply.raw.once('close', leave);
  return closed.signal;
}
