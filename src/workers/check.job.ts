import Type from 'typebox';
import { defineJob } from './job.js';

/** Runs one check execution of an upload; the job id is the execution's id. */
export const checkJob = defineJob({
  name: 'check',
  queue: 'check',
  payload: Type.Object({ executionId: Type.String({ format: 'uuid' }) }, { additionalProperties: false }),
  attempts: 2,
  backoffMs: 200,
});
