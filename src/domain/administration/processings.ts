import type { PROCESSING_JOBS, ProcessingDefinition } from '../../catalogue/processings.js';
import type { Deps } from '../../deps.js';
import { conflict } from '../../errors.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { isUniqueViolation } from '../database.js';
import { findProcessing, type ProcessingRecord } from '../processings.js';
import { assertKnown, hold, lendingSentences, nextPosition } from './known.js';
import { assertDoable } from './processing-jobs.js';

type Database = Pick<Deps, 'prisma'>;

/** Only jobs that the emulator can run: another one could never be executed. */
export type ProcessingJobName = (typeof PROCESSING_JOBS)[number];

export interface ProcessingChanges {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly jobName?: ProcessingJobName | undefined;
  readonly priority?: string | undefined;
}

export interface NewProcessing extends ProcessingChanges {
  readonly name: string;
  readonly description: string;
  readonly jobName: ProcessingJobName;
  readonly definition: ProcessingDefinition;
}

/**
 * Adds a processing.
 * @throws ApiError bad_request for what its job does not do, not_found for unknown checks, conflict for a name that is
 *   taken
 */
export async function createProcessing({ prisma }: Database, processing: NewProcessing): Promise<ProcessingRecord> {
  assertDoable(processing.jobName, processing.definition);
  try {
    return await prisma.$transaction(async (tx) => {
      await assertKnown(tx, { check: processing.definition.required_checks });
      const { id } = await tx.processing.create({
        data: {
          ...processing,
          definition: asJson(processing.definition),
          position: await nextPosition(tx, 'processing'),
        },
      });
      return findProcessing(tx, { platform: true }, id);
    });
  } catch (error) {
    throw asNameTaken(error, processing.name);
  }
}

/**
 * Replaces a processing whole; the names and ids under which other installations know it stay.
 * @throws ApiError as {@link createProcessing}, and not_found
 */
export async function replaceProcessing(
  { prisma }: Database,
  id: string,
  processing: NewProcessing,
): Promise<ProcessingRecord> {
  assertDoable(processing.jobName, processing.definition);
  try {
    return await prisma.$transaction(async (tx) => {
      await hold(tx, 'processing', id);
      await assertKnown(tx, { check: processing.definition.required_checks });
      const { other_ids, other_names } = (await findProcessing(tx, { platform: true }, id)).definition;
      const twins = { ...(other_ids && { other_ids }), ...(other_names && { other_names }) };
      await tx.processing.update({
        where: { id },
        data: {
          ...processing,
          priority: processing.priority ?? 'STANDARD',
          definition: asJson({ ...processing.definition, ...twins }),
          update: new Date(),
        },
      });
      return findProcessing(tx, { platform: true }, id);
    });
  } catch (error) {
    throw asNameTaken(error, processing.name);
  }
}

/**
 * Changes what is given of a processing.
 * @throws ApiError not_found; bad_request for a job that does not do what the processing says; conflict for a name that
 *   is taken
 */
export async function changeProcessing(
  { prisma }: Database,
  id: string,
  changes: ProcessingChanges,
): Promise<ProcessingRecord> {
  try {
    return await prisma.$transaction(async (tx) => {
      await hold(tx, 'processing', id);
      if (changes.jobName !== undefined) {
        assertDoable(changes.jobName, (await findProcessing(tx, { platform: true }, id)).definition);
      }
      await tx.processing.update({ where: { id }, data: { ...changes, update: new Date() } });
      return findProcessing(tx, { platform: true }, id);
    });
  } catch (error) {
    throw asNameTaken(error, changes.name);
  }
}

/**
 * Removes a processing.
 * @throws ApiError not_found; conflict while a datastore has it, or it has been executed
 */
export async function deleteProcessing({ prisma }: Database, id: string): Promise<void> {
  await prisma.$transaction(async (tx) => {
    await hold(tx, 'processing', id);
    const sentences = await lendingSentences(tx, 'processing', id);
    const executions = await tx.processingExecution.count({ where: { processingId: id } });
    if (executions > 0) sentences.push(`Le traitement a ${executions} exécution(s).`);
    if (sentences.length > 0) throw conflict(...sentences);
    await tx.processing.delete({ where: { id } });
  });
}

function asJson(definition: ProcessingDefinition): Prisma.InputJsonObject {
  const required_checks = definition.required_checks.map((id) => id.toLowerCase());
  return { ...definition, required_checks } as unknown as Prisma.InputJsonObject;
}

function asNameTaken(error: unknown, name: string | undefined): unknown {
  return isUniqueViolation(error) ? conflict(`Un traitement de nom « ${name ?? ''} » existe déjà.`) : error;
}
