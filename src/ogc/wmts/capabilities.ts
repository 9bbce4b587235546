import { isGeographic, parseCrs } from '../../geo/crs.js';
import { INFO_FORMATS } from '../rok4/pixel-values.js';
import type { Grid } from '../rok4/grid.js';
import type { LayerLevel, PyramidLayer } from '../rok4/layer.js';
import type { Rok4Style } from '../rok4/style-model.js';
import { tileStyles } from '../rok4/tile-styles.js';
import { el, RenderedXml, renderXml, type XmlElement } from '../xml.js';
import { limitedGrid, limitedSetId } from './limited-set.js';
import { WMTS_VERSION } from './request.js';

/** The capabilities of the WMTS (OGC 07-057r7 §7.1), as the platform's server writes them (spec diffusion §6.2). */

/** What the document describes. */
export interface WmtsService {
  /** Public origin of the platform, no trailing slash. */
  readonly origin: string;
  /** Public address of the service, without query string. */
  readonly url: string;
  /** In the order they are to appear. */
  readonly layers: readonly PyramidLayer[];
  readonly grids: ReadonlyMap<string, Grid>;
}

/** Writes the document. The same layers give the same bytes. */
export function writeCapabilities(service: WmtsService): string {
  return renderXml(
    el(
      'Capabilities',
      {
        version: WMTS_VERSION,
        xmlns: 'http://www.opengis.net/wmts/1.0',
        'xmlns:ows': 'http://www.opengis.net/ows/1.1',
        'xmlns:xlink': 'http://www.w3.org/1999/xlink',
        'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
        'xmlns:gml': 'http://www.opengis.net/gml',
        'xsi:schemaLocation':
          'http://www.opengis.net/wmts/1.0 http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd',
      },
      IDENTIFICATION,
      PROVIDER,
      el(
        'ows:OperationsMetadata',
        {},
        ['GetCapabilities', 'GetTile', 'GetFeatureInfo'].map((name) => operation(name, service.url)),
      ),
      el(
        'Contents',
        {},
        service.layers.map((layer) => describedLayer(layer, service.origin)),
        usedGrids(service).map((grid) => gridElement(grid)),
      ),
    ),
  );
}

const IDENTIFICATION = el(
  'ows:ServiceIdentification',
  {},
  el('ows:Title', {}, 'Service WMTS'),
  el('ows:Abstract', {}, 'Tuiles des pyramides publiées sur la plateforme (émulateur geopf-local).'),
  el('ows:Keywords', {}, el('ows:Keyword', {}, 'WMTS'), el('ows:Keyword', {}, 'Géoplateforme')),
  el('ows:ServiceType', {}, 'OGC WMTS'),
  el('ows:ServiceTypeVersion', {}, WMTS_VERSION),
  el('ows:Fees', {}, 'NONE'),
  el('ows:AccessConstraints', {}, 'NONE'),
);

const PROVIDER = el('ows:ServiceProvider', {}, el('ows:ProviderName', {}, 'geopf-local'), el('ows:ServiceContact', {}));

function operation(name: string, url: string): XmlElement {
  return el(
    'ows:Operation',
    { name },
    el(
      'ows:DCP',
      {},
      el(
        'ows:HTTP',
        {},
        el(
          'ows:Get',
          { 'xlink:href': `${url}?SERVICE=WMTS&` },
          el('ows:Constraint', { name: 'GetEncoding' }, el('ows:AllowedValues', {}, el('ows:Value', {}, 'KVP'))),
        ),
      ),
    ),
  );
}

/** Of the layers that are published now, by the last origin asked: describing thousands at every request takes long. */
const described = new WeakMap<PyramidLayer, { readonly origin: string; readonly rendered: RenderedXml }>();

/**
 * Describes a layer ahead of {@link writeCapabilities}, which then takes no time for it: thousands at once would keep
 * others waiting.
 */
export function describedLayer(layer: PyramidLayer, origin: string): RenderedXml {
  const known = described.get(layer);
  if (known?.origin === origin) return known.rendered;
  const rendered = new RenderedXml(layerElement(layer, origin));
  described.set(layer, { origin, rendered });
  return rendered;
}

