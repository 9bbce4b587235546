import { type XmlElement, el, RenderedXml, renderXml } from '../xml.js';
import { boundingBoxes, WORLD } from './bounding-boxes.js';
import { advertisedStyle } from './layers.js';
import type { WmsLayer } from './model.js';
import { INFO_FORMATS, MAP_FORMATS } from './request.js';
import { MAX_SIDE } from './view.js';

/** The capabilities document of WMS 1.3.0 (OGC 06-042 §7.2.4, annex E.1). */

/** What the document describes. */
export interface WmsService {
  /** Public address of the service, without query string. */
  readonly url: string;
  /** In the order they are to appear. */
  readonly layers: readonly WmsLayer[];
}

/**
 * CRSs that are advertised: the four of the specification, the other systems of the platform's data, and those of the
 * overseas territories. Any other EPSG code is served too.
 */
export const ADVERTISED_CRS: readonly string[] = [
  'EPSG:4326',
  'EPSG:3857',
  'EPSG:2154',
  'CRS:84',
  'EPSG:4258',
  'EPSG:4171',
  'EPSG:27572',
  'EPSG:32630',
  'EPSG:32631',
  'EPSG:32632',
  'EPSG:5490',
  'EPSG:2972',
  'EPSG:2975',
  'EPSG:4471',
  'EPSG:4467',
  'EPSG:3163',
  'EPSG:3297',
];

/** Writes the document. The same layers give the same bytes. */
export function writeCapabilities(service: WmsService): string {
  return renderXml(
    el(
      'WMS_Capabilities',
      {
        version: '1.3.0',
        xmlns: 'http://www.opengis.net/wms',
        'xmlns:xlink': 'http://www.w3.org/1999/xlink',
        'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
        'xsi:schemaLocation': 'http://www.opengis.net/wms http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd',
      },
      serviceElement(service.url),
      el(
        'Capability',
        {},
        requestElement(service.url),
        el('Exception', {}, el('Format', {}, 'XML')),
        rootLayer(service),
      ),
    ),
  );
}

function serviceElement(url: string): XmlElement {
  return el(
    'Service',
    {},
    el('Name', {}, 'WMS'),
    el('Title', {}, 'Service WMS Vecteur'),
    el('Abstract', {}, 'Service WMS des données vecteur de la Géoplateforme (émulateur geopf-local).'),
    el('KeywordList', {}, el('Keyword', {}, 'WMS'), el('Keyword', {}, 'Géoplateforme')),
    onlineResource(url),
    el('Fees', {}, 'NONE'),
    el('AccessConstraints', {}, 'NONE'),
    el('MaxWidth', {}, MAX_SIDE),
    el('MaxHeight', {}, MAX_SIDE),
  );
}

function requestElement(url: string): XmlElement {
  const operation = (name: string, formats: readonly string[]) =>
    el(
      name,
      {},
      formats.map((format) => el('Format', {}, format)),
      el('DCPType', {}, el('HTTP', {}, el('Get', {}, onlineResource(`${url}?SERVICE=WMS&`)))),
    );
  return el(
    'Request',
    {},
    operation('GetCapabilities', ['text/xml']),
    operation('GetMap', Object.keys(MAP_FORMATS)),
    operation('GetFeatureInfo', INFO_FORMATS),
  );
}

/** Clients look for layers as direct children of this one (spec diffusion §5). */
function rootLayer({ url, layers }: WmsService): XmlElement {
  return el(
    'Layer',
    {},
    el('Title', {}, 'Service WMS Vecteur'),
    el('Abstract', {}, 'Couches WMS-VECTOR publiées.'),
    ADVERTISED_CRS.map((crs) => el('CRS', {}, crs)),
    geographicBox(WORLD),
    el('BoundingBox', { CRS: 'CRS:84', minx: -180, miny: -90, maxx: 180, maxy: 90 }),
    layers.map((layer) => describedLayer(layer, url)),
  );
}

/** Of the layers that are published now, by the last address asked: describing thousands at every request takes long. */
const described = new WeakMap<WmsLayer, { readonly url: string; readonly rendered: RenderedXml }>();

/** A layer as the document describes it. */
export function describedLayer(layer: WmsLayer, url: string): RenderedXml {
  const known = described.get(layer);
  if (known?.url === url) return known.rendered;
  const rendered = new RenderedXml(layerElement(layer, url));
  described.set(layer, { url, rendered });
  return rendered;
}

function layerElement(layer: WmsLayer, url: string): XmlElement {
  const box = layer.bbox ?? WORLD;
  return el(
    'Layer',
    { queryable: 1, opaque: 0 },
    el('Name', {}, layer.name),
    el('Title', {}, layer.title),
    el('Abstract', {}, layer.abstract),
    el(
      'KeywordList',
      {},
      layer.keywords.map((keyword) => el('Keyword', {}, keyword)),
    ),
    geographicBox(box),
    boundingBoxes(box).map(({ crs, minX, minY, maxX, maxY }) =>
      el('BoundingBox', { CRS: crs, minx: minX, miny: minY, maxx: maxX, maxy: maxY }),
    ),
    el(
      'Style',
      {},
      el('Name', {}, advertisedStyle(layer)),
      el('Title', {}, layer.title),
      el(
        'LegendURL',
        { width: 20, height: 20 },
        el('Format', {}, 'image/png'),
        onlineResource(
          `${url}?service=WMS&version=1.3.0&request=GetLegendGraphic&format=image%2Fpng&width=20&height=20&layer=${encodeURIComponent(layer.name)}`,
        ),
      ),
    ),
  );
}

function geographicBox(box: { west: number; east: number; south: number; north: number }): XmlElement {
  return el(
    'EX_GeographicBoundingBox',
    {},
    el('westBoundLongitude', {}, box.west),
    el('eastBoundLongitude', {}, box.east),
    el('southBoundLatitude', {}, box.south),
    el('northBoundLatitude', {}, box.north),
  );
}

function onlineResource(url: string): XmlElement {
  return el('OnlineResource', { 'xlink:type': 'simple', 'xlink:href': url });
}
