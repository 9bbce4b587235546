/**
 * Endpoints of the platform (diffusion.md §1). Open ones come first, `gpf-download` before `gpf-download-chunk`, those
 * of the sandbox after the public ones: clients take the first of a type.
 */

export const ENDPOINT_TYPES = [
  'WMS-VECTOR',
  'WFS',
  'WMTS-TMS',
  'WMS-RASTER',
  'DOWNLOAD',
  'METADATA',
  'ITINERARY-ISOCURVE',
  'ALTIMETRY',
  'SEARCH',
  'VECTOR-TMS',
] as const;
export type EndpointType = (typeof ENDPOINT_TYPES)[number];

export const ENDPOINT_URL_TYPES = [
  'WMTS',
  'TMS',
  'WMS',
  'WFS',
  'DOWNLOAD',
  'ITINERARY',
  'ISOCURVE',
  'ALTIMETRY',
  'METADATA',
  'SEARCH',
] as const;
export type EndpointUrlType = (typeof ENDPOINT_URL_TYPES)[number];

export interface CatalogueEndpoint {
  readonly id: string;
  readonly name: string;
  readonly technicalName: string;
  readonly type: EndpointType;
  readonly open: boolean;
  /** `path` from the root of the server, without query: clients append theirs. */
  readonly urls: readonly { readonly type: EndpointUrlType; readonly path: string }[];
  /** For trials: lent to the sandbox and to no ordinary datastore, so that nothing of it shows on public services. */
  readonly sandbox?: true;
  /** What the platform does not publish and the emulator had to choose. */
  readonly own?: readonly ('id' | 'technicalName')[];
}