function layerElement(layer: PyramidLayer, origin: string): XmlElement {
  const { west, south, east, north } = layer.bbox ?? { west: -180, south: -90, east: 180, north: 90 };
  return el(
    'Layer',
    {},
    el('ows:Title', {}, layer.title),
    el('ows:Abstract', {}, layer.abstract),
    keywordsElement(layer.keywords),
    el(
      'ows:WGS84BoundingBox',
      {},
      el('ows:LowerCorner', {}, `${west} ${south}`),
      el('ows:UpperCorner', {}, `${east} ${north}`),
    ),
    el('ows:Identifier', {}, layer.name),
    layer.metadata.map(({ url }) => el('ows:Metadata', { 'xlink:href': url })),
    layer.format.isVector
      ? VECTOR_STYLE
      : tileStyles(layer).map((style, rank) => styleElement(style, origin, rank === 0)),
    el('Format', {}, layer.format.mediaType),
    layer.featureInfo !== null && INFO_FORMATS.map((format) => el('InfoFormat', {}, format)),
    el(
      'TileMatrixSetLink',
      {},
      el('TileMatrixSet', {}, limitedSetId(layer)),
      el('TileMatrixSetLimits', {}, layer.levels.map(limitsElement)),
    ),
  );
}

function keywordsElement(keywords: readonly string[]): XmlElement | false {
  return (
    keywords.length > 0 &&
    el(
      'ows:Keywords',
      {},
      keywords.map((keyword) => el('ows:Keyword', {}, keyword)),
    )
  );
}

/** A layer needs a style (OGC 07-057r7, table 6); any name is taken. */
const VECTOR_STYLE = el('Style', { isDefault: true }, el('ows:Identifier', {}, 'normal'));

function styleElement(style: Rok4Style, origin: string, isDefault: boolean): XmlElement {
  const { title, abstract, keywords, identifier, legend } = style;
  return el(
    'Style',
    isDefault ? { isDefault } : {},
    title !== undefined && el('ows:Title', {}, title),
    abstract !== undefined && el('ows:Abstract', {}, abstract),
    keywordsElement(keywords),
    el('ows:Identifier', {}, identifier),
    legend &&
      el('LegendURL', {
        format: legend.format,
        'xlink:href': legend.url.startsWith('/') ? `${origin}${legend.url}` : legend.url,
        width: legend.width,
        height: legend.height,
        minScaleDenominator: legend.minScaleDenominator,
        maxScaleDenominator: legend.maxScaleDenominator,
      }),
  );
}

function limitsElement({ id, limits }: LayerLevel): XmlElement {
  return el(
    'TileMatrixLimits',
    {},
    el('TileMatrix', {}, id),
    el('MinTileRow', {}, limits.min_row),
    el('MaxTileRow', {}, limits.max_row),
    el('MinTileCol', {}, limits.min_col),
    el('MaxTileCol', {}, limits.max_col),
  );
}

/** The sets of the layers, and those that they are parts of, which requests may name too; in the order of their ids. */
function usedGrids({ layers, grids }: WmtsService): Grid[] {
  const used = new Map<string, Grid>();
  for (const layer of layers) {
    const grid = grids.get(layer.tileMatrixSet);
    const id = limitedSetId(layer);
    if (grid === undefined || used.has(id)) continue;
    used.set(grid.id, grid);
    used.set(id, limitedGrid(grid, layer));
  }
  return [...used.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}

function gridElement({ id, crs, levels }: Grid): XmlElement {
  const { authority, srid } = parseCrs(crs);
  const isLatitudeFirst = authority === 'EPSG' && isGeographic(srid);
  return el(
    'TileMatrixSet',
    {},
    el('ows:Identifier', {}, id),
    el('ows:SupportedCRS', {}, crs),
    levels.map((level) => {
      const [x, y] = level.origin;
      return el(
        'TileMatrix',
        {},
        el('ows:Identifier', {}, level.id),
        el('ScaleDenominator', {}, level.scaleDenominator),
        el('TopLeftCorner', {}, isLatitudeFirst ? `${y} ${x}` : `${x} ${y}`),
        el('TileWidth', {}, level.tileWidth),
        el('TileHeight', {}, level.tileHeight),
        el('MatrixWidth', {}, level.matrixWidth),
        el('MatrixHeight', {}, level.matrixHeight),
      );
    }),
  );
}
