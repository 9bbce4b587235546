import type { GeographicBox } from '../../geo/bbox.js';
import { parseCrs, UnknownCrsError } from '../../geo/crs.js';
import type { FeatureTable } from '../../ogc/feature-table.js';
import { extentBox } from '../extent.js';
import type { RelationInfo, VectorDbInfos } from '../outcomes.js';
import { readRelations, toFeatureTable } from '../relations.js';
import { type HeldEntities, type PublicationDeps, PublicationError } from './definition.js';

/** What the configuration types that publish tables of VECTOR-DB have in common. */

/** A relation a configuration names: in which data, and where in the body, for messages. */
export interface UsedRelation<Relation = unknown> {
  /** Id in lower case, as the registry has it. */
  readonly storedDataId: string;
  /** Of the table or view. */
  readonly table: string;
  readonly relation: Relation;
  /** `type_infos.used_data[0].relations[1]`. */
  readonly path: string;
}

interface UsedData<Relation> {
  readonly stored_data: string;
  readonly relations: readonly Relation[];
}

/** The relations of `used_data`, in the order written. @param tableOfRelation name of its table or view */
export function usedRelations<Relation>(
  typeInfos: { readonly used_data: readonly UsedData<Relation>[] },
  tableOfRelation: (relation: Relation) => string,
): UsedRelation<Relation>[] {
  return typeInfos.used_data.flatMap((data, i) =>
    data.relations.map((relation, j) => ({
      storedDataId: data.stored_data.toLowerCase(),
      table: tableOfRelation(relation),
      relation,
      path: `type_infos.used_data[${i}].relations[${j}]`,
    })),
  );
}

/** Ids of the stored data of some relations, each once. */
export function storedDataIdsOf(used: readonly UsedRelation[]): string[] {
  return [...new Set(used.map(({ storedDataId }) => storedDataId))];
}

/** Name under which a service shows a relation. */
export function publicName(relation: { readonly native_name: string; readonly public_name?: string }): string {
  return relation.public_name ?? relation.native_name;
}

/** A sentence per public name that several relations have. */
export function duplicateNameFaults(
  used: readonly UsedRelation<{ readonly native_name: string; readonly public_name?: string }>[],
): string[] {
  const names = used.map(({ relation }) => publicName(relation));
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((name) => `Le nom public "${name}" est donné à plusieurs relations.`);
}

/** Looks a relation up in its stored data; without it, `faults` gets a sentence. */
export function findRelation(
  { storedDataId, table, path }: UsedRelation,
  held: HeldEntities,
  faults: string[],
): RelationInfo | undefined {
  const infos = held.storedData.get(storedDataId)?.typeInfos as VectorDbInfos | null | undefined;
  const found = infos?.relations.find((relation) => relation.name === table);
  if (found === undefined) {
    faults.push(`${path} : la table "${table}" n'existe pas dans la donnée stockée ${storedDataId}.`);
  }
  return found;
}

/** Whether a relation has something to draw. */
export function hasGeometry(relation: RelationInfo): boolean {
  return Object.values(relation.attributes).some((type) => type.startsWith('geometry'));
}

/** What is published of one stored data. */
export interface TableSource {
  readonly box: GeographicBox | null;
  readonly tables: ReadonlyMap<string, FeatureTable>;
}

/** The tables of a publication, by id of stored data. */
export type TableSources = ReadonlyMap<string, TableSource>;

/**
 * Reads the present structure of the tables that some relations name.
 * @throws PublicationError for data that have no tables yet
 */
export async function readTables(
  deps: Pick<PublicationDeps, 'prisma' | 'pool'>,
  used: readonly UsedRelation[],
): Promise<TableSources> {
  const records = await deps.prisma.storedData.findMany({ where: { id: { in: storedDataIdsOf(used) } } });
  const sources = new Map<string, TableSource>();
  for (const { id, schemaName, srs, extent } of records) {
    if (schemaName === null) throw new PublicationError(`La donnée stockée ${id} n'est pas encore générée.`);
    const names = used.filter((item) => item.storedDataId === id).map(({ table }) => table);
    const relations = await readRelations(deps.pool, schemaName, [...new Set(names)]);
    const fallbackSrid = sridOf(srs);
    const tables = new Map<string, FeatureTable>();
    for (const relation of relations) {
      tables.set(relation.name, await toFeatureTable(deps.pool, schemaName, relation, fallbackSrid));
    }
    sources.set(id, { box: extentBox(extent), tables });
  }
  return sources;
}

/** A table of a publication. @throws PublicationError when it is gone */
export function tableOf(sources: TableSources, { storedDataId, table }: UsedRelation): FeatureTable {
  const found = sources.get(storedDataId)?.tables.get(table);
  if (found === undefined) {
    throw new PublicationError(`La table ${table} n'existe pas dans la donnée stockée ${storedDataId}.`);
  }
  return found;
}

/** 0, PostGIS' "unknown", for a reference system that has no EPSG code. */
function sridOf(srs: string | null): number {
  if (srs === null) return 0;
  try {
    return parseCrs(srs).srid;
  } catch (error) {
    if (error instanceof UnknownCrsError) return 0;
    throw error;
  }
}
