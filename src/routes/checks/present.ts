import type { Static } from 'typebox';
import type { CheckExecutionRecord, CheckRun } from '../../domain/checks.js';
import type { Check } from '../../generated/prisma/client.js';
import { presentDates, presentInstant, presentOptional } from '../present.js';
import { presentExecutionDates } from '../uploads/present.js';
import type { CheckDetail, CheckItem, ExecutionDetail, ExecutionItem } from './schema.js';

type Detail = Static<typeof CheckDetail>;
type PublicExecution = Static<typeof ExecutionDetail>;

/** A check in a list. */
export function presentCheckItem(check: Check): Static<typeof CheckItem> {
  return { _id: check.id, ...presentDates(check), name: check.name, description: check.description ?? '' };
}

/** A check in full. */
export function presentCheck(check: Check): Detail {
  return {
    ...presentCheckItem(check),
    default_uploads_check: check.defaultUploadTypes as Detail['default_uploads_check'],
  };
}

/** An execution in a list. */
export function presentCheckExecutionItem(execution: CheckRun): Static<typeof ExecutionItem> {
  return {
    _id: execution.id,
    ...presentExecutionDates(execution),
    status: execution.status as PublicExecution['status'],
    check: { _id: execution.check.id, name: execution.check.name },
  };
}

/** An execution in full. */
export function presentCheckExecution(execution: CheckExecutionRecord): PublicExecution {
  const { upload, start, finish, callback } = execution;
  return {
    ...presentCheckExecutionItem(execution),
    upload: { _id: upload.id, name: upload.name, type: upload.type as PublicExecution['upload']['type'] },
    ...presentOptional({
      start: start === null ? null : presentInstant(start),
      finish: finish === null ? null : presentInstant(finish),
      callback: callback as PublicExecution['callback'] | null,
    }),
  };
}
