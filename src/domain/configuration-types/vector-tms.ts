import { randomUUID } from 'node:crypto';
import Type, { type Static } from 'typebox';
import type { FeatureTable } from '../../ogc/feature-table.js';
import { tableId, type TiledTable } from '../../ogc/vector-tms/model.js';
import {
  type ConfigurationTypeDefinition,
  type PublicationDeps,
  PublicationError,
  type PublicationRequest,
} from './definition.js';
import { boxFaults, layerBox } from './layer-box.js';
import {
  duplicateNameFaults,
  findRelation,
  hasGeometry,
  publicName,
  readTables,
  storedDataIdsOf,
  tableOf,
  usedRelations,
} from './relations.js';
import { Bbox, Keywords, NativeName, PublicName, Uuid } from './shapes.js';

const VectorTmsTypeInfosSchema = Type.Object({
  bbox: Bbox,
  keywords: Keywords,
  used_data: Type.Array(
    Type.Object({
      stored_data: Uuid,
      relations: Type.Array(
        Type.Object({ native_name: NativeName, public_name: PublicName, abstract: Type.String() }),
        { minItems: 1 },
      ),
    }),
    { minItems: 1 },
  ),
});

type VectorTmsTypeInfos = Static<typeof VectorTmsTypeInfosSchema>;

const relationsOf = (typeInfos: VectorTmsTypeInfos) => usedRelations(typeInfos, (relation) => relation.native_name);

/** Vector tiles made from tables at each request (spec diffusion §7). */
export const vectorTms = {
  schema: VectorTmsTypeInfosSchema,
  storedDataTypes: ['VECTOR-DB'],
  uses: (typeInfos: VectorTmsTypeInfos) => ({ storedDataIds: storedDataIdsOf(relationsOf(typeInfos)), staticIds: [] }),

  faults(typeInfos: VectorTmsTypeInfos, held) {
    const used = relationsOf(typeInfos);
    const faults = [...boxFaults(typeInfos.bbox, held.storedData.values()), ...duplicateNameFaults(used)];
    for (const item of used) {
      const relation = findRelation(item, held, faults);
      if (relation !== undefined && !hasGeometry(relation)) {
        faults.push(`${item.path} : la table "${relation.name}" n'a pas de géométrie à mettre en tuiles.`);
      }
    }
    return faults;
  },

  urls: (typeInfos: VectorTmsTypeInfos, layerName, services) =>
    services.flatMap(({ type, path }) =>
      relationsOf(typeInfos).map(({ relation }) => ({
        type,
        url: `${path}/1.0.0/${tableId({ layer: layerName, name: publicName(relation) })}.json`,
      })),
    ),

  /** The default bbox of a table is that of its own data. */
  async publish(
    deps: PublicationDeps,
    { offeringId, layerName, typeInfos }: PublicationRequest<VectorTmsTypeInfos>,
  ): Promise<TiledTable[]> {
    const used = relationsOf(typeInfos);
    const sources = await readTables(deps, used);
    return used.map((item) => ({
      offering: offeringId,
      revision: randomUUID(),
      layer: layerName,
      name: publicName(item.relation),
      abstract: item.relation.abstract,
      source: withPlace(tableOf(sources, item)),
      bbox: layerBox(
        typeInfos.bbox,
        [sources.get(item.storedDataId)].flatMap((source) => source ?? []),
      ),
    }));
  },
} satisfies ConfigurationTypeDefinition;

/** @throws PublicationError when it is not known where on earth the geometries are */
function withPlace(table: FeatureTable): FeatureTable {
  if (table.geometry === null) throw new PublicationError(`La table ${table.table} n'a pas de géométrie.`);
  if (table.geometry.srid === 0) {
    throw new PublicationError(`Le système de coordonnées de la table ${table.table} n'est pas connu.`);
  }
  return table;
}
