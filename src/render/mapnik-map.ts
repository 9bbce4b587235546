import type { FeatureTable } from '../ogc/feature-table.js';
import { el, renderXml, type XmlElement } from '../ogc/xml.js';
import { defaultStyle } from './default-style.js';
import { GEOMETRY_ALIAS, layerSql } from './layer-sql.js';
import type { MapLayer } from './map-request.js';
import { toMapnikStyles } from './mapnik-style.js';

/** Whole Mapnik map documents. */

/** Widest pixel margin around a map in which features are looked for. */
const MAX_MARGIN = 512;

/**
 * Datasources cover every place there is: Mapnik must neither scan a table for its extent nor keep features out that
 * came after it looked.
 */
const EVERYWHERE = '-1e9,-1e9,1e9,1e9';

/** What a map is drawn from: everything but the view. */
export interface MapDocument {
  /** Mapnik's XML. Connection parameters are left to the environment of the render process. */
  readonly xml: string;
  /** EPSG codes of the tables, for the tolerance of their simplification. */
  readonly srids: readonly number[];
}

/**
 * Builds the document of a map.
 * @param srid EPSG code of the map
 * @param marksFolder where the files of `markFiles()` are
 */
export function buildMap(layers: readonly MapLayer[], srid: number, marksFolder: string): MapDocument {
  const styles: XmlElement[] = [];
  const shapes: XmlElement[] = [];
  const labels: XmlElement[] = [];
  const srids = new Set<number>();
  let margin = 0;
  for (const [layerIndex, { relations, filter }] of layers.entries()) {
    // Relations are listed from top to bottom, Mapnik paints from bottom to top.
    for (const [index, relation] of [...relations.entries()].reverse()) {
      const { geometry } = relation.source;
      if (geometry === null) continue;
      const drawn = toMapnikStyles(
        relation.style ?? defaultStyle(geometry.type),
        `s${layerIndex}-${index}`,
        marksFolder,
      );
      const sql = layerSql(relation.source, geometry, { ...drawn, filter });
      styles.push(...drawn.shapes, ...drawn.labels);
      srids.add(geometry.srid);
      margin = Math.max(margin, drawn.reach);
      const add = (name: string, used: readonly XmlElement[]): XmlElement[] =>
        used.length === 0 ? [] : [layerElement(name, used, relation.source, geometry, sql)];
      shapes.push(...add(`l${layerIndex}-${index}`, drawn.shapes));
      labels.push(...add(`l${layerIndex}-${index}-labels`, drawn.labels));
    }
  }
  const map = el(
    'Map',
    { srs: `epsg:${srid}`, 'buffer-size': Math.min(Math.ceil(margin), MAX_MARGIN) },
    styles,
    // Labels of every relation lie above all shapes.
    shapes,
    labels,
  );
  return { xml: renderXml(map), srids: [...srids] };
}

function layerElement(
  name: string,
  styles: readonly XmlElement[],
  table: FeatureTable,
  geometry: NonNullable<FeatureTable['geometry']>,
  sql: string,
): XmlElement {
  const parameter = (key: string, value: string | number) => el('Parameter', { name: key }, value);
  return el(
    'Layer',
    // Several styles paint the same features one after the other: they are fetched once.
    { name, srs: `epsg:${geometry.srid}`, 'cache-features': styles.length > 1 ? true : undefined },
    styles.map((style) => el('StyleName', {}, String(style.attributes['name']))),
    el(
      'Datasource',
      {},
      parameter('type', 'postgis'),
      parameter('table', sql),
      parameter('geometry_field', GEOMETRY_ALIAS),
      parameter('geometry_table', table.table),
      parameter('srid', geometry.srid),
      parameter('extent', EVERYWHERE),
    ),
  );
}
