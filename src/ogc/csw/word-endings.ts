import { sql, type SqlFragment } from '../../filter/fragment.js';
import { quoteLexeme, type SearchedWord, withoutAccents } from './full-text.js';

/**
 * Searches within words: "%graphi%" finds "hydrographique". Each word of a record is indexed as it is, after a mark, and
 * by its endings: what is in the middle of a word begins one of its endings, and PostgreSQL finds beginnings.
 */

/** Before a whole word: no word holds it. */
const WHOLE = '^';

/** Letters of the shortest ending. */
const MIN_ENDING = 3;

/** Letters of the longest word with endings; longer ones are no words. */
const MAX_WORD = 40;

/** Letters of the entries of one record: PostgreSQL holds a megabyte. */
const MAX_LETTERS = 300_000;

/** The entries of texts in the index. */
export function endingsOf(texts: readonly string[]): string[] {
  const entries = new Set<string>();
  let letters = 0;
  for (const word of new Set(texts.flatMap(plainWords))) {
    for (const entry of entriesOf(word)) {
      if (entries.has(entry)) continue;
      letters += entry.length;
      if (letters > MAX_LETTERS) return [...entries];
      entries.add(entry);
    }
  }
  return [...entries];
}

function entriesOf(word: string): string[] {
  if (word.length > MAX_WORD) return [];
  const endings = Array.from({ length: Math.max(0, word.length - MIN_ENDING + 1) }, (_, from) => word.slice(from));
  return [WHOLE + word, ...endings];
}

function plainWords(text: string): string[] {
  return (
    withoutAccents(text)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** The `tsquery` of the entries that a word with a wildcard beside it must have; `null` when there are none like it. */
export function endingsQuery({ text, isEnding, isPrefix }: SearchedWord): SqlFragment | null {
  const words = plainWords(text);
  const [first = ''] = words;
  if (first === '' || (isEnding && first.length < MIN_ENDING)) return null;
  if (words.some((word) => word.length > MAX_WORD)) return null;
  const lexemes = words.map((word, i) => {
    const entry = isEnding && i === 0 ? word : WHOLE + word;
    return `${quoteLexeme(entry)}${isPrefix && i === words.length - 1 ? ':*' : ''}`;
  });
  return sql`${lexemes.join(' & ')}::tsquery`;
}
