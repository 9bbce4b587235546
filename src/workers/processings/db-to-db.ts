import { closeAccess } from '../../domain/feature-access.js';
import { featureSchemaOf } from '../../domain/execution-output.js';
import type { ExecutionOutcome } from '../../domain/outcomes.js';
import { featureRole } from '../../domain/stored-data.js';
import { endBackends } from '../backends.js';
import type { DbToDbInput } from '../tasks/task.js';
import {
  earliestEnd,
  type Execution,
  outputOf,
  parametersOf,
  type ProcessingEnd,
  type ProcessingRun,
  taskDatabase,
} from './processing-run.js';

/** "Génération ou mise à jour d'une donnée vecteur à partir d'une donnée vecteur", spec lifecycle §4.4. */
export async function runDbToDb(run: ProcessingRun): Promise<ProcessingEnd> {
  const { children, deps, execution, options } = run;
  const input = await taskInput(run);
  let outcome: ExecutionOutcome = { status: 'FAILURE' };
  try {
    outcome = await children.run('db-to-db', input, options);
    return { outcome };
  } finally {
    // The process is gone, its sessions may not be.
    await endBackends(deps, execution.id);
    const client = await deps.pool.connect();
    try {
      await closeAccess(client, input, { drop: execution.outputIsNew && outcome.status !== 'SUCCESS' });
    } finally {
      client.release();
    }
  }
}

async function taskInput({ deps, execution }: ProcessingRun): Promise<DbToDbInput> {
  const output = outputOf(execution);
  const inputs = execution.inputStoredData.map(({ storedData }) => storedData);
  const srs = (execution.outputIsNew ? null : output.srs) ?? inputs[0]?.srs;
  if (typeof srs !== 'string') throw new Error(`execution ${execution.id} has no input with a reference system`);
  const { params = {} } = parametersOf(execution);
  return {
    executionId: execution.id,
    ...taskDatabase(deps, execution),
    schema: output.schemaName ?? featureSchemaOf(output.id),
    role: featureRole(deps.instanceId, output.id),
    isNew: execution.outputIsNew,
    srs,
    inputs: inputs.map(({ id, schemaName }) => ({ schema: schemaName ?? featureSchemaOf(id) })),
    derivations: await derivationsOf(deps, execution),
    params: params as DbToDbInput['params'],
    sqlTimeoutMs: deps.config.sqlTimeoutMs,
    deadline: Date.now() + deps.config.worker.jobTimeoutMs,
    notBefore: earliestEnd(deps, execution),
  };
}

/** The files, in the order asked for: they cannot be deleted before the execution ends. */
async function derivationsOf(
  { prisma, storage }: ProcessingRun['deps'],
  execution: Execution,
): Promise<DbToDbInput['derivations']> {
  const ids = (parametersOf(execution).derivations as string[]).map((id) => id.toLowerCase());
  const found = await prisma.static.findMany({ where: { id: { in: ids }, datastoreId: execution.datastoreId } });
  return ids.map((id) => {
    const file = found.find((each) => each.id === id);
    if (file === undefined) throw new Error(`static ${id} of execution ${execution.id} is gone`);
    return { name: file.name, path: storage.localPath(file.key) };
  });
}
