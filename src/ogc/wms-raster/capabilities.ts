import { swapAxes } from '../../geo/bbox.js';
import { parseCrs } from '../../geo/crs.js';
import { INFO_FORMATS } from '../rok4/pixel-values.js';
import type { Rok4Style } from '../rok4/style-model.js';
import { boundingBoxes, WORLD, type WrittenBox } from '../wms/bounding-boxes.js';
import { el, RenderedXml, renderXml, type XmlElement } from '../xml.js';
import { MAP_FORMATS } from './formats.js';
import { GLOBAL_CRS, isLatitudeFirst, layerCrs } from './layer-crs.js';
import type { RasterLayer } from './model.js';
import { LIMITS, WMS_VERSION } from './request.js';

/** The capabilities of the WMS of pyramids (OGC 06-042 §7.2.4), as the platform's server writes them (spec diffusion §6.4). */

/** What the document describes. */
export interface RasterWmsService {
  /** Public origin of the platform, no trailing slash. */
  readonly origin: string;
  /** Public address of the service, without query string. */
  readonly url: string;
  /** In the order they are to appear. */
  readonly layers: readonly RasterLayer[];
  /** Only the layers that are as INSPIRE wants them, described as it wants. */
  readonly inspire: boolean;
}

/** Writes the document. The same layers give the same bytes. */
export function writeCapabilities(service: RasterWmsService): string {
  return renderXml(
    el(
      'WMS_Capabilities',
      { version: WMS_VERSION, ...namespaces(service.inspire) },
      SERVICE,
      el(
        'Capability',
        {},
        requestElement(service),
        el('Exception', {}, el('Format', {}, 'XML')),
        service.inspire ? INSPIRE_CAPABILITIES : null,
        rootLayer(service),
      ),
    ),
  );
}

function namespaces(inspire: boolean): Record<string, string> {
  const schemas = ['http://www.opengis.net/wms http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd'];
  if (inspire) {
    schemas.push(
      'http://inspire.ec.europa.eu/schemas/inspire_vs/1.0 http://inspire.ec.europa.eu/schemas/inspire_vs/1.0/inspire_vs.xsd',
      'http://inspire.ec.europa.eu/schemas/common/1.0 http://inspire.ec.europa.eu/schemas/common/1.0/common.xsd',
    );
  }
  return {
    xmlns: 'http://www.opengis.net/wms',
    'xmlns:xlink': 'http://www.w3.org/1999/xlink',
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    ...(inspire
      ? {
          'xmlns:inspire_common': 'http://inspire.ec.europa.eu/schemas/common/1.0',
          'xmlns:inspire_vs': 'http://inspire.ec.europa.eu/schemas/inspire_vs/1.0',
        }
      : {}),
    'xsi:schemaLocation': schemas.join(' '),
  };
}

const TITLE = 'Service WMS Raster';

const SERVICE = el(
  'Service',
  {},
  el('Name', {}, 'WMS'),
  el('Title', {}, TITLE),
  el('Abstract', {}, 'Images des pyramides publiées sur la plateforme (émulateur geopf-local).'),
  el('KeywordList', {}, el('Keyword', {}, 'WMS'), el('Keyword', {}, 'Géoplateforme')),
  link('OnlineResource', 'https://geoplateforme.fr'),
  el('Fees', {}, 'NONE'),
  el('AccessConstraints', {}, 'NONE'),
  el('LayerLimit', {}, LIMITS.layers),
  el('MaxWidth', {}, LIMITS.width),
  el('MaxHeight', {}, LIMITS.height),
);

const INSPIRE_CAPABILITIES = el(
  'inspire_vs:ExtendedCapabilities',
  {},
  el(
    'inspire_common:SupportedLanguages',
    {},
    el('inspire_common:DefaultLanguage', {}, el('inspire_common:Language', {}, 'fre')),
  ),
  el('inspire_common:ResponseLanguage', {}, el('inspire_common:Language', {}, 'fre')),
);

function requestElement({ url, inspire }: RasterWmsService): XmlElement {
  const operation = (name: string, formats: readonly string[]) =>
    el(
      name,
      {},
      formats.map((format) => el('Format', {}, format)),
      el(
        'DCPType',
        {},
        el('HTTP', {}, el('Get', {}, link('OnlineResource', `${url}?${inspire ? 'INSPIRE=1&' : ''}SERVICE=WMS&`))),
      ),
    );
  return el(
    'Request',
    {},
    operation('GetCapabilities', ['text/xml']),
    operation('GetMap', MAP_FORMATS),
    operation('GetFeatureInfo', INFO_FORMATS),
  );
}