export const ENDPOINTS: readonly CatalogueEndpoint[] = [
  {
    id: 'ae012611-13eb-4a18-8d04-9b7604a031cc',
    name: 'Service public WFS',
    technicalName: 'gpf-geoserver-wfs',
    type: 'WFS',
    open: true,
    urls: [{ type: 'WFS', path: '/wfs' }],
  },
  {
    id: 'ae022611-13eb-4a18-8d04-9b7604a031cc',
    name: 'Service public WMS Vecteur',
    technicalName: 'gpf-geoserver-wms-v',
    type: 'WMS-VECTOR',
    open: true,
    urls: [{ type: 'WMS', path: '/wms-v' }],
  },
  {
    id: 'ae032611-13eb-4a18-8d04-9b7604a031cc',
    name: 'Service public WMTS TMS',
    technicalName: 'gpf-rok4-server-wmts-tms',
    type: 'WMTS-TMS',
    open: true,
    urls: [
      { type: 'WMTS', path: '/wmts' },
      { type: 'TMS', path: '/tms/' },
    ],
  },
  {
    id: 'ae042611-13eb-4a18-8d04-9b7604a031cc',
    name: 'Service public WMS Raster',
    technicalName: 'gpf-rok4-server-wms-r',
    type: 'WMS-RASTER',
    open: true,
    urls: [{ type: 'WMS', path: '/wms-r' }],
  },
  {
    id: 'ae052611-13eb-4a18-8d04-9b7604a031cc',
    name: 'Service public de téléchargement',
    technicalName: 'gpf-download',
    type: 'DOWNLOAD',
    open: true,
    urls: [{ type: 'DOWNLOAD', path: '/telechargement/' }],
  },
  {
    id: '304515ec-502a-4d1b-9353-326cbbec10f9',
    name: 'Service public de téléchargement par morceaux',
    technicalName: 'gpf-download-chunk',
    type: 'DOWNLOAD',
    open: true,
    urls: [{ type: 'DOWNLOAD', path: '/chunk/telechargement' }],
  },
  {
    id: 'ae062611-13eb-4a18-8d04-9b7604a031cc',
    name: 'Service public de métadonnées',
    technicalName: 'gpf-geonetwork',
    type: 'METADATA',
    open: true,
    urls: [{ type: 'METADATA', path: '/csw' }],
  },
  {
    id: '0ac92a1e-aa86-4843-8528-e303f12296e5',
    name: "Service public d'altimétrie",
    technicalName: 'gpf-altimetry',
    type: 'ALTIMETRY',
    open: true,
    urls: [{ type: 'ALTIMETRY', path: '/altimetrie' }],
    own: ['technicalName'],
  },
  {
    id: '043dd5e1-4136-49d3-b7a6-26de70d4a195',
    name: 'Service public de recherche',
    technicalName: 'gpf-research',
    type: 'SEARCH',
    open: true,
    urls: [{ type: 'SEARCH', path: '/recherche' }],
    own: ['technicalName'],
  },
  {
    id: '00000000-0000-4000-8000-00000000e001',
    name: 'Service public de tuiles vectorielles à la volée',
    technicalName: 'gpf-pg-tileserv',
    type: 'VECTOR-TMS',
    open: true,
    urls: [{ type: 'TMS', path: '/vector-tms' }],
    own: ['id', 'technicalName'],
  },
  {
    id: '00000000-0000-4000-8000-00000000e002',
    name: 'Service public de navigation',
    technicalName: 'gpf-navigation',
    type: 'ITINERARY-ISOCURVE',
    open: true,
    urls: [
      { type: 'ITINERARY', path: '/navigation' },
      { type: 'ISOCURVE', path: '/navigation' },
    ],
    own: ['id', 'technicalName'],
  },
  {
    id: '00000000-0000-4000-8000-00000000e004',
    name: 'Service de diffusion WFS Bac à Sable',
    technicalName: 'gpf-geoserver-wfs-sandbox',
    type: 'WFS',
    open: true,
    urls: [{ type: 'WFS', path: '/sandbox/wfs' }],
    sandbox: true,
    own: ['id', 'technicalName'],
  },
  {
    id: '00000000-0000-4000-8000-00000000e005',
    name: 'Service de diffusion WMS Vecteur Bac à Sable',
    technicalName: 'gpf-geoserver-wms-v-sandbox',
    type: 'WMS-VECTOR',
    open: true,
    urls: [{ type: 'WMS', path: '/sandbox/wms-v' }],
    sandbox: true,
    own: ['id', 'technicalName'],
  },
  {
    id: '00000000-0000-4000-8000-00000000e006',
    name: 'Service de diffusion WMTS TMS Bac à Sable',
    technicalName: 'gpf-rok4-server-wmts-tms-sandbox',
    type: 'WMTS-TMS',
    open: true,
    urls: [
      { type: 'WMTS', path: '/sandbox/wmts' },
      { type: 'TMS', path: '/sandbox/tms/' },
    ],
    sandbox: true,
    own: ['id', 'technicalName'],
  },
  {
    id: '52964d9c-dc3c-48e3-a87e-754937583216',
    name: 'Service de diffusion WMS Raster Bac à Sable',
    technicalName: 'gpf-rok4-server-wms-r-sandbox',
    type: 'WMS-RASTER',
    open: true,
    urls: [{ type: 'WMS', path: '/sandbox/wms-r' }],
    sandbox: true,
    own: ['technicalName'],
  },
  {
    id: '00000000-0000-4000-8000-00000000e007',
    name: 'Service de métadonnées Bac à Sable',
    technicalName: 'gpf-geonetwork-sandbox',
    type: 'METADATA',
    open: true,
    urls: [{ type: 'METADATA', path: '/sandbox/csw' }],
    sandbox: true,
    own: ['id', 'technicalName'],
  },
  {
    id: 'd02feec9-1169-403f-bfc3-7ba6d6015ed4',
    name: 'Service privé WFS',
    technicalName: 'gpf-geoserver-wfs-private',
    type: 'WFS',
    open: false,
    urls: [{ type: 'WFS', path: '/private/wfs/' }],
  },
  {
    id: '519c8bb1-9b7f-414a-9850-1a73dfd467ed',
    name: 'Service privé WMS Vecteur',
    technicalName: 'gpf-geoserver-wms-v-private',
    type: 'WMS-VECTOR',
    open: false,
    urls: [{ type: 'WMS', path: '/private/wms-v/' }],
  },
  {
    id: '7e0a92d1-8213-4ce0-8903-eb4c305a1849',
    name: 'Service privé WMTS TMS',
    technicalName: 'gpf-rok4-server-wmts-tms-private',
    type: 'WMTS-TMS',
    open: false,
    urls: [
      { type: 'TMS', path: '/private/tms/' },
      { type: 'WMTS', path: '/private/wmts/' },
    ],
  },
  {
    id: '66866100-48eb-4340-bbc9-f5c7d9707928',
    name: 'Service privé WMS Raster',
    technicalName: 'gpf-rok4-server-wms-r-private',
    type: 'WMS-RASTER',
    open: false,
    urls: [{ type: 'WMS', path: '/private/wms-r/' }],
  },
  {
    id: 'b5bf7ab2-8998-4829-8c80-cd2ec02e6e58',
    name: 'Service privé de téléchargement',
    technicalName: 'gpf-download-private',
    type: 'DOWNLOAD',
    open: false,
    urls: [{ type: 'DOWNLOAD', path: '/private/telechargement/' }],
  },
  {
    id: '81a70d66-a252-4dfd-9547-d4c9cc2ca3e3',
    name: "Service privé d'altimétrie",
    technicalName: 'gpf-altimetry-private',
    type: 'ALTIMETRY',
    open: false,
    urls: [{ type: 'ALTIMETRY', path: '/private/altimetrie' }],
    own: ['technicalName'],
  },
  {
    id: '5c8f3cd0-405f-4c3e-8240-959683fc2a93',
    name: 'Service privé de recherche',
    technicalName: 'gpf-research-private',
    type: 'SEARCH',
    open: false,
    urls: [{ type: 'SEARCH', path: '/private/recherche' }],
  },
  {
    id: '00000000-0000-4000-8000-00000000e003',
    name: 'Service privé de navigation',
    technicalName: 'gpf-navigation-private',
    type: 'ITINERARY-ISOCURVE',
    open: false,
    urls: [
      { type: 'ITINERARY', path: '/private/navigation' },
      { type: 'ISOCURVE', path: '/private/navigation' },
    ],
    own: ['id', 'technicalName'],
  },
];
