import { randomUUID } from 'node:crypto';
import type { ServerDeps } from '../../src/deps.js';
import { touchPublications } from '../../src/domain/published.js';
import type { ApiUser } from './api.js';
import { buildArchive, downloadConfiguration } from './archives.js';
import {
  create,
  PRIVATE_WFS,
  PRIVATE_WMTS_TMS,
  rasterConfiguration,
  tmsConfiguration,
  waitForStatus,
  wfsConfiguration,
} from './diffusion.js';
import { buildPainted } from './raster-layers.js';
import { DATASTORE } from './seed.js';
import { buildStoredData } from './stored-data.js';

/** Layers on every private service, and requests that read them. */

export const PRIVATE_WMS_VECTOR = '519c8bb1-9b7f-414a-9850-1a73dfd467ed';
export const PRIVATE_WMS_RASTER = '66866100-48eb-4340-bbc9-f5c7d9707928';
export const PRIVATE_ALTIMETRY = '81a70d66-a252-4dfd-9547-d4c9cc2ca3e3';
export const PRIVATE_DOWNLOAD = 'b5bf7ab2-8998-4829-8c80-cd2ec02e6e58';

/** One tile of level 14 of PM, by Nantes. */
const BOX = { minX: -173_600, minY: 5_975_000, maxX: -172_600, maxY: 5_976_000 };
const EXTENT = { west: -1.56, south: 47.2, east: -1.55, north: 47.21 };
const RGB = { channels: 3, nodata: '255,255,255', photometric: 'rgb', interpolation: 'nn' } as const;
const HEIGHTS = { channels: 1, nodata: '-99999', photometric: 'gray', interpolation: 'nn' } as const;
const TILE = { level: '14', col: 8121, row: 5749 };

/** A private service: how a layer is put on it, and how it is asked for. */
export interface PrivateService {
  readonly name: string;
  readonly endpoint: string;
  /** The list of what there is. */
  readonly list: string;
  /** Whether a list names a layer. */
  readonly lists: (document: string, layer: string) => boolean;
  /** What reads a layer. */
  readonly read: (layer: string) => string;
  /** Status of the service's own answer to a layer that does not exist, and a piece of it. */
  readonly unknown: readonly [status: number, text: string];
}

const query = (path: string, parameters: Readonly<Record<string, string>>) =>
  `${path}?${new URLSearchParams(parameters).toString()}`;

const names = (text: string): readonly string[] => text.match(/[\w-]+/g) ?? [];

const MAP = {
  SERVICE: 'WMS',
  VERSION: '1.3.0',
  STYLES: '',
  CRS: 'EPSG:3857',
  BBOX: '-173500,5975100,-173000,5975600',
  WIDTH: '8',
  HEIGHT: '8',
};

