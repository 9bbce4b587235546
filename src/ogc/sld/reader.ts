import { parseFiniteNumber } from '../../geo/bbox.js';
import { UnreadableFileError } from '../unreadable.js';
import type { ReadElement } from '../xml.js';

/** Raised for a style that cannot be read; the sentence names line and reason. */
export class SldError extends UnreadableFileError {
  /** @param line line of the document, from 1 */
  constructor(
    readonly reason: string,
    readonly line: number,
  ) {
    super([`Style SLD invalide, ligne ${line} : ${reason}.`]);
    this.name = 'SldError';
  }
}

/** What is gathered while one style is read. */
export interface SldContext {
  /** French sentences, in document order. */
  readonly warnings: string[];
  /** Attributes that filters and labels name, in order of appearance. */
  readonly usedAttributes: Set<string>;
}

/** Reads one kind of child; `undefined` for elements that are known to change nothing on the map. */
export type ChildReaders = Readonly<Record<string, ((element: ReadElement) => void) | undefined>>;

/**
 * Hands every child to its reader, by local name. A child that has none is reported, so that nothing that could
 * change the map vanishes without a word.
 */
export function readChildren(context: SldContext, parent: ReadElement, readers: ChildReaders): void {
  for (const element of parent.children) {
    if (Object.hasOwn(readers, element.name)) readers[element.name]?.(element);
    else warnUnsupported(context, element);
  }
}

/** Reports an element that the renderer does not know. */
export function warnUnsupported(context: SldContext, element: ReadElement, consequence = 'élément ignoré'): void {
  const name = element.attributes['name'];
  const label = name === undefined ? element.name : `${element.name} name="${name}"`;
  warn(context, element, `${label} n'est pas pris en charge, ${consequence}`);
}

/** Adds a warning with its line. */
export function warn(context: SldContext, element: ReadElement, sentence: string): void {
  context.warnings.push(`Ligne ${element.line} : ${sentence}.`);
}

/** Trimmed text of an element, or `null` when there is none. */
export function readText(element: ReadElement): string | null {
  const text = element.text.trim();
  return text === '' ? null : text;
}

/**
 * The constant of a parameter value: plain text or one `Literal`. An expression (property, function, arithmetic) is
 * reported and gives `null`, as an empty value does: the default applies.
 */
export function readConstant(context: SldContext, element: ReadElement): string | null {
  const [first, ...others] = element.children;
  if (first === undefined) return readText(element);
  if (first.name === 'Literal' && others.length === 0 && first.children.length === 0) return readText(first);
  warn(
    context,
    first,
    `l'expression ${first.name} dans ${element.name} n'est pas prise en charge, la valeur par défaut s'applique`,
  );
  return null;
}

/** Bounds of a number, both included. */
export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
}

/**
 * Reads a decimal number, `fallback` when the value is empty or an expression.
 * @throws SldError when the text is no number or is out of range
 */
export function readNumber<Fallback>(
  context: SldContext,
  element: ReadElement,
  fallback: Fallback,
  range: NumberRange = {},
): number | Fallback {
  const text = readConstant(context, element);
  return text === null ? fallback : toNumber(text, element, range);
}

/** @throws SldError when the text is no finite number or is out of range */
export function toNumber(text: string, element: ReadElement, { min = -Infinity, max = Infinity }: NumberRange): number {
  const value = parseFiniteNumber(text);
  if (value === null) throw new SldError(`« ${text} » n'est pas un nombre (${nameOf(element)})`, element.line);
  if (value < min || value > max) {
    throw new SldError(`la valeur ${text} est hors des limites admises (${nameOf(element)})`, element.line);
  }
  return value;
}

/** Element name, with its `name` attribute when it is a styling parameter. */
export function nameOf(element: ReadElement): string {
  return element.attributes['name'] ?? element.name;
}
