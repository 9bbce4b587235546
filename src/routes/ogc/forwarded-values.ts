import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Deps } from '../../deps.js';
import { askServer, type AskedPoint, FORWARDED } from '../../domain/remote-values.js';
import { signalOf } from './signal.js';

/**
 * Relays what the WMS of a layer says of a point. It comes from elsewhere: browsers neither guess its type nor run it.
 * @returns `null` when there is nothing to relay
 */
export async function forwardValues(
  deps: Pick<Deps, 'config' | 'log'>,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  serverUrl: string,
  point: AskedPoint,
): Promise<FastifyReply | null> {
  // The question of another layer, or of this one: the chain ends here.
  if (request.headers[FORWARDED] !== undefined) return null;
  const answer = await askServer(deps, serverUrl, point, signalOf(reply));
  if (answer === null) return null;
  return reply
    .type(answer.type === '' ? point.infoFormat : answer.type)
    .header('cache-control', 'no-cache')
    .header('content-security-policy', 'sandbox')
    .send(answer.body);
}
