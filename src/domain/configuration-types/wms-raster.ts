import Type, { type Static } from 'typebox';
import type { RasterLayer } from '../../ogc/wms-raster/model.js';
import { INTERPOLATIONS } from '../../raster/kernels.js';
import type { ConfigurationTypeDefinition, PublicationDeps, PublicationRequest } from './definition.js';
import { publishPyramids } from './pyramid-publication.js';
import { PYRAMID_TYPE_INFOS, pyramidTypeInfosFaults, pyramidUses } from './pyramid-type-infos.js';
import { wmsUrls } from './wms-urls.js';

const Resolution = (description: string) => Type.Optional(Type.Number({ exclusiveMinimum: 0, description }));

const WmsRasterTypeInfosSchema = Type.Object({
  ...PYRAMID_TYPE_INFOS,
  interpolation: Type.Optional(
    Type.Enum([...INTERPOLATIONS], { description: 'Rééchantillonnage des images, BICUBIC par défaut.' }),
  ),
  bottom_resolution: Resolution('Résolution la plus fine à laquelle la couche est montrée.'),
  top_resolution: Resolution('Résolution la plus grossière à laquelle la couche est montrée.'),
});

type WmsRasterTypeInfos = Static<typeof WmsRasterTypeInfosSchema>;

/** Images made of raster pyramids (spec diffusion §2.2 and §6.4). */
export const wmsRaster = {
  schema: WmsRasterTypeInfosSchema,
  storedDataTypes: ['ROK4-PYRAMID-RASTER'],

  uses: pyramidUses,

  faults: (typeInfos: WmsRasterTypeInfos, held) => [
    ...pyramidTypeInfosFaults(typeInfos, held),
    ...resolutionFaults(typeInfos),
  ],

  urls: (_typeInfos: WmsRasterTypeInfos, layerName, services) => wmsUrls(layerName, services),

  async publish(deps: PublicationDeps, request: PublicationRequest<WmsRasterTypeInfos>): Promise<RasterLayer> {
    const { interpolation = 'BICUBIC', bottom_resolution = null, top_resolution = null } = request.typeInfos;
    const layer = await publishPyramids(deps, request);
    return { ...layer, interpolation, bottomResolution: bottom_resolution, topResolution: top_resolution };
  },
} satisfies ConfigurationTypeDefinition;

function resolutionFaults({ bottom_resolution: bottom, top_resolution: top }: WmsRasterTypeInfos): string[] {
  return bottom !== undefined && top !== undefined && bottom > top
    ? ['Le champ "type_infos.bottom_resolution" ne doit pas dépasser "type_infos.top_resolution".']
    : [];
}
