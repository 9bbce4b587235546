import type { Static } from 'typebox';
import type { ProcessingRecord } from '../../domain/processings.js';
import type { Check } from '../../generated/prisma/client.js';
import { presentCheckItem } from '../checks/present.js';
import { presentDates, presentInstant } from '../present.js';
import type { ProcessingDetail, ProcessingItem } from './catalogue-schema.js';

type Detail = Static<typeof ProcessingDetail>;

/** A processing in a list, before `fields` chooses its members. */
export function presentProcessingItem(processing: ProcessingRecord): Static<typeof ProcessingItem> {
  return { _id: processing.id, creation: presentInstant(processing.creation), ...shared(processing) };
}

/** A processing in full. */
export function presentProcessing(processing: ProcessingRecord, requiredChecks: readonly Check[]): Detail {
  return {
    _id: processing.id,
    ...presentDates(processing),
    ...shared(processing),
    parameters: structuredClone(processing.definition.parameters) as Detail['parameters'],
    required_checks: requiredChecks.map(presentCheckItem),
  };
}

function shared({ name, description, priority, definition }: ProcessingRecord) {
  return {
    name,
    description,
    priority: priority as Detail['priority'],
    input_types: definition.input_types as Detail['input_types'],
    output_type: definition.output_type as Detail['output_type'],
  };
}
