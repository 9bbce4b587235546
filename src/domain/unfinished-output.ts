import type { Deps } from '../deps.js';
import { filesKeyOf } from './execution-output.js';
import { dropFeatures, featureRole } from './stored-data.js';

/**
 * Forgets what an execution made for its output when it did not end well: files that the output is not made of and, once
 * the execution is over, the tables of an output that it was to make. An execution that is to run again keeps its tables:
 * they may be committed, and it then only has its end left. Harmless when there is nothing.
 */
export async function discardOutput(
  deps: Pick<Deps, 'prisma' | 'storage' | 'instanceId'>,
  executionId: string,
): Promise<void> {
  const { prisma, storage } = deps;
  const execution = await prisma.processingExecution.findUnique({ where: { id: executionId } });
  const output = execution?.outputStoredDataId ?? null;
  if (execution === null || output === null || execution.status === 'SUCCESS') return;
  const filesKey = filesKeyOf(output, executionId);
  if ((await prisma.storedData.count({ where: { id: output, filesKey } })) === 0) await storage.removeTree(filesKey);
  if (!execution.outputIsNew || !['ABORTED', 'FAILURE'].includes(execution.status)) return;
  await prisma.$transaction(async (tx) => {
    const [data] = await tx.$queryRaw<{ schema: string | null }[]>`
      SELECT schema_name AS schema FROM geopf.stored_data
      WHERE id = ${output}::uuid AND status = 'UNSTABLE' FOR UPDATE`;
    if (data === undefined || data.schema === null) return;
    // An unstable data may be filled by another execution, whose tables these are then.
    const others = { outputStoredDataId: output, id: { not: executionId } };
    if ((await tx.processingExecution.count({ where: others })) > 0) return;
    await dropFeatures(tx, data.schema, featureRole(deps.instanceId, output));
    // What was committed before the execution was stopped had taken its room.
    await tx.storedData.update({ where: { id: output }, data: { size: null } });
  });
}
