import type { Deps } from '../deps.js';
import { badRequest, conflict, notFound } from '../errors.js';
import type { Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';
import type { Caller } from './caller.js';
import { filesRootOf } from './execution-output.js';
import { extentFault } from './extent.js';
import { holdForChange } from './openness.js';
import { quoteIdentifier } from './relations.js';
import { endReaders } from './table-readers.js';
import { transition } from './transitions.js';

/** What a member may change of a stored data (spec lifecycle §5). */
export interface StoredDataChange {
  readonly name?: string;
  readonly description?: string;
  readonly open?: boolean;
  readonly edition?: { readonly from?: string; readonly to?: string };
  readonly extent?: unknown;
  readonly extra?: object;
  readonly public_activity?: boolean;
}

/**
 * Changes the given properties; `extra`, `extent` and `edition` are replaced whole.
 * @throws ApiError not_found; bad_request for an extent that is not a (Multi)Polygon of degrees; conflict, see
 *   {@link holdForChange}
 */
export async function updateStoredData(
  { prisma }: Pick<Deps, 'prisma'>,
  datastoreId: string,
  id: string,
  change: StoredDataChange,
): Promise<void> {
  const { from, to } = change.edition ?? {};
  const isBackwards = from !== undefined && to !== undefined && from > to;
  const faults = [
    change.extent === undefined ? null : extentFault(change.extent),
    isBackwards ? 'Le champ "edition.from" doit précéder "edition.to".' : null,
  ].filter((fault) => fault !== null);
  if (faults.length > 0) throw badRequest(...faults);
  await prisma.$transaction(async (tx) => {
    await holdForChange(tx, { entity: 'stored_data', id, datastoreId }, change.open);
    await tx.storedData.update({
      where: { id },
      data: {
        name: change.name,
        description: change.description,
        open: change.open,
        publicActivity: change.public_activity,
        edition: change.edition as Prisma.InputJsonObject | undefined,
        extent: change.extent as Prisma.InputJsonObject | undefined,
        extra: change.extra as Prisma.InputJsonObject | undefined,
      },
    });
  });
}

/**
 * Deletes a stored data: its tables, their role and its files go, its record stays readable as DELETED.
 * @throws ApiError not_found, or conflict when something uses it or its status forbids it
 */
export async function deleteStoredData(
  deps: Pick<Deps, 'prisma' | 'instanceId' | 'storage'>,
  caller: Caller,
  id: string,
): Promise<void> {
  await deps.prisma.$transaction(
    async (tx) => {
      const rows = await tx.$queryRaw<{ schema: string | null }[]>`
        SELECT schema_name AS schema FROM geopf.stored_data
        WHERE id = ${id}::uuid AND datastore_id = ${caller.datastoreId}::uuid FOR UPDATE`;
      const [found] = rows;
      if (found === undefined) throw notFound(`La donnée stockée ${id} n'existe pas.`);
      // Who is about to use it holds the row (FOR SHARE): it is either seen here or sees the deletion.
      await assertUnused(tx, id);
      await transition(tx, { entity: 'stored_data', id, action: 'delete', initiatorId: caller.userId });
      if (found.schema !== null) await dropFeatures(tx, found.schema, featureRole(deps.instanceId, id));
      await tx.storedDataDependency.deleteMany({ where: { storedDataId: id } });
      await tx.storedDataFile.deleteMany({ where: { storedDataId: id } });
      await tx.storedData.update({ where: { id }, data: { filesKey: null } });
    },
    { timeout: DROP_TIMEOUT_MS },
  );
  await deps.storage.removeTree(filesRootOf(id));
}

/** Dropping waits for the requests that still read the tables, those that end soon. */
const DROP_TIMEOUT_MS = 60_000;

async function assertUnused(tx: Db, id: string): Promise<void> {
  const configurations = await tx.configuration.findMany({
    where: { storedData: { some: { storedDataId: id } } },
    select: { name: true },
    orderBy: { creation: 'asc' },
  });
  const dependents = await tx.storedData.findMany({
    where: { uses: { some: { usedId: id } } },
    select: { name: true },
    orderBy: { creation: 'asc' },
  });
  const unfinished = { status: { in: ['CREATED', 'WAITING', 'PROGRESS'] } };
  const executions = await tx.processingExecution.findMany({
    where: { ...unfinished, OR: [{ outputStoredDataId: id }, { inputStoredData: { some: { storedDataId: id } } }] },
    select: { id: true },
    orderBy: { creation: 'asc' },
  });
  const sentences = [
    ...configurations.map(({ name }) => `La donnée stockée est utilisée par la configuration « ${name} ».`),
    ...dependents.map(({ name }) => `La donnée stockée « ${name} » fait référence à ses fichiers.`),
    ...executions.map((execution) => `La donnée stockée est utilisée par l'exécution de traitement ${execution.id}.`),
  ];
  if (sentences.length > 0) throw conflict(...sentences);
}

/** PostgreSQL role that owns the tables of a stored data (architecture §2, features). */
export function featureRole(instanceId: string, storedDataId: string): string {
  return `geopf_${instanceId}_${storedDataId.replaceAll('-', '')}`;
}

/** Drops the schema of a VECTOR-DB and the role that owns it; neither needs to exist. */
export async function dropFeatures(tx: Db, schema: string, role: string): Promise<void> {
  await endReaders(tx, schema);
  await tx.$executeRawUnsafe(`DROP SCHEMA IF EXISTS ${quoteIdentifier(schema)} CASCADE`);
  const roles = await tx.$queryRaw<unknown[]>`SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = ${role}`;
  if (roles.length === 0) return;
  // What it was granted elsewhere (usage of schemas, connection) would keep the role alive.
  await tx.$executeRawUnsafe(`DROP OWNED BY ${quoteIdentifier(role)} CASCADE`);
  await tx.$executeRawUnsafe(`DROP ROLE ${quoteIdentifier(role)}`);
}
