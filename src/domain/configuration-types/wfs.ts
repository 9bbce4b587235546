import Type, { type Static } from 'typebox';
import type { FeatureType } from '../../ogc/wfs/model.js';
import type { ConfigurationTypeDefinition, PublicationDeps, PublicationRequest } from './definition.js';
import { boxFaults, layerBox } from './layer-box.js';
import {
  duplicateNameFaults,
  findRelation,
  publicName,
  readTables,
  storedDataIdsOf,
  tableOf,
  usedRelations,
} from './relations.js';
import { Bbox, Keywords, NativeName, PublicName, Uuid } from './shapes.js';

const WfsTypeInfosSchema = Type.Object({
  bbox: Bbox,
  used_data: Type.Array(
    Type.Object({
      stored_data: Uuid,
      expose_primary_key: Type.Optional(
        Type.Boolean({ description: 'Sert aussi la clé primaire comme attribut (non par défaut).' }),
      ),
      relations: Type.Array(
        Type.Object({
          native_name: NativeName,
          public_name: PublicName,
          title: Type.String(),
          abstract: Type.String(),
          keywords: Keywords,
        }),
        { minItems: 1 },
      ),
    }),
    { minItems: 1 },
  ),
});

export type WfsTypeInfos = Static<typeof WfsTypeInfosSchema>;

const relationsOf = (typeInfos: WfsTypeInfos) => usedRelations(typeInfos, (relation) => relation.native_name);

/** Features, one type per relation (spec diffusion §4). */
export const wfs = {
  schema: WfsTypeInfosSchema,
  storedDataTypes: ['VECTOR-DB'],
  uses: (typeInfos: WfsTypeInfos) => ({ storedDataIds: storedDataIdsOf(relationsOf(typeInfos)), staticIds: [] }),

  faults(typeInfos: WfsTypeInfos, held) {
    const used = relationsOf(typeInfos);
    const faults = [...boxFaults(typeInfos.bbox, held.storedData.values()), ...duplicateNameFaults(used)];
    for (const relation of used) findRelation(relation, held, faults);
    return faults;
  },

  urls: (typeInfos: WfsTypeInfos, layerName, services) =>
    services.flatMap(({ type, path }) =>
      relationsOf(typeInfos).map(({ relation }) => ({
        type,
        url: `${path}?service=WFS&version=2.0.0&request=GetFeature&typeNames=${layerName}:${publicName(relation)}`,
      })),
    ),

  /** The default bbox of a type is that of its own data. */
  async publish(
    deps: Pick<PublicationDeps, 'prisma' | 'pool'>,
    { layerName, typeInfos }: PublicationRequest<WfsTypeInfos>,
  ): Promise<FeatureType[]> {
    const used = relationsOf(typeInfos);
    const sources = await readTables(deps, used);
    const exposing = new Set(
      typeInfos.used_data.filter((data) => data.expose_primary_key).flatMap((data) => data.relations),
    );
    return used.map((item) => ({
      prefix: layerName,
      name: publicName(item.relation),
      title: item.relation.title,
      abstract: item.relation.abstract,
      keywords: item.relation.keywords ?? [],
      source: tableOf(sources, item),
      exposePrimaryKey: exposing.has(item.relation),
      bbox: layerBox(
        typeInfos.bbox,
        [sources.get(item.storedDataId)].flatMap((source) => source ?? []),
      ),
    }));
  },
} satisfies ConfigurationTypeDefinition;
