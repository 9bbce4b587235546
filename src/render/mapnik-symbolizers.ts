import type { Fill, Font, Graphic, Stroke, Symbolizer, TextSymbolizer } from '../ogc/sld/model.js';
import { el, type XmlAttributes, type XmlElement } from '../ogc/xml.js';
import { MARK_UNITS, markFile } from './mapnik-marks.js';
import type { ColumnNames } from './style-columns.js';

/** One symbolizer as Mapnik elements, with how far it reaches beyond the geometry, in pixels. */
export interface DrawnSymbolizer {
  readonly elements: readonly XmlElement[];
  readonly reach: number;
}

/** Translates one symbolizer; what cannot be seen (size 0, opacity 0) gives no element. */
export function symbolizerElements(symbolizer: Symbolizer, columns: ColumnNames, marksFolder: string): DrawnSymbolizer {
  switch (symbolizer.type) {
    case 'point':
      return pointElements(symbolizer.graphic, marksFolder);
    case 'line':
      return lineElements(symbolizer.stroke);
    case 'polygon': {
      const outline = symbolizer.stroke === null ? NOTHING : lineElements(symbolizer.stroke);
      return { ...outline, elements: [...fillElements(symbolizer.fill), ...outline.elements] };
    }
    case 'text':
      return textElements(symbolizer, columns);
  }
}

const NOTHING: DrawnSymbolizer = { elements: [], reach: 0 };

function fillElements(fill: Fill | null): XmlElement[] {
  if (fill === null || fill.opacity === 0) return [];
  return [el('PolygonSymbolizer', { fill: fill.color, 'fill-opacity': fill.opacity, clip: true })];
}

function lineElements(stroke: Stroke): DrawnSymbolizer {
  if (stroke.width === 0 || stroke.opacity === 0) return NOTHING;
  // A mitre may stick out of the line by its limit, which is 4 widths.
  const reach = stroke.lineJoin === 'miter' ? stroke.width * 2 : stroke.width;
  return { elements: [el('LineSymbolizer', { ...strokeAttributes(stroke), clip: true })], reach };
}

function strokeAttributes(stroke: Stroke): XmlAttributes {
  return {
    stroke: stroke.color,
    'stroke-width': stroke.width,
    'stroke-opacity': stroke.opacity,
    'stroke-linecap': stroke.lineCap,
    'stroke-linejoin': stroke.lineJoin,
    'stroke-dasharray': stroke.dashArray?.join(','),
    'stroke-dashoffset': stroke.dashOffset === 0 ? undefined : stroke.dashOffset,
  };
}

function pointElements({ mark, size, rotation, opacity }: Graphic, marksFolder: string): DrawnSymbolizer {
  if (size === 0 || opacity === 0) return NOTHING;
  const file = markFile(marksFolder, mark.shape);
  // The outline of an SVG mark is scaled with the mark; its width is wanted in pixels.
  const strokeScale = file === null ? 1 : MARK_UNITS / size;
  const element = el('MarkersSymbolizer', {
    ...(file === null ? {} : { file }),
    width: size,
    height: size,
    fill: mark.fill?.color ?? '#000000',
    'fill-opacity': (mark.fill?.opacity ?? 0) * opacity,
    stroke: mark.stroke?.color ?? '#000000',
    'stroke-opacity': (mark.stroke?.opacity ?? 0) * opacity,
    'stroke-width': (mark.stroke?.width ?? 0) * strokeScale,
    transform: rotation === 0 || file === null ? undefined : `rotate(${rotation})`,
    placement: 'point',
    'multi-policy': 'each',
    'allow-overlap': true,
    'ignore-placement': true,
  });
  return { elements: [element], reach: size * Math.SQRT1_2 + (mark.stroke?.width ?? 0) };
}

function textElements(text: TextSymbolizer, columns: ColumnNames): DrawnSymbolizer {
  if (text.font.size === 0) return NOTHING;
  const { anchorX, anchorY, displacementX, displacementY, rotation } = text.placement;
  const element = el(
    'TextSymbolizer',
    {
      'face-name': faceName(text.font),
      size: text.font.size,
      fill: text.fill.color,
      opacity: text.fill.opacity,
      'halo-fill': text.halo?.fill.color,
      'halo-opacity': text.halo?.fill.opacity,
      'halo-radius': text.halo?.radius,
      placement: 'point',
      // SLD anchors a point of the label on the map, Mapnik puts the label to a side of the point.
      'horizontal-alignment': anchorX < 0.25 ? 'right' : anchorX > 0.75 ? 'left' : 'middle',
      'vertical-alignment': anchorY < 0.25 ? 'top' : anchorY > 0.75 ? 'bottom' : 'middle',
      dx: displacementX,
      dy: -displacementY,
      // Mapnik turns texts counterclockwise.
      orientation: rotation === 0 ? undefined : -rotation,
    },
    `[${columns.ofLabel(text.label)}]`,
  );
  return { elements: [element], reach: LABEL_REACH };
}

/** Labels of features outside the map reach into it: how far is known only once they are laid out. */
const LABEL_REACH = 128;

/** The binding brings the DejaVu family and nothing else. */
function faceName({ families, bold, italic }: Font): string {
  const wanted = families.join(' ').toLowerCase();
  if (/mono|courier|consolas/.test(wanted)) {
    return `DejaVu Sans Mono ${weight({ bold, italic }, 'Oblique')}`;
  }
  if (/(?<!sans[- ])serif|times|georgia|garamond/.test(wanted)) {
    return `DejaVu Serif ${weight({ bold, italic }, 'Italic')}`;
  }
  return `DejaVu Sans ${weight({ bold, italic }, 'Oblique')}`;
}

function weight({ bold, italic }: Pick<Font, 'bold' | 'italic'>, slanted: string): string {
  if (bold) return italic ? `Bold ${slanted}` : 'Bold';
  return italic ? slanted : 'Book';
}
