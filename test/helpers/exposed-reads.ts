import type { ExposedOffering, Shown } from '../../src/domain/exposure/document.js';
import { decodeTile } from './mvt.js';
import { PRIVATE_SERVICES } from './private-world.js';

/** Requests that read what the exposure matrix says is shown, and what their answers tell by name. */

/** What an answer tells of a feature or archive. */
export interface Told {
  readonly attributes: readonly string[];
  readonly geometry?: string | undefined;
  readonly hasId?: boolean;
  readonly files?: number;
}

export interface ExposedRead {
  readonly path: string;
  /** `null`: the answer has nothing that the matrix names. */
  readonly told: ((body: Buffer) => Told) | null;
}

/** A town of the tables that tests publish. */
const TOWN = {
  map: 'CRS=EPSG:4326&BBOX=44.5,0.5,45.5,1.5&WIDTH=101&HEIGHT=101&I=50&J=50',
  tile: '5/16/11',
} as const;

/** The tile of the vector pyramid that tests publish. */
export const VECTOR_TILE = { level: '4', col: 8, row: 5 } as const;

interface Feature {
  id?: string | number;
  properties: Record<string, unknown>;
  geometry_name?: string;
}

const firstFeature = (body: Buffer): Told => {
  const { features } = JSON.parse(body.toString()) as { features: Feature[] };
  const [feature] = features;
  if (feature === undefined) throw new Error('no feature');
  return {
    attributes: Object.keys(feature.properties),
    geometry: feature.geometry_name,
    hasId: /\.\d+$/.test(String(feature.id)),
  };
};

const firstOfTile = (layer: string) => (body: Buffer) => {
  const feature = decodeTile(body)[layer]?.[0];
  if (feature === undefined) throw new Error(`no ${layer} in the tile`);
  return { attributes: Object.keys(feature.properties), hasId: feature.id !== undefined };
};

/** The requests for one thing that an offering shows. */
export function readsOf({ type, endpoint, layer_name: layer }: ExposedOffering, shown: Shown): ExposedRead[] {
  const root = !endpoint.open ? '/private' : endpoint.technical_name.endsWith('-sandbox') ? '/sandbox' : '';
  const usual = (name: string) => {
    const service = PRIVATE_SERVICES.find((one) => one.name === name);
    return { path: (service?.read(layer) ?? '').replace('/private', root), told: null };
  };
  switch (type) {
    case 'WFS': {
      const query = `typeNames=${shown.name}&count=1&outputFormat=application/json`;
      return [{ path: `${root}/wfs?service=WFS&version=2.0.0&request=GetFeature&${query}`, told: firstFeature }];
    }
    case 'WMS-VECTOR': {
      const query = `LAYERS=${layer}&QUERY_LAYERS=${layer}&STYLES=&INFO_FORMAT=application/json&${TOWN.map}`;
      const path = `${root}/wms-v?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetFeatureInfo&${query}`;
      return [{ path, told: firstFeature }];
    }
    case 'VECTOR-TMS':
      return [{ path: `/vector-tms/1.0.0/${shown.name}/${TOWN.tile}.pbf`, told: firstOfTile(shown.name) }];
    case 'WMTS-TMS': {
      if (shown.relation === undefined) return [usual('WMTS'), usual('TMS')];
      const { level, col, row } = VECTOR_TILE;
      return [{ path: `${root}/tms/1.0.0/${layer}/${level}/${col}/${row}.pbf`, told: firstOfTile(shown.relation) }];
    }
    case 'WMS-RASTER':
      return [usual('WMS-R')];
    case 'ALTIMETRY':
      return [usual('ALTIMETRY')];
    case 'DOWNLOAD': {
      const told = (body: Buffer) => {
        const { totalentries: files } = JSON.parse(body.toString()) as { totalentries: number };
        return { attributes: [], files };
      };
      const feed = `${root}/telechargement/resource/${shown.name}?outputFormat=application/json`;
      return [{ path: feed, told }, usual('DOWNLOAD')];
    }
    default:
      throw new Error(`no request reads ${type}`);
  }
}
