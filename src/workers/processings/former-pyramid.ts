import type { Deps } from '../../deps.js';
import { pyramidName } from '../../pyramid/descriptor.js';
import type { StoredPyramid } from '../tasks/task.js';
import { type Execution, outputOf } from './processing-run.js';
import { inputOfType } from './tile-inputs.js';

/**
 * Finds what an execution updates: its output itself, or the pyramid that is derived.
 * @param type of the pyramid
 * @returns `former`: `null` when there is none; `uses`: the stored data whose slabs the output will show
 */
export async function formerPyramid(
  { prisma, storage }: Pick<Deps, 'prisma' | 'storage'>,
  execution: Execution,
  type: string,
): Promise<{ former: StoredPyramid | null; uses: string[] }> {
  const output = outputOf(execution);
  const updated = execution.outputIsNew ? inputOfType(execution, type) : output;
  const inherited = await prisma.storedDataDependency.findMany({ where: { storedDataId: output.id } });
  const former =
    updated === undefined || updated.filesKey === null
      ? null
      : { root: storage.localPath(updated.filesKey), name: pyramidName(updated.id), extent: updated.extent };
  const uses = [
    ...(updated === undefined || updated.id === output.id ? [] : [updated.id]),
    ...inherited.map(({ usedId }) => usedId),
  ];
  return { former, uses: [...new Set(uses)] };
}
