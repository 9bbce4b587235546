import Type from 'typebox';
import { defineJob } from './job.js';

/** Tells the end of an execution to whoever asked; the job id is the pending callback's id. */
export const callbackJob = defineJob({
  name: 'callback',
  queue: 'callback',
  payload: Type.Object({ callbackId: Type.String({ format: 'uuid' }) }, { additionalProperties: false }),
  attempts: 5,
  backoffMs: 10_000,
  backoffGrows: true,
});
