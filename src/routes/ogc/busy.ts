import type { OwsException } from '../../ogc/ows/exceptions.js';
import { RETRY_SECONDS } from '../../slots.js';

/** Headers of a refusal that only the moment is the reason of. */
export function retryHeaders({ status }: OwsException): Record<string, number> {
  return status === 503 ? { 'retry-after': RETRY_SECONDS } : {};
}
