import type { ExecutionDetail, ExecutionItem } from '../../domain/execution-reads.js';
import { shownParameters } from '../../domain/shown-parameters.js';
import { presentDates, presentInstant, presentOptional } from '../present.js';

/** An execution in a list. Its `update` is its last step: it has none of its own. */
export function presentExecutionItem(execution: ExecutionItem) {
  const { creation, launch, start, finish, processing } = execution;
  return {
    _id: execution.id,
    ...presentDates({ creation, update: finish ?? start ?? launch }),
    processing: { _id: processing.id, name: processing.name, ...presentDates(processing) },
    status: execution.status,
    ...presentOptional({
      launch: launch && presentInstant(launch),
      start: start && presentInstant(start),
      finish: finish && presentInstant(finish),
    }),
  };
}

/** An execution with what it reads and writes. */
export function presentExecution(execution: ExecutionDetail) {
  return {
    ...presentExecutionItem(execution),
    inputs: {
      upload: execution.inputUploads.map(({ upload }) => presentEntity(upload)),
      stored_data: execution.inputStoredData.map(({ storedData }) => presentEntity(storedData)),
    },
    output: presentOptional({
      stored_data: execution.outputStoredData && presentEntity(execution.outputStoredData),
      upload: execution.outputUpload && presentEntity(execution.outputUpload),
    }),
    parameters: shownParameters(execution.parameters as Readonly<Record<string, unknown>>),
    ...presentOptional({ callback: execution.callback }),
  };
}

function presentEntity(entity: {
  id: string;
  name: string;
  type: string;
  status: string;
  srs: string | null;
  creation: Date;
  update: Date | null;
}) {
  const { id, name, type, status, srs } = entity;
  return { _id: id, ...presentDates(entity), name, type, status, ...presentOptional({ srs }) };
}