export const PRIVATE_SERVICES: readonly PrivateService[] = [
  {
    name: 'WFS',
    endpoint: PRIVATE_WFS,
    list: query('/private/wfs', { service: 'WFS', request: 'GetCapabilities' }),
    lists: (document, layer) => document.includes(`<Name>${layer}:towns</Name>`),
    read: (layer) =>
      query('/private/wfs', {
        service: 'WFS',
        version: '2.0.0',
        request: 'GetFeature',
        typeNames: `${layer}:towns`,
        count: '1',
        outputFormat: 'application/json',
      }),
    unknown: [400, 'unknown'],
  },
  {
    name: 'WMS-V',
    endpoint: PRIVATE_WMS_VECTOR,
    list: query('/private/wms-v', { SERVICE: 'WMS', REQUEST: 'GetCapabilities' }),
    lists: (document, layer) => document.includes(`<Name>${layer}</Name>`),
    read: (layer) =>
      query('/private/wms-v', {
        ...MAP,
        REQUEST: 'GetFeatureInfo',
        LAYERS: layer,
        QUERY_LAYERS: layer,
        INFO_FORMAT: 'application/json',
        I: '1',
        J: '1',
      }),
    unknown: [200, 'LayerNotDefined'],
  },
  {
    name: 'WMS-R',
    endpoint: PRIVATE_WMS_RASTER,
    list: query('/private/wms-r', { SERVICE: 'WMS', REQUEST: 'GetCapabilities' }),
    lists: (document, layer) => document.includes(`<Name>${layer}</Name>`),
    read: (layer) => query('/private/wms-r', { ...MAP, REQUEST: 'GetMap', LAYERS: layer, FORMAT: 'image/jpeg' }),
    unknown: [400, 'LayerNotDefined'],
  },
  {
    name: 'WMTS',
    endpoint: PRIVATE_WMTS_TMS,
    list: query('/private/wmts', { SERVICE: 'WMTS', REQUEST: 'GetCapabilities' }),
    lists: (document, layer) => document.includes(`<ows:Identifier>${layer}</ows:Identifier>`),
    read: (layer) =>
      query('/private/wmts', {
        SERVICE: 'WMTS',
        REQUEST: 'GetTile',
        VERSION: '1.0.0',
        LAYER: layer,
        STYLE: 'normal',
        FORMAT: 'image/png',
        TILEMATRIXSET: 'PM',
        TILEMATRIX: TILE.level,
        TILECOL: String(TILE.col),
        TILEROW: String(TILE.row),
      }),
    unknown: [400, 'unknown'],
  },
  {
    name: 'TMS',
    endpoint: PRIVATE_WMTS_TMS,
    list: '/private/tms/1.0.0',
    lists: (document, layer) => document.includes(`/${layer}"`),
    read: (layer) => `/private/tms/1.0.0/${layer}/${TILE.level}/${TILE.col}/${TILE.row}.png`,
    unknown: [400, 'unknown'],
  },
  {
    name: 'ALTIMETRY',
    endpoint: PRIVATE_ALTIMETRY,
    list: '/private/altimetrie/resources',
    lists: (document, layer) => names(document).includes(layer),
    read: (layer) =>
      query('/private/altimetrie/1.0/calcul/alti/rest/elevation.json', {
        lon: '-1.556',
        lat: '47.205',
        resource: layer,
        zonly: 'true',
      }),
    unknown: [400, 'BAD_PARAMETER'],
  },
  {
    name: 'DOWNLOAD',
    endpoint: PRIVATE_DOWNLOAD,
    list: '/private/telechargement/capabilities?outputFormat=application/json',
    lists: (document, layer) => document.includes(`/resource/${layer}"`),
    read: (layer) => `/private/telechargement/download/${layer}/part/a.txt`,
    unknown: [404, 'not_found'],
  },
];

/** Each once. */
export const PRIVATE_ENDPOINTS: readonly string[] = [...new Set(PRIVATE_SERVICES.map(({ endpoint }) => endpoint))];

const page = (title: string) =>
  `<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center></body></html>`;

/** What the guard answers to whoever is not known, and to whoever may not see. */
export const PAGES = { 401: page('401 Authorization Required'), 403: page('403 Forbidden') } as const;

/** Data for the layers of every service. */
export interface PrivateData {
  /** The body of a configuration. */
  configuration(endpoint: string, layer: string): object;
}

