import { child, type ReadElement } from '../xml.js';
import type { Graphic, Mark, MarkShape } from './model.js';
import { DEFAULT_FILL, DEFAULT_STROKE, MAX_PIXELS, readFill, readStroke } from './paint.js';
import { readChildren, readConstant, readNumber, type SldContext, warn, warnUnsupported } from './reader.js';

/** Point graphics: SLD 1.0.0 §11.3, restricted to well-known marks. */

const SHAPES: Readonly<Record<string, MarkShape>> = {
  square: 'square',
  circle: 'circle',
  triangle: 'triangle',
  star: 'star',
  cross: 'cross',
  x: 'x',
  diamond: 'diamond',
};

/** A mark that says nothing of its paint: grey with a black outline (SLD 1.0.0 §11.3.2). */
export const DEFAULT_MARK: Mark = { shape: 'square', fill: DEFAULT_FILL, stroke: DEFAULT_STROKE };

export const DEFAULT_GRAPHIC: Graphic = { mark: DEFAULT_MARK, size: 6, rotation: 0, opacity: 1 };

/** Reads the `Graphic` of a point symbolizer. */
export function readGraphic(context: SldContext, element: ReadElement): Graphic {
  let mark = null as Mark | null;
  let { size, rotation, opacity } = DEFAULT_GRAPHIC;
  readChildren(context, element, {
    // Several marks are alternatives: the first one that can be drawn is.
    Mark: (each) => (mark ??= readMark(context, each)),
    ExternalGraphic: (each) =>
      warnUnsupported(
        context,
        each,
        child(element, 'Mark') === undefined ? 'un carré est dessiné' : 'le symbole Mark est dessiné',
      ),
    Size: (each) => (size = readNumber(context, each, size, { min: 0, max: MAX_PIXELS })),
    Rotation: (each) => (rotation = readNumber(context, each, rotation)),
    Opacity: (each) => (opacity = readNumber(context, each, opacity, { min: 0, max: 1 })),
  });
  return { mark: mark ?? DEFAULT_MARK, size, rotation, opacity };
}

function readMark(context: SldContext, element: ReadElement): Mark {
  let shape: MarkShape = DEFAULT_MARK.shape;
  let fill = null as Mark['fill'];
  let stroke = null as Mark['stroke'];
  readChildren(context, element, {
    WellKnownName: (each) => (shape = readShape(context, each)),
    Fill: (each) => (fill = readFill(context, each)),
    Stroke: (each) => (stroke = readStroke(context, each)),
  });
  const painted = fill !== null || stroke !== null;
  return painted ? { shape, fill, stroke } : { ...DEFAULT_MARK, shape };
}

function readShape(context: SldContext, element: ReadElement): MarkShape {
  const name = readConstant(context, element);
  if (name === null) return DEFAULT_MARK.shape;
  const word = name.toLowerCase();
  const shape = Object.hasOwn(SHAPES, word) ? SHAPES[word] : undefined;
  if (shape !== undefined) return shape;
  warn(context, element, `le symbole « ${name} » n'est pas pris en charge, un carré est dessiné`);
  return DEFAULT_MARK.shape;
}
