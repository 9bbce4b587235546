import { badRequest, notFound } from '../errors.js';
import type { Db } from './database.js';
import { extentBox } from './extent.js';
import type { RelationInfo } from './outcomes.js';
import { sharedWith } from './reach.js';
import { assertAllowed } from './transitions.js';
import {
  type ConfigurationContent,
  publicName,
  type UsedEntities,
  usedEntities,
  type UsedRelation,
  usedRelations,
} from './type-infos.js';

/** What a configuration must satisfy before it is kept (spec diffusion §2.3). */

interface StoredDataRow {
  id: string;
  name: string;
  type: string;
  status: string;
  extent: unknown;
  relations: RelationInfo[] | null;
}

interface StaticRow {
  id: string;
  name: string;
  type: string;
  usedAttributes: string[] | null;
}

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
  const used = usedRelations(content);
  const { storedDataIds, staticIds } = usedEntities(content);
  // Locked first and read then: a share withdrawn meanwhile is seen.
  await tx.$queryRaw`
    SELECT 1 FROM geopf.stored_data WHERE id = ANY (${[...storedDataIds]}::uuid[]) ORDER BY id FOR SHARE`;
  const storedData = await tx.$queryRaw<StoredDataRow[]>`
    SELECT id, name, type, status, extent, type_infos->'relations' AS relations FROM geopf.stored_data AS entity
    WHERE id = ANY (${[...storedDataIds]}::uuid[])
      AND (datastore_id = ${datastoreId}::uuid OR ${sharedWith('stored_data', datastoreId)}) ORDER BY id`;
  const statics = await tx.$queryRaw<StaticRow[]>`
    SELECT id, name, type, type_infos->'used_attributes' AS "usedAttributes" FROM geopf.static
    WHERE id = ANY (${[...staticIds]}::uuid[]) AND datastore_id = ${datastoreId}::uuid ORDER BY id FOR SHARE`;
  const storedDataOf = new Map(storedData.map((row) => [row.id, row]));
  const staticOf = new Map(statics.map((row) => [row.id, row]));

  const unknown = [
    ...storedDataIds.filter((id) => !storedDataOf.has(id)).map((id) => `La donnée stockée ${id} n'existe pas.`),
    ...staticIds.filter((id) => !staticOf.has(id)).map((id) => `Le fichier statique ${id} n'existe pas.`),
  ];
  if (unknown.length > 0) throw notFound(...unknown);
  const wrongTypes = storedData.filter((row) => row.type !== 'VECTOR-DB');
  if (wrongTypes.length > 0) {
    throw badRequest(
      ...wrongTypes.map(
        (row) =>
          `La donnée stockée ${row.id} est de type ${row.type} : une configuration ${content.type} utilise des données VECTOR-DB.`,
      ),
    );
  }
  for (const row of storedData) assertAllowed('stored_data', 'publish', row.status);
  const faults = [
    ...boxFaults(content, storedData),
    ...duplicateNames(content),
    ...used.flatMap((item) => relationFaults(content, item, storedDataOf, staticOf)),
  ];
  if (faults.length > 0) throw badRequest(...faults);
  return { storedDataIds, staticIds };
}

/** A layer needs a place on earth: its own bbox, or the extent of its data. */
function boxFaults(content: ConfigurationContent, storedData: readonly StoredDataRow[]): string[] {
  const { bbox } = content.typeInfos;
  if (bbox === undefined) {
    return storedData
      .filter((row) => extentBox(row.extent) === null)
      .map((row) => `Le champ "type_infos.bbox" est obligatoire : la donnée stockée ${row.id} n'a pas d'emprise.`);
  }
  return bbox.west <= bbox.east && bbox.south <= bbox.north
    ? []
    : ['Le champ "type_infos.bbox" doit vérifier west ≤ east et south ≤ north.'];
}

function duplicateNames(content: ConfigurationContent): string[] {
  if (content.type !== 'WFS') return [];
  const names = content.typeInfos.used_data.flatMap((data) => data.relations.map(publicName));
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((name) => `Le nom public "${name}" est donné à plusieurs relations.`);
}

function relationFaults(
  content: ConfigurationContent,
  item: UsedRelation,
  storedDataOf: ReadonlyMap<string, StoredDataRow>,
  staticOf: ReadonlyMap<string, StaticRow>,
): string[] {
  const relation = storedDataOf
    .get(item.storedDataId)
    ?.relations?.find((candidate) => candidate.name === item.relation);
  if (relation === undefined) {
    return [`${item.path} : la table "${item.relation}" n'existe pas dans la donnée stockée ${item.storedDataId}.`];
  }
  const faults = [
    ...staticFaults(item, 'style', 'GEOSERVER-STYLE', item.styleId, relation, staticOf),
    ...staticFaults(item, 'ftl', 'GEOSERVER-FTL', item.ftlId, relation, staticOf),
  ];
  const hasGeometry = Object.values(relation.attributes).some((type) => type.startsWith('geometry'));
  if (content.type === 'WMS-VECTOR' && !hasGeometry) {
    faults.push(`${item.path} : la table "${item.relation}" n'a pas de géométrie à dessiner.`);
  }
  return faults;
}

function staticFaults(
  item: UsedRelation,
  field: 'style' | 'ftl',
  type: string,
  id: string | undefined,
  relation: RelationInfo,
  staticOf: ReadonlyMap<string, StaticRow>,
): string[] {
  const file = id === undefined ? undefined : staticOf.get(id);
  if (file === undefined) return [];
  if (file.type !== type) {
    return [`${item.path}.${field} : le fichier statique ${file.id} est de type ${file.type} au lieu de ${type}.`];
  }
  return (file.usedAttributes ?? [])
    .filter((name) => !Object.hasOwn(relation.attributes, name))
    .map(
      (name) =>
        `${item.path}.${field} : l'attribut "${name}" utilisé par « ${file.name} » n'existe pas dans la table "${relation.name}".`,
    );
}
