import { parseCrs } from '../../geo/crs.js';
import { el, escapeText, renderXml } from '../xml.js';
import type { TileTable, PyramidLayer } from '../rok4/layer.js';

/** The documents of the TMS, as the platform's tile server writes them (spec diffusion §6.3). */

/** Only version of the service. */
export const TMS_VERSION = '1.0.0';

/** The service document: which layers there are. @param serviceUrl public address, without version nor trailing slash */
export function serviceDocument(serviceUrl: string, layers: readonly PyramidLayer[]): string {
  return renderXml(
    el(
      'TileMapService',
      { version: TMS_VERSION, services: serviceUrl },
      el('Title', {}, 'Service TMS'),
      el('Abstract', {}, 'Tuiles des pyramides publiées sur la plateforme'),
      el('KeywordList', {}, 'TMS'),
      el('ContactInformation', {}, el('ContactPersonPrimary', {}, el('ContactOrganization', {}, 'geopf-local'))),
      el(
        'TileMaps',
        {},
        layers.map((layer) =>
          el('TileMap', {
            title: layer.title,
            srs: layer.crs,
            profile: 'none',
            extension: layer.format.extension,
            href: layerUrl(serviceUrl, layer),
          }),
        ),
      ),
    ),
  );
}

/** The document of a layer. `Origin` is its lower left corner, as TMS wants it, although rows count from the top. */
export function layerDocument(serviceUrl: string, layer: PyramidLayer): string {
  const finest = finestLevel(layer);
  const { attribution, crs } = layer;
  return renderXml(
    el(
      'TileMap',
      { version: TMS_VERSION, tilemapservice: `${serviceUrl}/${TMS_VERSION}` },
      el('Title', {}, layer.title),
      el('Abstract', {}, layer.abstract),
      layer.keywords.map((keyword) => el('KeywordList', {}, keyword)),
      layer.metadata.map(({ type, format, url }) => el('Metadata', { type, 'mime-type': format, href: url })),
      attribution &&
        el('Attribution', {}, el('Title', {}, attribution.title), attribution.logo && logo(attribution.logo)),
      el('SRS', {}, crs),
      el('BoundingBox', { CRS: crs, ...boxAttributes(layer) }),
      el('Origin', { ...finest.origin }),
      el('TileFormat', {
        width: finest.tileWidth,
        height: finest.tileHeight,
        'mime-type': layer.format.mediaType,
        extension: layer.format.extension,
      }),
      el(
        'TileSets',
        { profile: 'none' },
        layer.levels.map(({ id, limits, cellSize }, order) =>
          el('TileSet', {
            href: `${layerUrl(serviceUrl, layer)}/${id}`,
            minrow: limits.min_row,
            maxrow: limits.max_row,
            mincol: limits.min_col,
            maxcol: limits.max_col,
            'units-per-pixel': cellSize,
            order,
          }),
        ),
      ),
    ),
  );
}

function logo({ format, url, width, height }: NonNullable<NonNullable<PyramidLayer['attribution']>['logo']>) {
  return el('Logo', { width, height, href: url, 'mime-type': format });
}

/** Ordinates in the order of the axes of the CRS. */
function boxAttributes({ crs, nativeBox: { minX, minY, maxX, maxY } }: PyramidLayer) {
  return parseCrs(crs).isLatLon
    ? { minx: minY, miny: minX, maxx: maxY, maxy: maxX }
    : { minx: minX, miny: minY, maxx: maxX, maxy: maxY };
}

/** What map libraries read of a layer: TileJSON, but for the fields of vector layers, which are objects. */
export function layerMetadata(serviceUrl: string, layer: PyramidLayer) {
  const { bbox, format, levels } = layer;
  const zooms = levels.map(({ id }) => Number(id));
  const { west, south, east, north } = bbox ?? { west: -180, south: -90, east: 180, north: 90 };
  return {
    name: layer.name,
    description: layer.abstract,
    minzoom: Math.min(...zooms),
    maxzoom: Math.max(...zooms),
    crs: layer.crs,
    center: [(west + east) / 2, (south + north) / 2],
    bounds: [west, south, east, north],
    format: format.extension,
    tiles: [`${layerUrl(serviceUrl, layer)}/{z}/{x}/{y}.${format.extension}`],
    ...(format.isVector ? { vector_layers: vectorLayers(layer) } : {}),
  };
}

/** Layers of vector tiles in the order in which they appear from the finest level up, described as there. */
function vectorLayers({ levels }: PyramidLayer) {
  const found = new Map<string, { table: TileTable; zooms: number[] }>();
  for (const { id, tables } of [...levels].reverse()) {
    for (const table of tables) {
      const known = found.get(table.name) ?? { table, zooms: [] };
      known.zooms.push(Number(id));
      found.set(table.name, known);
    }
  }
  return [...found.values()].map(({ table: { name, geometry, attributes }, zooms }) => ({
    id: name,
    geometry,
    minzoom: Math.min(...zooms),
    maxzoom: Math.max(...zooms),
    fieldsCount: attributes.length,
    fields: Object.fromEntries(attributes.map(({ name: attribute, ...known }) => [attribute, { attribute, ...known }])),
  }));
}

/** The document of a refusal. */
export function errorDocument(message: string): string {
  return `<?xml version="1.0" ?><TileMapServerError><Message>${escapeText(message)}</Message></TileMapServerError>`;
}

/** Public address of a layer. */
export function layerUrl(serviceUrl: string, { name }: PyramidLayer): string {
  return `${serviceUrl}/${TMS_VERSION}/${name}`;
}

function finestLevel({ levels, name }: PyramidLayer) {
  const finest = levels.at(-1);
  if (finest === undefined) throw new Error(`the layer ${name} has no level`);
  return finest;
}
