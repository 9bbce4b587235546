import type { ReadElement } from '../xml.js';
import type { Fill, Stroke } from './model.js';
import {
  nameOf,
  readChildren,
  readConstant,
  SldError,
  type SldContext,
  toNumber,
  warn,
  warnUnsupported,
} from './reader.js';

/** Fill and stroke with the defaults of SLD 1.0.0 §11.4 and §11.6. */

export const DEFAULT_FILL: Fill = { color: '#808080', opacity: 1 };

export const DEFAULT_STROKE: Stroke = {
  color: '#000000',
  opacity: 1,
  width: 1,
  dashArray: null,
  dashOffset: 0,
  lineCap: 'butt',
  lineJoin: 'miter',
};

/** Longest length, in pixels, that a style may ask for: beyond it a rendering costs too much memory. */
export const MAX_PIXELS = 4096;

/** Reads a `Fill` element. */
export function readFill(context: SldContext, element: ReadElement, defaults: Fill = DEFAULT_FILL): Fill {
  const parameters = readParameters(context, element);
  const fill: Fill = {
    color: parameters.color('fill', defaults.color),
    opacity: parameters.number('fill-opacity', defaults.opacity, { min: 0, max: 1 }),
  };
  parameters.reportOthers();
  return fill;
}

/** Reads a `Stroke` element. */
export function readStroke(context: SldContext, element: ReadElement): Stroke {
  const parameters = readParameters(context, element);
  const stroke: Stroke = {
    color: parameters.color('stroke', DEFAULT_STROKE.color),
    opacity: parameters.number('stroke-opacity', DEFAULT_STROKE.opacity, { min: 0, max: 1 }),
    width: parameters.number('stroke-width', DEFAULT_STROKE.width, { min: 0, max: MAX_PIXELS }),
    dashArray: parameters.dashes('stroke-dasharray'),
    dashOffset: parameters.number('stroke-dashoffset', DEFAULT_STROKE.dashOffset, {
      min: -MAX_PIXELS,
      max: MAX_PIXELS,
    }),
    lineCap: parameters.keyword('stroke-linecap', LINE_CAPS, DEFAULT_STROKE.lineCap),
    lineJoin: parameters.keyword('stroke-linejoin', LINE_JOINS, DEFAULT_STROKE.lineJoin),
  };
  parameters.reportOthers();
  return stroke;
}

const LINE_CAPS = { butt: 'butt', round: 'round', square: 'square' } as const;

// SLD writes "mitre", SVG and many exporters "miter".
const LINE_JOINS = { mitre: 'miter', miter: 'miter', round: 'round', bevel: 'bevel' } as const;

/** `#rrggbb` in lower case. @throws SldError for anything else than `#rrggbb` or `#rgb` */
function toColor(text: string, element: ReadElement): string {
  const color = text.toLowerCase();
  if (/^#[0-9a-f]{6}$/.test(color)) return color;
  if (/^#[0-9a-f]{3}$/.test(color)) return color.replace(/[0-9a-f]/g, '$&$&');
  throw new SldError(`« ${text} » n'est pas une couleur #RRVVBB (${nameOf(element)})`, element.line);
}

/** The `CssParameter` (1.0.0) or `SvgParameter` (1.1.0) children of one element. */
export interface Parameters {
  text(name: string): string | null;
  /** Every value of a parameter that may be repeated, such as `font-family`. */
  texts(name: string): string[];
  color(name: string, fallback: string): string;
  number(name: string, fallback: number, range: { min?: number; max?: number }): number;
  keyword<Value extends string>(name: string, values: Readonly<Record<string, Value>>, fallback: Value): Value;
  dashes(name: string): number[] | null;
  /** Reports the parameters that were not asked for. */
  reportOthers(): void;
}

/** Gathers the styling parameters of `parent`; every other child is reported. */
export function readParameters(context: SldContext, parent: ReadElement): Parameters {
  const found = new Map<string, ReadElement[]>();
  const asked = new Set<string>();
  const gather = (element: ReadElement): void => {
    const name = element.attributes['name'] ?? '';
    found.set(name, [...(found.get(name) ?? []), element]);
  };
  readChildren(context, parent, { CssParameter: gather, SvgParameter: gather });

  const constants = (name: string): { text: string; element: ReadElement }[] => {
    asked.add(name);
    return (found.get(name) ?? []).flatMap((element) => {
      const text = readConstant(context, element);
      return text === null ? [] : [{ text, element }];
    });
  };
  const last = (name: string) => constants(name).at(-1);

  return {
    text: (name) => last(name)?.text ?? null,
    texts: (name) => constants(name).map(({ text }) => text),
    color(name, fallback) {
      const value = last(name);
      return value === undefined ? fallback : toColor(value.text, value.element);
    },
    number(name, fallback, range) {
      const value = last(name);
      return value === undefined ? fallback : toNumber(value.text, value.element, range);
    },
    keyword(name, values, fallback) {
      const value = last(name);
      if (value === undefined) return fallback;
      const word = value.text.toLowerCase();
      const known = Object.hasOwn(values, word) ? values[word] : undefined;
      if (known !== undefined) return known;
      warn(context, value.element, `la valeur « ${value.text} » de ${name} est inconnue, « ${fallback} » s'applique`);
      return fallback;
    },
    dashes(name) {
      const value = last(name);
      if (value === undefined) return null;
      const lengths = value.text
        .split(/[\s,]+/)
        .map((part) => toNumber(part, value.element, { min: 0, max: MAX_PIXELS }));
      // An odd list is read twice (SVG 1.1 §11.4); without any length the line is solid.
      const even = lengths.length % 2 === 0 ? lengths : [...lengths, ...lengths];
      return even.some((length) => length > 0) ? even : null;
    },
    reportOthers() {
      for (const [name, elements] of found) {
        if (!asked.has(name)) for (const element of elements) warnUnsupported(context, element);
      }
    },
  };
}
