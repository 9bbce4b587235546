import type { ReadElement } from '../xml.js';
import type { Fill, Font, Halo, LabelPart, PointPlacement, TextSymbolizer } from './model.js';
import { MAX_PIXELS, readFill, readParameters } from './paint.js';
import { readChildren, readNumber, readText, SldError, type SldContext, warn, warnUnsupported } from './reader.js';

/** Labels: SLD 1.0.0 §11.5, with point placement. */

const DEFAULT_FONT: Font = { families: [], size: 10, italic: false, bold: false };

/** The family that the renderer brings, and the generic names it stands for. */
const AVAILABLE_FONT = /^(dejavu\b.*|serif|sans-?serif|monospace(d)?|dialog)$/i;

const FONT_STYLES = { normal: 'normal', italic: 'italic', oblique: 'italic' } as const;

const FONT_WEIGHTS = { normal: 'normal', bold: 'bold' } as const;

const DEFAULT_LABEL_FILL: Fill = { color: '#000000', opacity: 1 };

const DEFAULT_HALO: Halo = { radius: 1, fill: { color: '#ffffff', opacity: 1 } };

/** Without a placement the label starts at the point, centred on its height (SLD 1.0.0 §11.5.3). */
const DEFAULT_PLACEMENT: PointPlacement = {
  anchorX: 0,
  anchorY: 0.5,
  displacementX: 0,
  displacementY: 0,
  rotation: 0,
};

/** Reads a `TextSymbolizer`; `null` when it writes nothing that can be drawn, which is reported. */
export function readTextSymbolizer(context: SldContext, element: ReadElement): TextSymbolizer | null {
  let label: LabelPart[] = [];
  let font = DEFAULT_FONT;
  let fill = DEFAULT_LABEL_FILL;
  let halo = null as Halo | null;
  let placement = DEFAULT_PLACEMENT;
  readChildren(context, element, {
    Label: (each) => (label = readLabel(context, each)),
    Font: (each) => (font = readFont(context, each)),
    Fill: (each) => (fill = readFill(context, each, DEFAULT_LABEL_FILL)),
    Halo: (each) => (halo = readHalo(context, each)),
    LabelPlacement: (each) => (placement = readPlacement(context, each)),
  });
  if (label.length > 0) return { type: 'text', label, font, fill, halo, placement };
  warn(context, element, "l'étiquette n'a pas de texte, élément ignoré");
  return null;
}

function readLabel(context: SldContext, element: ReadElement): LabelPart[] {
  const parts: LabelPart[] = [];
  for (const piece of element.content) {
    if (typeof piece === 'string') {
      // Indentation around the elements is not part of the text; blanks inside a line are.
      const literal = piece.replace(/\s*\n\s*/g, '');
      if (literal !== '') parts.push({ literal });
    } else if (piece.name === 'PropertyName') {
      const property = readText(piece);
      if (property === null) throw new SldError('PropertyName est vide', piece.line);
      context.usedAttributes.add(property);
      parts.push({ property });
    } else if (piece.name === 'Literal') {
      if (piece.text !== '') parts.push({ literal: piece.text });
    } else warnUnsupported(context, piece);
  }
  return parts;
}

function readFont(context: SldContext, element: ReadElement): Font {
  const parameters = readParameters(context, element);
  const families = parameters.texts('font-family');
  if (families.length > 0 && !families.some((family) => AVAILABLE_FONT.test(family))) {
    warn(context, element, `la police « ${families.join(', ')} » n'est pas disponible, DejaVu la remplace`);
  }
  const font: Font = {
    families,
    size: parameters.number('font-size', DEFAULT_FONT.size, { min: 0, max: MAX_PIXELS }),
    italic: parameters.keyword('font-style', FONT_STYLES, 'normal') === 'italic',
    bold: parameters.keyword('font-weight', FONT_WEIGHTS, 'normal') === 'bold',
  };
  parameters.reportOthers();
  return font;
}

function readHalo(context: SldContext, element: ReadElement): Halo {
  let { radius, fill } = DEFAULT_HALO;
  readChildren(context, element, {
    Radius: (each) => (radius = readNumber(context, each, radius, { min: 0, max: MAX_PIXELS })),
    Fill: (each) => (fill = readFill(context, each, DEFAULT_HALO.fill)),
  });
  return { radius, fill };
}

function readPlacement(context: SldContext, element: ReadElement): PointPlacement {
  let placement = DEFAULT_PLACEMENT;
  readChildren(context, element, {
    PointPlacement: (each) => (placement = readPointPlacement(context, each)),
    LinePlacement: (each) => warnUnsupported(context, each, "l'étiquette est placée sur un point"),
  });
  return placement;
}

function readPointPlacement(context: SldContext, element: ReadElement): PointPlacement {
  let { anchorX, anchorY, displacementX, displacementY, rotation } = DEFAULT_PLACEMENT;
  const pixels = { min: -MAX_PIXELS, max: MAX_PIXELS };
  readChildren(context, element, {
    AnchorPoint: (anchor) =>
      readChildren(context, anchor, {
        AnchorPointX: (each) => (anchorX = readNumber(context, each, anchorX)),
        AnchorPointY: (each) => (anchorY = readNumber(context, each, anchorY)),
      }),
    Displacement: (displacement) =>
      readChildren(context, displacement, {
        DisplacementX: (each) => (displacementX = readNumber(context, each, displacementX, pixels)),
        DisplacementY: (each) => (displacementY = readNumber(context, each, displacementY, pixels)),
      }),
    Rotation: (each) => (rotation = readNumber(context, each, rotation)),
  });
  return { anchorX, anchorY, displacementX, displacementY, rotation };
}
