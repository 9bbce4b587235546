import type { OwsException } from '../../ogc/ows/exceptions.js';

/** Seconds after which whoever came at a bad time may try again. */
export const RETRY_SECONDS = 10;

/** Headers of a refusal that only the moment is the reason of. */
export function retryHeaders({ status }: OwsException): Record<string, number> {
  return status === 503 ? { 'retry-after': RETRY_SECONDS } : {};
}
