/**
 * SQL in pieces: trusted text and values kept apart until the very end, when they become either a parameterised
 * query or, for COPY (which takes no parameters), one text with quoted literals. Values never touch the text before.
 */

/** A value in SQL. Numbers are finite. */
export type SqlValue = string | number;

/** Trusted texts with one value between each two of them. */
export interface SqlFragment {
  readonly strings: readonly string[];
  readonly values: readonly SqlValue[];
}

/** Raised for a value that PostgreSQL cannot hold: a NUL character, or a number that is not finite. */
export class SqlValueError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SqlValueError';
  }
}

/** Builds a fragment: text comes from the program, what is interpolated is a value or another fragment. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (SqlFragment | SqlValue)[]): SqlFragment {
  const texts = [strings[0] ?? ''];
  const values: SqlValue[] = [];
  for (const [i, part] of parts.entries()) {
    append({ strings: texts, values }, isFragment(part) ? part : value(part));
    texts[texts.length - 1] += strings[i + 1] ?? '';
  }
  return { strings: texts, values };
}

/** Text of our own, without values. Never pass anything a client wrote. */
export function raw(text: string): SqlFragment {
  return { strings: [text], values: [] };
}

/** One value. @throws SqlValueError */
export function value(content: SqlValue): SqlFragment {
  if (typeof content === 'number' && !Number.isFinite(content)) throw new SqlValueError('a number must be finite');
  if (typeof content === 'string' && content.includes('\0'))
    throw new SqlValueError('a text cannot hold the NUL character');
  return { strings: ['', ''], values: [content] };
}

/** A quoted identifier. @throws SqlValueError for an empty one or one with NUL */
export function identifier(name: string): SqlFragment {
  if (name === '' || name.includes('\0')) throw new SqlValueError('not an identifier');
  return raw(`"${name.replaceAll('"', '""')}"`);
}

/** Fragments one after the other, with trusted text between them. */
export function join(fragments: readonly SqlFragment[], separator: string): SqlFragment {
  const made = { strings: [''], values: [] };
  for (const [i, fragment] of fragments.entries()) {
    if (i > 0) append(made, raw(separator));
    append(made, fragment);
  }
  return made;
}

/** `{ text, values }` for `pg`: values become `$1`, `$2`… */
export function toQuery({ strings, values }: SqlFragment): { text: string; values: SqlValue[] } {
  const text = strings.map((part, i) => (i === 0 ? part : `$${i}${part}`)).join('');
  return { text, values: [...values] };
}

/**
 * The same SQL with its values as literals, for COPY. The only place where a client's value becomes SQL text.
 *
 * Texts are quoted as `quote_literal()` does: quotes doubled, and an escape string when there is a backslash, so that
 * the result does not depend on `standard_conforming_strings`. Numbers are in parentheses, so that a sign cannot form
 * a comment with what precedes.
 */
export function inline({ strings, values }: SqlFragment): string {
  return strings.map((part, i) => (i === 0 ? part : `${literal(values[i - 1] ?? '')}${part}`)).join('');
}

function literal(content: SqlValue): string {
  if (typeof content === 'number') return `(${content})`;
  const quoted = `'${content.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return content.includes('\\') ? ` E${quoted}` : quoted;
}

function isFragment(part: SqlFragment | SqlValue): part is SqlFragment {
  return typeof part === 'object';
}

/** Puts a fragment behind the one that is being made. */
function append(made: { strings: string[]; values: SqlValue[] }, { strings, values }: SqlFragment): void {
  made.strings[made.strings.length - 1] += strings[0] ?? '';
  for (let i = 1; i < strings.length; i += 1) made.strings.push(strings[i] ?? '');
  made.values.push(...values);
}
