import { callbackHandler } from './callback.handler.js';
import { callbackJob } from './callback.job.js';
import { checkHandler } from './check.handler.js';
import { checkJob } from './check.job.js';
import type { ChildPool } from './child-pool.js';
import type { JobDefinition, JobHandler } from './job.js';
import { processingHandler } from './processing.handler.js';
import { processingJob } from './processing.job.js';
import { publicationHandler } from './publication.handler.js';
import { publicationJob } from './publication.job.js';

/** Every kind of job. */
export const JOB_DEFINITIONS: readonly JobDefinition[] = [checkJob, processingJob, publicationJob, callbackJob];

/** A handler whose payload type is forgotten: the runner checks payloads against the definition before it calls. */
export type AnyHandler = Pick<JobHandler, 'definition'> & {
  run(...args: never[]): Promise<void>;
  abandon(...args: never[]): Promise<void>;
};

/** The handlers of this worker. */
export function createHandlers(children: ChildPool): readonly AnyHandler[] {
  return [checkHandler(children), processingHandler(children), publicationHandler, callbackHandler];
}

/**
 * Finds each definition's handler.
 * @throws Error unless every definition has exactly one, and every handler is of a listed definition
 */
export function bindHandlers(
  definitions: readonly JobDefinition[],
  handlers: readonly AnyHandler[],
): ReadonlyMap<string, JobHandler> {
  const bound = new Map<string, JobHandler>();
  const faults: string[] = [];
  const names = definitions.map(({ name }) => name);
  for (const name of new Set(names.filter((candidate, index) => names.indexOf(candidate) !== index))) {
    faults.push(`job ${name} is defined twice`);
  }
  for (const definition of definitions) {
    const own = handlers.filter((handler) => handler.definition === definition);
    if (own.length === 1) bound.set(definition.name, own[0] as unknown as JobHandler);
    else faults.push(`job ${definition.name} has ${own.length} handlers`);
  }
  for (const { definition } of handlers) {
    if (!definitions.includes(definition)) faults.push(`handler of ${definition.name}, which is not a listed job`);
  }
  if (faults.length > 0) throw new Error(`job registry: ${faults.join('; ')}`);
  return bound;
}
