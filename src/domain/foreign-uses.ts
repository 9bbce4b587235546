import { Prisma } from '../generated/prisma/client.js';
import type { Db } from './database.js';

/**
 * What other datastores make of an entity of this one: whoever withdraws it is told. Every function takes a condition
 * on the datastore that uses, written about its id.
 */

/** Which datastores are meant. @param datastoreId SQL expression of the id of a datastore */
export type AmongDatastores = (datastoreId: Prisma.Sql) => Prisma.Sql;

/** The given datastores. */
export const among =
  (ids: readonly string[]): AmongDatastores =>
  (datastoreId) =>
    Prisma.sql`${datastoreId} = ANY (${[...ids]}::uuid[])`;

interface UseRow {
  readonly what: string;
  readonly datastore: string;
}

/** Sentences: the unfinished executions that read an upload or stored data. */
export async function executionsReading(
  tx: Db,
  { entity, id }: { entity: 'upload' | 'stored_data'; id: string },
  users: AmongDatastores,
): Promise<string[]> {
  const rows = await tx.$queryRaw<UseRow[]>`
    SELECT execution.id AS what, community.name AS datastore
    FROM geopf.processing_execution AS execution
    JOIN ${Prisma.raw(`geopf.execution_input_${entity}`)} AS input ON input.execution_id = execution.id
    ${communityOf('execution')}
    WHERE input.${Prisma.raw(`${entity}_id`)} = ${id}::uuid AND execution.status IN ('CREATED', 'WAITING', 'PROGRESS')
      AND ${users(Prisma.sql`execution.datastore_id`)}
    ORDER BY execution.creation`;
  return rows.map(
    ({ what, datastore }) =>
      `L'exécution de traitement ${what} de l'entrepôt « ${datastore} », qui n'est pas terminée, l'utilise.`,
  );
}

/** Sentences: the configurations that use a stored data, or still publish it. */
export async function configurationsUsing(tx: Db, storedDataId: string, users: AmongDatastores): Promise<string[]> {
  const rows = await tx.$queryRaw<UseRow[]>`
    SELECT configuration.name AS what, community.name AS datastore
    FROM geopf.configuration AS configuration
    JOIN geopf.configuration_stored_data AS used ON used.configuration_id = configuration.id
    ${communityOf('configuration')}
    WHERE used.stored_data_id = ${storedDataId}::uuid AND ${users(Prisma.sql`configuration.datastore_id`)}
    ORDER BY configuration.creation`;
  return rows.map(({ what, datastore }) => `La configuration « ${what} » de l'entrepôt « ${datastore} » l'utilise.`);
}

/** Sentences: the permissions given on an offering. */
export async function permissionsOn(tx: Db, offeringId: string, users: AmongDatastores): Promise<string[]> {
  const rows = await tx.$queryRaw<UseRow[]>`
    SELECT permission.id AS what, community.name AS datastore
    FROM geopf.permission AS permission
    JOIN geopf.permission_offering AS granted ON granted.permission_id = permission.id
    ${communityOf('permission')}
    WHERE granted.offering_id = ${offeringId}::uuid AND ${users(Prisma.sql`permission.datastore_id`)}
    ORDER BY permission.creation`;
  return rows.map(({ what, datastore }) => `La permission ${what} de l'entrepôt « ${datastore} » l'utilise.`);
}

/** Joins that name the datastore of a row: its name is that of its community. */
function communityOf(table: string): Prisma.Sql {
  return Prisma.raw(`JOIN geopf.datastore AS datastore ON datastore.id = ${table}.datastore_id
    JOIN geopf.community AS community ON community.id = datastore.community_id`);
}
