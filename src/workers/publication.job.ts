import Type from 'typebox';
import { defineJob } from './job.js';

/** Publishes, synchronises or removes an offering; the job id is {@link publicationJobId}'s. */
export const publicationJob = defineJob({
  name: 'publication',
  queue: 'publication',
  payload: Type.Object(
    {
      offeringId: Type.String({ format: 'uuid' }),
      action: Type.Union([Type.Literal('publish'), Type.Literal('synchronise'), Type.Literal('unpublish')]),
    },
    { additionalProperties: false },
  ),
  attempts: 3,
  backoffMs: 200,
});

export type PublicationAction = 'publish' | 'synchronise' | 'unpublish';

/**
 * Id of the job of an offering's action. It changes with the offering's `update`, which each synchronisation moves: the
 * job of the one before may still be leaving the queue, and would swallow one of the same id.
 */
export function publicationJobId(offering: { id: string; update: Date | null }, action: PublicationAction): string {
  return `${offering.id}-${action}-${offering.update?.getTime() ?? 0}`;
}
