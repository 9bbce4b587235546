import { completePublication, completeRemoval, failPublication } from '../domain/publishing.js';
import { holdState } from '../domain/timing.js';
import { defineHandler } from './job.js';
import { publicationJob } from './publication.job.js';

/** Publishes, synchronises and removes offerings (spec diffusion §3). */
export const publicationHandler = defineHandler({
  definition: publicationJob,

  async run({ offeringId, action }, { deps, signal }) {
    await holdState(deps.config, Date.now(), signal);
    if (action === 'unpublish') {
      await completeRemoval(deps, offeringId);
      return;
    }
    const reason = await completePublication(deps, offeringId, action);
    if (reason === null) return;
    deps.log.info({ offeringId, action, reason }, 'Publication:Refused');
    await failPublication(deps, offeringId, reason);
  },

  async abandon({ offeringId, action }, { deps }, error) {
    deps.log.error({ offeringId, action, err: error }, 'Publication:Failed');
    // A removal has no failed state: it is queued again when the worker looks for lost jobs.
    if (action !== 'unpublish') {
      await failPublication(deps, offeringId, 'La publication a été interrompue par une erreur interne.');
    }
  },
});
