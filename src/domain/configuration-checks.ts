import { badRequest, notFound } from '../errors.js';
import type { Db } from './database.js';
import type {
  ConfigurationContent,
  HeldStatic,
  HeldStoredData,
  UsedEntities,
} from './configuration-types/definition.js';
import { definitionOf } from './configuration-types/index.js';
import { sharedWith } from './reach.js';
import { assertAllowed } from './transitions.js';

/** What a configuration must satisfy before it is kept (spec diffusion §2.3). */

/**
 * Checks the data and files a configuration names, and keeps them from being deleted until the transaction ends. Data
 * of other datastores must be shared: being open is enough for processings only.
 * @throws ApiError not_found for an unknown id, conflict for a stored data that is not generated, bad_request for the
 *   rest: a sentence per fault, naming the field, the table or the attribute
 */
export async function holdUsedEntities(
  tx: Db,
  datastoreId: string,
  content: ConfigurationContent,
): Promise<UsedEntities> {
  const definition = definitionOf(content.type);
  const { storedDataIds, staticIds } = definition.uses(content.typeInfos);
  // Locked first and read then: a share withdrawn meanwhile is seen.
  await tx.$queryRaw`
    SELECT 1 FROM geopf.stored_data WHERE id = ANY (${[...storedDataIds]}::uuid[]) ORDER BY id FOR SHARE`;
  const storedData = await tx.$queryRaw<HeldStoredData[]>`
    SELECT id, name, type, status, extent, type_infos AS "typeInfos" FROM geopf.stored_data AS entity
    WHERE id = ANY (${[...storedDataIds]}::uuid[])
      AND (datastore_id = ${datastoreId}::uuid OR ${sharedWith('stored_data', datastoreId)}) ORDER BY id`;
  const statics = await tx.$queryRaw<HeldStatic[]>`
    SELECT id, name, type, type_infos AS "typeInfos" FROM geopf.static
    WHERE id = ANY (${[...staticIds]}::uuid[]) AND datastore_id = ${datastoreId}::uuid ORDER BY id FOR SHARE`;
  const storedDataOf = new Map(storedData.map((row) => [row.id, row]));
  const staticOf = new Map(statics.map((row) => [row.id, row]));

  const unknown = [
    ...storedDataIds.filter((id) => !storedDataOf.has(id)).map((id) => `La donnée stockée ${id} n'existe pas.`),
    ...staticIds.filter((id) => !staticOf.has(id)).map((id) => `Le fichier statique ${id} n'existe pas.`),
  ];
  if (unknown.length > 0) throw notFound(...unknown);
  const wrongTypes = storedData.filter((row) => !definition.storedDataTypes.includes(row.type));
  if (wrongTypes.length > 0) {
    throw badRequest(
      ...wrongTypes.map(
        (row) =>
          `La donnée stockée ${row.id} est de type ${row.type} : une configuration ${content.type} utilise des données ${definition.storedDataTypes.join(' ou ')}.`,
      ),
    );
  }
  for (const row of storedData) assertAllowed('stored_data', 'publish', row.status);
  const faults = definition.faults(content.typeInfos, { storedData: storedDataOf, statics: staticOf });
  if (faults.length > 0) throw badRequest(...faults);
  return { storedDataIds, staticIds };
}