function rootLayer(service: RasterWmsService): XmlElement {
  const shown = service.inspire ? service.layers.filter(isInspireLayer) : service.layers;
  return el(
    'Layer',
    {},
    el('Title', {}, TITLE),
    el('Abstract', {}, 'Couches WMS-RASTER publiées.'),
    GLOBAL_CRS.map((crs) => el('CRS', {}, crs)),
    geographicBox(WORLD),
    el('BoundingBox', { CRS: 'CRS:84', minx: -180, miny: -90, maxx: 180, maxy: 90 }),
    shown.map((layer) => describedLayer(layer, service)),
  );
}

/** Keywords, and a style under one of the names that INSPIRE has for the default one. */
function isInspireLayer({ name, keywords, styles }: RasterLayer): boolean {
  return keywords.length > 0 && styles.some(({ identifier }) => ['DEFAULT', `${name}.Default`].includes(identifier));
}

/** Of the layers that are published now, by the last address asked: describing thousands at every request takes long. */
const described = new WeakMap<RasterLayer, { readonly key: string; readonly rendered: RenderedXml }>();

/**
 * Describes a layer ahead of {@link writeCapabilities}, which then takes no time for it: thousands at once would keep
 * others waiting.
 */
export function describedLayer(
  layer: RasterLayer,
  { origin, inspire }: Pick<RasterWmsService, 'origin' | 'inspire'>,
): RenderedXml {
  const key = `${origin} ${inspire}`;
  const known = described.get(layer);
  if (known?.key === key) return known.rendered;
  const rendered = new RenderedXml(layerElement(layer, origin, inspire));
  described.set(layer, { key, rendered });
  return rendered;
}

function layerElement(layer: RasterLayer, origin: string, inspire: boolean): XmlElement {
  const box = layer.bbox ?? WORLD;
  const [coarsest, finest] = [layer.levels[0], layer.levels.at(-1)];
  return el(
    'Layer',
    { queryable: layer.featureInfo === null ? undefined : 1 },
    el('Name', {}, layer.name),
    el('Title', {}, layer.title),
    el('Abstract', {}, layer.abstract),
    layer.keywords.length === 0
      ? null
      : el(
          'KeywordList',
          {},
          layer.keywords.map((keyword) => el('Keyword', {}, keyword)),
        ),
    layerCrs(layer).map((crs) => el('CRS', {}, crs)),
    geographicBox(box),
    [nativeBox(layer), ...(inspire ? boundingBoxes(box) : [])].map(({ crs, minX, minY, maxX, maxY }) =>
      el('BoundingBox', { CRS: crs, minx: minX, miny: minY, maxx: maxX, maxy: maxY }),
    ),
    attributionElement(layer),
    layer.metadata.map(({ type, format, url }) =>
      el('MetadataURL', { type }, el('Format', {}, format), link('OnlineResource', url)),
    ),
    layer.styles.map((style) => styleElement(style, origin)),
    el('MinScaleDenominator', {}, scaleDenominator(layer.bottomResolution ?? finest?.cellSize ?? 0)),
    el('MaxScaleDenominator', {}, scaleDenominator(layer.topResolution ?? coarsest?.cellSize ?? 0)),
  );
}

function nativeBox({ crs, nativeBox: box }: RasterLayer): WrittenBox {
  return { crs, ...(isLatitudeFirst(parseCrs(crs)) ? swapAxes(box) : box) };
}

/** Of a pixel of 0.28 mm, as if units were metres in every CRS. */
function scaleDenominator(resolution: number): number {
  return (resolution * 1000) / 0.28;
}

function attributionElement({ attribution }: RasterLayer): XmlElement | null {
  if (attribution === null) return null;
  const { title, url, logo } = attribution;
  return el(
    'Attribution',
    {},
    el('Title', {}, title),
    link('OnlineResource', url),
    logo === undefined
      ? null
      : el(
          'LogoURL',
          { width: logo.width, height: logo.height },
          el('Format', {}, logo.format),
          link('OnlineResource', logo.url),
        ),
  );
}

function styleElement({ identifier, title, abstract, legend }: Rok4Style, origin: string): XmlElement {
  return el(
    'Style',
    {},
    el('Name', {}, identifier),
    el('Title', {}, title ?? identifier),
    abstract === undefined ? null : el('Abstract', {}, abstract),
    legend === undefined
      ? null
      : el(
          'LegendURL',
          { width: legend.width, height: legend.height },
          el('Format', {}, legend.format),
          link('OnlineResource', legend.url.startsWith('/') ? `${origin}${legend.url}` : legend.url),
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

function link(name: string, href: string): XmlElement {
  return el(name, { 'xlink:type': 'simple', 'xlink:href': href });
}