/** Makes the data. */
export async function buildPrivateData(
  deps: Pick<ServerDeps, 'pool' | 'prisma' | 'storage'>,
  producer: ApiUser,
): Promise<PrivateData> {
  const tables = await buildStoredData(deps);
  const photo = await buildPainted(deps, {
    format: 'TIFF_PNG_UINT8',
    pixels: RGB,
    box: BOX,
    levels: [TILE.level],
    paint: () => [10, 20, 30],
    extent: EXTENT,
  });
  const heights = await buildPainted(deps, {
    format: 'TIFF_ZIP_FLOAT32',
    pixels: HEIGHTS,
    box: BOX,
    levels: [TILE.level],
    paint: () => [12.5],
    extent: EXTENT,
  });
  const archive = await buildArchive(producer, [{ path: 'a.txt', content: 'a' }]);
  const levels = { bottom_level: TILE.level, top_level: TILE.level };
  return {
    configuration(endpoint, layer) {
      switch (endpoint) {
        case PRIVATE_WFS:
          return wfsConfiguration(tables, layer);
        case PRIVATE_WMS_VECTOR:
          return {
            type: 'WMS-VECTOR',
            name: layer,
            layer_name: layer,
            type_infos: {
              title: 'Map',
              abstract: 'Towns',
              used_data: [{ stored_data: tables, relations: [{ name: 'towns' }] }],
            },
          };
        case PRIVATE_WMS_RASTER:
          return rasterConfiguration(layer, [{ stored_data: photo, ...levels }]);
        case PRIVATE_WMTS_TMS:
          return tmsConfiguration(layer, [{ stored_data: photo, ...levels }]);
        case PRIVATE_DOWNLOAD:
          return downloadConfiguration(layer, [{ sub_name: 'part', stored_data: archive.storedData }]);
        default:
          return {
            type: 'ALTIMETRY',
            name: layer,
            layer_name: layer,
            type_infos: {
              title: 'Terrain',
              abstract: 'Heights',
              used_data: [{ title: 'Plat', stored_data: heights, source: { value: 'a' }, accuracy: { value: 'b' } }],
            },
          };
      }
    },
  };
}

/** Publishes a layer on a restricted endpoint. @returns id of the offering, once it is PUBLISHED */
export async function publishPrivately(
  producer: ApiUser,
  data: PrivateData,
  { endpoint, layer, open = false }: { endpoint: string; layer: string; open?: boolean },
): Promise<string> {
  const root = `/datastores/${DATASTORE}`;
  const { _id } = await create(producer, `${root}/configurations`, data.configuration(endpoint, layer));
  const offering = await create(producer, `${root}/configurations/${_id}/offerings`, { endpoint, open });
  const { status } = await waitForStatus(producer, `${root}/offerings/${offering._id}`, 'PUBLISHED', 'UNSTABLE');
  if (status !== 'PUBLISHED') throw new Error(`offering of ${layer} is ${status}`);
  return offering._id;
}

/** Publishes a layer on every restricted endpoint. @returns id of the offering by endpoint */
export async function publishEverywhere(
  producer: ApiUser,
  data: PrivateData,
  layer: string,
): Promise<ReadonlyMap<string, string>> {
  const offerings = new Map<string, string>();
  for (const endpoint of PRIVATE_ENDPOINTS) {
    offerings.set(endpoint, await publishPrivately(producer, data, { endpoint, layer }));
  }
  return offerings;
}

/**
 * Publishes a layer again under another name, by the registry.
 * @param copy.datastoreId of its configuration
 * @returns id of the offering
 */
export async function copyOffering(
  { prisma }: Pick<ServerDeps, 'prisma'>,
  offeringId: string,
  copy: { layer: string; open: boolean; datastoreId: string },
): Promise<string> {
  const { configuration, ...offering } = await prisma.offering.findUniqueOrThrow({
    where: { id: offeringId },
    include: { configuration: true },
  });
  const [id, configurationId] = [randomUUID(), randomUUID()];
  const renamed = JSON.stringify(offering.publication)
    .replaceAll(offeringId, id)
    .replaceAll(`"${configuration.layerName}"`, `"${copy.layer}"`);
  await prisma.$transaction(async (tx) => {
    await tx.configuration.create({
      data: {
        id: configurationId,
        datastoreId: copy.datastoreId,
        type: configuration.type,
        name: copy.layer,
        layerName: copy.layer,
        typeInfos: {},
        status: 'PUBLISHED',
      },
    });
    await tx.offering.create({
      data: {
        id,
        configurationId,
        endpointId: offering.endpointId,
        status: 'PUBLISHED',
        open: copy.open,
        urls: [],
        publication: JSON.parse(renamed),
      },
    });
    await touchPublications(tx);
  });
  return id;
}
