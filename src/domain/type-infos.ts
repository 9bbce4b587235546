import Type, { type Static } from 'typebox';

/** `type_infos` of the configurations that are built, spec diffusion §2.2: shape only, the data they name are checked in configuration-checks.ts. */

const Uuid = Type.String({ format: 'uuid' });
const Keywords = Type.Optional(Type.Array(Type.String(), { uniqueItems: true }));

/** A rectangle in degrees, as lists and configurations write it. */
export const GeographicBoxSchema = Type.Object(
  {
    west: Type.Number({ minimum: -180, maximum: 180 }),
    south: Type.Number({ minimum: -90, maximum: 90 }),
    east: Type.Number({ minimum: -180, maximum: 180 }),
    north: Type.Number({ minimum: -90, maximum: 90 }),
  },
  { description: 'Rectangle en degrés (EPSG:4326).' },
);

const Bbox = Type.Optional(GeographicBoxSchema);

export const WfsTypeInfosSchema = Type.Object({
  bbox: Bbox,
  used_data: Type.Array(
    Type.Object({
      stored_data: Uuid,
      expose_primary_key: Type.Optional(
        Type.Boolean({ description: 'Sert aussi la clé primaire comme attribut (non par défaut).' }),
      ),
      relations: Type.Array(
        Type.Object({
          native_name: Type.String({ minLength: 1, description: 'Table ou vue de la donnée stockée.' }),
          public_name: Type.Optional(
            Type.String({
              pattern: '^[A-Za-z_][A-Za-z0-9_\\-.]*$',
              description: 'Nom public du type, `native_name` par défaut.',
            }),
          ),
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

export const WmsVectorTypeInfosSchema = Type.Object({
  title: Type.String(),
  abstract: Type.String(),
  keywords: Keywords,
  bbox: Bbox,
  used_data: Type.Array(
    Type.Object({
      stored_data: Uuid,
      relations: Type.Array(
        Type.Object({
          name: Type.String({ minLength: 1, description: 'Table ou vue de la donnée stockée.' }),
          style: Type.Optional(
            Type.String({
              format: 'uuid',
              description: 'Fichier statique GEOSERVER-STYLE. En son absence, un style bleu par défaut.',
            }),
          ),
          ftl: Type.Optional(Type.String({ format: 'uuid', description: 'Fichier statique GEOSERVER-FTL.' })),
        }),
        { minItems: 1 },
      ),
    }),
    { minItems: 1, description: 'La première relation est au-dessus, la dernière en dessous.' },
  ),
});

export type WfsTypeInfos = Static<typeof WfsTypeInfosSchema>;
export type WmsVectorTypeInfos = Static<typeof WmsVectorTypeInfosSchema>;

/** Every configuration type of the platform (spec diffusion §2.1). */
export const CONFIGURATION_TYPES = [
  'WMS-VECTOR',
  'WFS',
  'WMTS-TMS',
  'WMS-RASTER',
  'DOWNLOAD',
  'ITINERARY-ISOCURVE',
  'ALTIMETRY',
  'SEARCH',
  'VECTOR-TMS',
] as const;
export type ConfigurationType = (typeof CONFIGURATION_TYPES)[number];

/** A configuration's type with its content. */
export type ConfigurationContent =
  | { readonly type: 'WFS'; readonly typeInfos: WfsTypeInfos }
  | { readonly type: 'WMS-VECTOR'; readonly typeInfos: WmsVectorTypeInfos };

/** Public name of a WFS relation. */
export function publicName(relation: { native_name: string; public_name?: string }): string {
  return relation.public_name ?? relation.native_name;
}

/** A relation a configuration names: in which data, and where in the body, for messages. */
export interface UsedRelation {
  readonly storedDataId: string;
  readonly relation: string;
  readonly styleId: string | undefined;
  readonly ftlId: string | undefined;
  /** `type_infos.used_data[0].relations[1]`. */
  readonly path: string;
}

/** The relations of a configuration, in the order written; ids in lower case, as the registry has them. */
export function usedRelations(content: ConfigurationContent): UsedRelation[] {
  const at = (data: number, relation: number) => `type_infos.used_data[${data}].relations[${relation}]`;
  if (content.type === 'WFS') {
    return content.typeInfos.used_data.flatMap((data, i) =>
      data.relations.map((relation, j) => ({
        storedDataId: data.stored_data.toLowerCase(),
        relation: relation.native_name,
        styleId: undefined,
        ftlId: undefined,
        path: at(i, j),
      })),
    );
  }
  return content.typeInfos.used_data.flatMap((data, i) =>
    data.relations.map((relation, j) => ({
      storedDataId: data.stored_data.toLowerCase(),
      relation: relation.name,
      styleId: relation.style?.toLowerCase(),
      ftlId: relation.ftl?.toLowerCase(),
      path: at(i, j),
    })),
  );
}

/** The entities a configuration uses. */
export interface UsedEntities {
  readonly storedDataIds: readonly string[];
  readonly staticIds: readonly string[];
}

/** The stored data and static files a configuration names, each once. */
export function usedEntities(content: ConfigurationContent): UsedEntities {
  const used = usedRelations(content);
  return {
    storedDataIds: [...new Set(used.map((item) => item.storedDataId))],
    staticIds: [...new Set(used.flatMap(({ styleId, ftlId }) => [styleId, ftlId].filter((id) => id !== undefined)))],
  };
}
