import type { Static } from 'typebox';
import type { Check } from '../../generated/prisma/client.js';
import { presentCheck } from '../checks/present.js';
import { presentOptional } from '../present.js';
import type { AdministratorCheck } from './checks-schema.js';

type Detail = Static<typeof AdministratorCheck>;

/** A check with what only administrators see. */
export function presentAdministratorCheck(check: Check): Detail {
  return {
    ...presentCheck(check),
    priority: check.priority as Detail['priority'],
    ...presentOptional({ orchestrator_job_name: check.jobName }),
  };
}
