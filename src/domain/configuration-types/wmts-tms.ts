import Type from 'typebox';
import type { PyramidLayer } from '../../ogc/rok4/layer.js';
import type { ConfigurationTypeDefinition, PublicationDeps, PublicationRequest } from './definition.js';
import { publishPyramids } from './pyramid-publication.js';
import {
  PYRAMID_TYPE_INFOS,
  type PyramidTypeInfos,
  pyramidTypeInfosFaults,
  pyramidUses,
} from './pyramid-type-infos.js';

const TILE =
  'tilematrixset={tilematrixset}&tilematrix={tilematrix}&tilerow={tilerow}&tilecol={tilecol}&style={style}&format={format}';

/** What each service of an endpoint adds to its path (spec diffusion §3); braces are left for the client to fill in. */
const ADDRESSES: Readonly<Record<string, (path: string, layerName: string) => string>> = {
  WMTS: (path, layerName) => `${path}?service=WMTS&version=1.0.0&request=GetTile&layer=${layerName}&${TILE}`,
  TMS: (path, layerName) => `${path.replace(/\/$/, '')}/1.0.0/${layerName}`,
};

/** Tiles of pyramids, by the level ranges of each (spec diffusion §6). */
export const wmtsTms = {
  schema: Type.Object(PYRAMID_TYPE_INFOS),
  storedDataTypes: ['ROK4-PYRAMID-VECTOR', 'ROK4-PYRAMID-RASTER'],

  uses: pyramidUses,

  faults: pyramidTypeInfosFaults,

  urls: (_typeInfos: PyramidTypeInfos, layerName, services) =>
    services.flatMap(({ type, path }) => {
      const url = ADDRESSES[type]?.(path, layerName);
      return url === undefined ? [] : [{ type, url }];
    }),

  publish: (deps: PublicationDeps, request: PublicationRequest<PyramidTypeInfos>): Promise<PyramidLayer> =>
    publishPyramids(deps, request),
} satisfies ConfigurationTypeDefinition;
