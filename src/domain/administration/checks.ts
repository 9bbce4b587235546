import type { CHECK_JOBS } from '../../catalogue/checks.js';
import type { UploadType } from '../../catalogue/data-types.js';
import type { Deps } from '../../deps.js';
import { conflict } from '../../errors.js';
import type { Check } from '../../generated/prisma/client.js';
import { isUniqueViolation } from '../database.js';
import { hold, lendingSentences, nextPosition } from './known.js';

type Database = Pick<Deps, 'prisma'>;

export interface CheckChanges {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** Only jobs that the emulator can run: another one could never tell the truth. */
  readonly jobName?: (typeof CHECK_JOBS)[number] | undefined;
  readonly priority?: string | undefined;
  readonly defaultUploadTypes?: UploadType[] | undefined;
}

export interface NewCheck extends CheckChanges {
  readonly name: string;
  readonly description: string;
  readonly jobName: (typeof CHECK_JOBS)[number];
}

/**
 * Adds a check.
 * @throws ApiError conflict for a name that is taken
 */
export async function createCheck({ prisma }: Database, check: NewCheck): Promise<Check> {
  try {
    return await prisma.$transaction(async (tx) =>
      tx.check.create({
        data: {
          ...check,
          defaultUploadTypes: check.defaultUploadTypes ?? [],
          position: await nextPosition(tx, 'check'),
        },
      }),
    );
  } catch (error) {
    throw asNameTaken(error, check.name);
  }
}

/**
 * Changes what is given of a check.
 * @throws ApiError not_found, or conflict for a name that is taken
 */
export async function changeCheck({ prisma }: Database, id: string, changes: CheckChanges): Promise<Check> {
  try {
    return await prisma.$transaction(async (tx) => {
      await hold(tx, 'check', id);
      return tx.check.update({ where: { id }, data: { ...changes, update: new Date() } });
    });
  } catch (error) {
    throw asNameTaken(error, changes.name);
  }
}

/**
 * Removes a check.
 * @throws ApiError not_found; conflict while a datastore has it, a processing requires it, or it has been executed
 */
export async function deleteCheck({ prisma }: Database, id: string): Promise<void> {
  await prisma.$transaction(async (tx) => {
    await hold(tx, 'check', id);
    const processings = await tx.processing.findMany({
      where: { definition: { path: ['required_checks'], array_contains: [id.toLowerCase()] } },
      orderBy: { position: 'asc' },
    });
    const executions = await tx.checkExecution.count({ where: { checkId: id } });
    const sentences = [
      ...(await lendingSentences(tx, 'check', id)),
      ...processings.map(({ name }) => `Le traitement « ${name} » exige la vérification.`),
      ...(executions === 0 ? [] : [`La vérification a ${executions} exécution(s).`]),
    ];
    if (sentences.length > 0) throw conflict(...sentences);
    await tx.check.delete({ where: { id } });
  });
}

function asNameTaken(error: unknown, name: string | undefined): unknown {
  return isUniqueViolation(error) ? conflict(`Une vérification de nom « ${name ?? ''} » existe déjà.`) : error;
}
