import { sql, type SqlFragment } from '../../filter/fragment.js';
import type { PatternPart } from '../../filter/model.js';

/**
 * Full-text search by French stems. Texts are indexed twice, as written and without accents, and so are words looked for:
 * "foret" finds "forêts", and "forêt" does too.
 */

/** A word that records must hold; `isPrefix`: or one that begins with it. */
export interface SearchedWord {
  readonly text: string;
  readonly isPrefix: boolean;
}

/** Words of one search: those beyond are not looked at. */
const MAX_WORDS = 64;

/** The words of a text. */
export function wordsOfText(text: string): SearchedWord[] {
  return wordsOfPattern([{ text }]);
}

/** The words of a pattern: one that a wildcard follows may go on, whatever precedes it. */
export function wordsOfPattern(pattern: readonly PatternPart[]): SearchedWord[] {
  const words: SearchedWord[] = [];
  for (const [index, part] of pattern.entries()) {
    if (typeof part === 'string') continue;
    const goesOn = typeof pattern[index + 1] === 'string' && /\S$/.test(part.text);
    const texts = part.text.split(/\s+/).filter((text) => /[\p{L}\p{N}]/u.test(text));
    words.push(...texts.map((text, i) => ({ text, isPrefix: goesOn && i === texts.length - 1 })));
  }
  return words.slice(0, MAX_WORDS);
}

/** The `tsquery` of words that must all be there. */
export function wordsQuery(words: readonly SearchedWord[]): SqlFragment {
  const query = words.map(({ text, isPrefix }) => {
    const forms = [...new Set([text, withoutAccents(text)])];
    return `(${forms.map((form) => `${quote(form)}${isPrefix ? ':*' : ''}`).join(' | ')})`;
  });
  return sql`to_tsquery('french', ${query.join(' & ')})`;
}

/** A text without its accents; ligatures are left. */
export function withoutAccents(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .normalize('NFC');
}

/** A quoted operand of a `tsquery`: whatever it holds, it is one. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
