import Type from 'typebox';
import { defineJob } from './job.js';

/** Runs one processing execution; the job id is the execution's id. */
export const processingJob = defineJob({
  name: 'processing',
  queue: 'processing',
  payload: Type.Object({ executionId: Type.String({ format: 'uuid' }) }, { additionalProperties: false }),
  attempts: 2,
  backoffMs: 200,
});
