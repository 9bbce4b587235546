import type { ReadElement } from '../xml.js';

/** Finding what a record says, by the local names of its elements: both standards share most of them. */

/**
 * The elements at a path from another one, in document order. Steps are joined by `/`, alternatives by `|`; `*` is any
 * element.
 */
export function elementsAt(from: ReadElement, path: string): ReadElement[] {
  let found: ReadElement[] = [from];
  for (const step of path.split('/')) {
    const names = step.split('|');
    found = found.flatMap(({ children }) =>
      step === '*' ? children : children.filter(({ name }) => names.includes(name)),
    );
  }
  return found;
}

/** Texts of all the elements at a path, each value once. */
export function textsAt(from: ReadElement, path: string): string[] {
  return distinct(elementsAt(from, path).flatMap((element) => cut(textOf(element), MAX_VALUE) ?? []));
}

/** The first text at a path. */
export function textAt(from: ReadElement, path: string): string | undefined {
  return cut(
    elementsAt(from, path)
      .map(textOf)
      .find((text) => text !== undefined),
    MAX_TEXT,
  );
}

/** Values of the codes at a path: attribute `codeListValue`, else the text. */
export function codesAt(from: ReadElement, path: string): string[] {
  return distinct(elementsAt(from, path).flatMap((code) => codeOf(code) ?? []));
}

function codeOf({ attributes, text }: ReadElement): string | undefined {
  const value = (attributes['codeListValue'] ?? '').trim() || text.trim();
  return value === '' ? undefined : cut(value, MAX_VALUE);
}

/** The value of an attribute, by its local name. */
export function attributeOf({ attributes }: ReadElement, name: string): string | undefined {
  const value = (attributes[name] ?? '').trim();
  return value === '' ? undefined : cut(value, MAX_VALUE);
}

const TEXTS = new Set(['CharacterString', 'Anchor', 'URL', 'LocalisedCharacterString']);

/** The text of an element, or of the CharacterString, Anchor or URL in it. */
function textOf({ children, text }: ReadElement): string | undefined {
  const written = (children.find(({ name }) => TEXTS.has(name))?.text ?? text).trim();
  return written === '' ? undefined : written;
}

/** Characters kept of one text: what is shown of a record stays light, whatever the record weighs. */
const MAX_TEXT = 20_000;

/** Characters kept of one value of a list. */
const MAX_VALUE = 2000;

/** Values kept of one list. */
const MAX_VALUES = 200;

function cut<T extends string | undefined>(text: T, length: number): T | string {
  return text !== undefined && text.length > length ? text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '') : text;
}

/** Each value once, in order, as many as are kept. */
export function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)].slice(0, MAX_VALUES);
}

/** As many values as are kept. */
export function firstOf<T>(values: readonly T[]): T[] {
  return values.slice(0, MAX_VALUES);
}

/** Leaves out what is not there: JSON has no `undefined`. */
export function present<T extends object>(values: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
