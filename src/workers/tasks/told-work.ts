import type { ExecutionOutcome, StoredDataResult } from '../../domain/outcomes.js';
import { isDataFault } from '../../processing/data-fault.js';
import type { logFrom } from '../../processing/task-log.js';

/**
 * Runs the work of a processing, and tells its start and its end. A {@link DataFault} is told and makes a FAILURE;
 * anything else is thrown, to be tried again.
 * @param beginning first line of the log
 * @param work gives `null` when the execution was stopped meanwhile: nothing is kept
 */
export async function toldWork(
  lines: ReturnType<typeof logFrom>,
  beginning: string,
  work: () => Promise<StoredDataResult | null>,
): Promise<ExecutionOutcome> {
  lines.info(beginning);
  const result = await work().catch((error: unknown) => {
    if (!isDataFault(error)) throw error;
    for (const line of error.lines) lines.error(line);
    return null;
  });
  lines.info('Fin du traitement');
  return result === null ? { status: 'FAILURE' } : { status: 'SUCCESS', result };
}
