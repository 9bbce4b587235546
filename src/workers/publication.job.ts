import Type from 'typebox';
import { defineJob } from './job.js';

/** Publishes, synchronises or removes an offering; the job id is the offering's id and the action. */
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

/** Id of the job of an offering's action. */
export function publicationJobId(offeringId: string, action: PublicationAction): string {
  return `${offeringId}-${action}`;
}
