import Type, { type Static } from 'typebox';
import type { HeldEntities, UsedEntities } from './definition.js';
import { boxFaults } from './layer-box.js';
import { featureInfoFaults, pyramidFaults, tileStyleFaults, type UsedPyramid } from './pyramid-checks.js';
import { Bbox, Keywords, Uuid } from './shapes.js';

/** What configurations that publish pyramids have in common: WMTS-TMS and WMS-RASTER (spec diffusion §2.2). */

/** Members of their `type_infos`. */
export const PYRAMID_TYPE_INFOS = {
  title: Type.String(),
  abstract: Type.String(),
  keywords: Keywords,
  bbox: Bbox,
  styles: Type.Optional(Type.Array(Uuid, { description: 'Fichiers statiques ROK4-STYLE, celui par défaut en tête.' })),
  used_data: Type.Array(
    Type.Object({
      stored_data: Uuid,
      bottom_level: Type.String({ description: 'Niveau le plus détaillé.' }),
      top_level: Type.String({ description: 'Niveau le plus général.' }),
    }),
    { minItems: 1, description: 'Pyramides de même découpage et de même format, aux niveaux disjoints.' },
  ),
  getfeatureinfo: Type.Optional(
    Type.Union([Type.Object({ stored_data: Type.Boolean() }), Type.Object({ server_url: Type.String() })]),
  ),
};

const PyramidTypeInfosSchema = Type.Object(PYRAMID_TYPE_INFOS);

export type PyramidTypeInfos = Static<typeof PyramidTypeInfosSchema>;

/** The pyramids that they name, in their order. */
export function pyramidsOf({ used_data }: PyramidTypeInfos): UsedPyramid[] {
  return used_data.map(({ stored_data, bottom_level, top_level }, i) => ({
    storedDataId: stored_data.toLowerCase(),
    bottom: bottom_level,
    top: top_level,
    path: `type_infos.used_data[${i}]`,
  }));
}

/** The styles that they name, the default one first. */
export function styleIdsOf({ styles = [] }: PyramidTypeInfos): string[] {
  return styles.map((id) => id.toLowerCase());
}

/** The entities that they name. */
export function pyramidUses(typeInfos: PyramidTypeInfos): UsedEntities {
  return {
    storedDataIds: [...new Set(pyramidsOf(typeInfos).map(({ storedDataId }) => storedDataId))],
    staticIds: [...new Set(styleIdsOf(typeInfos))],
  };
}

/** A sentence per fault. */
export function pyramidTypeInfosFaults(typeInfos: PyramidTypeInfos, held: HeldEntities): string[] {
  return [
    ...boxFaults(typeInfos.bbox, held.storedData.values()),
    ...pyramidFaults(pyramidsOf(typeInfos), held),
    ...tileStyleFaults(styleIdsOf(typeInfos), held),
    ...featureInfoFaults(typeInfos.getfeatureinfo),
  ];
}
