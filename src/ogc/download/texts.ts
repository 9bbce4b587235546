import type { Texts } from './model.js';

/** Languages that are tried when a text is not in the one asked for. */
const FALLBACKS = ['en', 'fr'];

/** A text in a language, else in another one; `null` when there is none at all. */
export function textIn(texts: Texts, language: string): string | null {
  const found = [language, ...FALLBACKS].find((candidate) => Object.hasOwn(texts, candidate));
  return (found === undefined ? Object.values(texts)[0] : texts[found]) ?? null;
}

/** The languages a text is in. */
export function languagesOf(texts: Texts): string[] {
  return Object.keys(texts).sort();
}
