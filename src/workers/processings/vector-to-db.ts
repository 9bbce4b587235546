import { featureSchemaOf } from '../../domain/execution-output.js';
import { featureRole } from '../../domain/stored-data.js';
import { databaseName } from '../../processing/names.js';
import { deliveredFiles } from '../delivered-files.js';
import type { VectorToDbInput } from '../tasks/task.js';
import {
  earliestEnd,
  outputOf,
  parametersOf,
  type ProcessingEnd,
  type ProcessingRun,
  taskDatabase,
} from './processing-run.js';

/** "Intégration de données vecteur livrées en base", spec lifecycle §4.3. */
export async function runVectorToDb(run: ProcessingRun): Promise<ProcessingEnd> {
  return { outcome: await run.children.run('vector-to-db', taskInput(run), run.options) };
}

function taskInput({ deps, execution, folder }: ProcessingRun): VectorToDbInput {
  const { id: executionId, outputIsNew: isNew } = execution;
  const output = outputOf(execution);
  const uploads = execution.inputUploads.map(({ upload }) => upload);
  const parameters = parametersOf(execution);
  const wanted = typeof parameters.srs === 'string' && parameters.srs !== '' ? parameters.srs : uploads[0]?.srs;
  const srs = isNew ? wanted : (output.srs ?? wanted);
  if (srs === undefined) throw new Error(`execution ${executionId} has no input`);
  const multigeom = Array.isArray(parameters.multigeom_layers) ? parameters.multigeom_layers : [];
  return {
    executionId,
    ...taskDatabase(deps, execution),
    uploads: uploads.map(({ id, srs: uploadSrs, files }) => ({
      id,
      srs: uploadSrs,
      files: deliveredFiles(deps.storage, files),
    })),
    schema: output.schemaName ?? featureSchemaOf(output.id),
    role: featureRole(deps.instanceId, output.id),
    isNew,
    srs,
    // The QGIS plugin sends [""] for none.
    multigeomTables: multigeom.filter((name) => typeof name === 'string' && name.trim() !== '').map(databaseName),
    changes: (['delete', 'update'] as const).filter((kind) => parameters[kind] === true),
    folder,
    sqlTimeoutMs: deps.config.sqlTimeoutMs,
    notBefore: earliestEnd(deps, execution),
  };
}
