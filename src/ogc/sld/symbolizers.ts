import type { ReadElement } from '../xml.js';
import { DEFAULT_GRAPHIC, readGraphic } from './graphic.js';
import { readTextSymbolizer } from './label.js';
import type { LineSymbolizer, PointSymbolizer, PolygonSymbolizer, Symbolizer } from './model.js';
import { DEFAULT_STROKE, readFill, readStroke } from './paint.js';
import { readChildren, type SldContext, warn } from './reader.js';

/** Units of measure that mean the pixel (SE 1.1.0 §11.3): absent, or this address. */
const PIXEL_UNIT = 'http://www.opengeospatial.org/se/units/pixel';

/** Local names of the symbolizers that are drawn. */
export const SYMBOLIZER_NAMES = ['PointSymbolizer', 'LineSymbolizer', 'PolygonSymbolizer', 'TextSymbolizer'] as const;

/** Reads one symbolizer; `null` when nothing of it can be drawn, which is reported. */
export function readSymbolizer(context: SldContext, element: ReadElement): Symbolizer | null {
  const unit = element.attributes['uom'];
  if (unit !== undefined && unit !== PIXEL_UNIT) {
    warn(context, element, `l'unité ${unit} de ${element.name} n'est pas prise en charge, le pixel s'applique`);
  }
  switch (element.name) {
    case 'PointSymbolizer':
      return readPoint(context, element);
    case 'LineSymbolizer':
      return readLine(context, element);
    case 'PolygonSymbolizer':
      return readPolygon(context, element);
    case 'TextSymbolizer':
      return readTextSymbolizer(context, element);
    default:
      return null;
  }
}

/** Names that change nothing on the map (SE 1.1.0 §11). */
const DESCRIPTION = { Name: undefined, Description: undefined } as const;

function readPoint(context: SldContext, element: ReadElement): PointSymbolizer {
  let graphic = DEFAULT_GRAPHIC;
  readChildren(context, element, {
    ...DESCRIPTION,
    Graphic: (each) => (graphic = readGraphic(context, each)),
  });
  return { type: 'point', graphic };
}

function readLine(context: SldContext, element: ReadElement): LineSymbolizer {
  let stroke = DEFAULT_STROKE;
  readChildren(context, element, {
    ...DESCRIPTION,
    Stroke: (each) => (stroke = readStroke(context, each)),
  });
  return { type: 'line', stroke };
}

function readPolygon(context: SldContext, element: ReadElement): PolygonSymbolizer {
  let fill = null as PolygonSymbolizer['fill'];
  let stroke = null as PolygonSymbolizer['stroke'];
  readChildren(context, element, {
    ...DESCRIPTION,
    Fill: (each) => (fill = readFill(context, each)),
    Stroke: (each) => (stroke = readStroke(context, each)),
  });
  return { type: 'polygon', fill, stroke };
}
