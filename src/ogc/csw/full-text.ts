import { sql, type SqlFragment } from '../../filter/fragment.js';
import type { PatternPart } from '../../filter/model.js';

/**
 * Full-text search by French stems. Texts are indexed twice, as written and without accents, and so are words looked for:
 * "foret" finds "forêts", and "forêt" does too.
 */

/** A word that records must hold. */
export interface SearchedWord {
  readonly text: string;
  /** Or a word that ends with it. */
  readonly isEnding: boolean;
  /** Or a word that begins with it; both: one that holds it. */
  readonly isPrefix: boolean;
}

/** Words of one search. */
export const MAX_WORDS = 64;

/** The words of a text. */
export function wordsOfText(text: string): SearchedWord[] {
  return wordsOfPattern([{ text }]);
}

/** The words of a pattern: one that a wildcard touches may go on there. */
export function wordsOfPattern(pattern: readonly PatternPart[]): SearchedWord[] {
  const words: SearchedWord[] = [];
  for (const [index, part] of pattern.entries()) {
    if (typeof part === 'string') continue;
    const isOpen = typeof pattern[index - 1] === 'string' && /^\S/.test(part.text);
    const goesOn = typeof pattern[index + 1] === 'string' && /\S$/.test(part.text);
    const texts = part.text.split(/\s+/).filter((text) => /[\p{L}\p{N}]/u.test(text));
    words.push(
      ...texts.map((text, i) => ({
        text,
        isEnding: isOpen && i === 0,
        isPrefix: goesOn && i === texts.length - 1,
      })),
    );
  }
  return words;
}

/** The `tsquery` of words that must all be there. */
export function wordsQuery(words: readonly SearchedWord[]): SqlFragment {
  return sql`to_tsquery('french', ${words.map(wordQuery).join(' & ')})`;
}

/** One that is joined of several, or all of these: "Île-de-France" is found in "île de France" too. */
function wordQuery({ text, isPrefix }: Omit<SearchedWord, 'isEnding'>): string {
  const joined = formsQuery(text, isPrefix);
  const parts = text.split(HYPHEN).filter((part) => part !== '');
  if (parts.length < 2) return joined;
  const apart = parts.map((part, i) => formsQuery(part, isPrefix && i === parts.length - 1));
  return `(${joined} | (${apart.join(' & ')}))`;
}

/** Between letters only: others are of codes and numbers. */
const HYPHEN = /(?<=\p{L})[-\u2010\u2011](?=\p{L})/u;

/** French words that say nothing and that PostgreSQL's list lacks: they are read as one that it has. */
const SAY_NOTHING = new Set(['les', 'à']);
const NOTHING = 'la';

function formsQuery(text: string, isPrefix: boolean): string {
  const forms = SAY_NOTHING.has(text.toLowerCase()) ? [NOTHING] : [...new Set([text, withoutAccents(text)])];
  return `(${forms.map((form) => `${quoteLexeme(form)}${isPrefix ? ':*' : ''}`).join(' | ')})`;
}

/** A text without its accents, ligatures undone. */
export function withoutAccents(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .normalize('NFC')
    .replace(/[œæŒÆ]/g, (ligature) => LIGATURES[ligature] ?? ligature);
}

const LIGATURES: Readonly<Record<string, string>> = { œ: 'oe', æ: 'ae', Œ: 'Oe', Æ: 'Ae' };

/** A quoted operand of a `tsquery`: whatever it holds, it is one. */
export function quoteLexeme(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
