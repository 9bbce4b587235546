import { DEFAULT_STROKE } from '../ogc/sld/paint.js';
import type { Rule, StyleModel, Symbolizer } from '../ogc/sld/model.js';

/** The blue style of relations published without one (spec diffusion §2.2). */

const BLUE = '#0000ff';
const LIGHT_BLUE = '#6699ff';

const outline = { ...DEFAULT_STROKE, color: BLUE };

const POINT: Symbolizer = {
  type: 'point',
  graphic: {
    mark: { shape: 'circle', fill: { color: LIGHT_BLUE, opacity: 1 }, stroke: outline },
    size: 8,
    rotation: 0,
    opacity: 1,
  },
};

const LINE: Symbolizer = { type: 'line', stroke: outline };

const POLYGON: Symbolizer = { type: 'polygon', fill: { color: LIGHT_BLUE, opacity: 0.6 }, stroke: outline };

/**
 * The default style for a geometry type (PostGIS name, any case): discs, lines or filled polygons. Columns of any
 * geometry get lines and outlines, which suit lines and polygons.
 */
export function defaultStyle(geometryType: string): StyleModel {
  const type = geometryType.toLowerCase();
  const symbolizer = type.includes('point') ? POINT : /polygon|surface/.test(type) ? POLYGON : LINE;
  const rule: Rule = {
    name: 'default',
    title: null,
    minScale: null,
    maxScale: null,
    filter: null,
    isElse: false,
    symbolizers: type === 'geometry' || type === 'geometrycollection' ? [LINE, POINT] : [symbolizer],
  };
  return { name: 'default', title: null, featureTypeStyles: [{ rules: [rule] }] };
}
