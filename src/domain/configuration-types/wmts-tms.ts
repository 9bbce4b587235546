import Type, { type Static } from 'typebox';
import type { TmsLayer } from '../../ogc/tms/model.js';
import type { ConfigurationTypeDefinition, PublicationDeps, PublicationRequest } from './definition.js';
import { boxFaults } from './layer-box.js';
import { pyramidFaults, tileStyleFaults, type UsedPyramid } from './pyramid-checks.js';
import { publishPyramids } from './pyramid-publication.js';
import { Bbox, Keywords, Uuid } from './shapes.js';

const WmtsTmsTypeInfosSchema = Type.Object({
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
});

type WmtsTmsTypeInfos = Static<typeof WmtsTmsTypeInfosSchema>;

const TILE =
  'tilematrixset={tilematrixset}&tilematrix={tilematrix}&tilerow={tilerow}&tilecol={tilecol}&style={style}&format={format}';

/** What each service of an endpoint adds to its path (spec diffusion §3); braces are left for the client to fill in. */
const ADDRESSES: Readonly<Record<string, (path: string, layerName: string) => string>> = {
  WMTS: (path, layerName) => `${path}?service=WMTS&version=1.0.0&request=GetTile&layer=${layerName}&${TILE}`,
  TMS: (path, layerName) => `${path.replace(/\/$/, '')}/1.0.0/${layerName}`,
};

const pyramidsOf = ({ used_data }: WmtsTmsTypeInfos): UsedPyramid[] =>
  used_data.map(({ stored_data, bottom_level, top_level }, i) => ({
    storedDataId: stored_data.toLowerCase(),
    bottom: bottom_level,
    top: top_level,
    path: `type_infos.used_data[${i}]`,
  }));

/** Tiles of pyramids, by the level ranges of each (spec diffusion §6). */
export const wmtsTms = {
  schema: WmtsTmsTypeInfosSchema,
  storedDataTypes: ['ROK4-PYRAMID-VECTOR'],

  uses: (typeInfos: WmtsTmsTypeInfos) => ({
    storedDataIds: [...new Set(pyramidsOf(typeInfos).map(({ storedDataId }) => storedDataId))],
    staticIds: [...new Set((typeInfos.styles ?? []).map((id) => id.toLowerCase()))],
  }),

  faults: (typeInfos: WmtsTmsTypeInfos, held) => [
    ...boxFaults(typeInfos.bbox, held.storedData.values()),
    ...pyramidFaults(pyramidsOf(typeInfos), held),
    ...tileStyleFaults(typeInfos.styles ?? [], held),
  ],

  urls: (_typeInfos: WmtsTmsTypeInfos, layerName, services) =>
    services.flatMap(({ type, path }) => {
      const url = ADDRESSES[type]?.(path, layerName);
      return url === undefined ? [] : [{ type, url }];
    }),

  publish: (deps: PublicationDeps, request: PublicationRequest<WmtsTmsTypeInfos>): Promise<TmsLayer> =>
    publishPyramids(deps, request, pyramidsOf(request.typeInfos)),
} satisfies ConfigurationTypeDefinition;
