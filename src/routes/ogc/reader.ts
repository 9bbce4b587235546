import type { FastifyReply } from 'fastify';
import { clientNetwork } from '../../domain/ip-ranges.js';
import type { Reader } from '../../domain/service-snapshot.js';
import { signalOf } from './signal.js';

/** Who waits for an answer. */
export function readerOf(reply: FastifyReply): Reader {
  return { network: clientNetwork(reply.request.ip), signal: signalOf(reply) };
}
