import type { SqlFragment, SqlValue } from '../filter/fragment.js';

/**
 * SQL for Mapnik, which takes one text without parameters and replaces `!name!` tokens anywhere in it, quoted or not.
 * So everything that is not ours is written with Unicode escapes (PostgreSQL §4.1.2.2 and §4.1.2.3), which leave
 * neither quotes nor exclamation marks.
 */

/** Quoted identifiers and quoted strings in trusted text. */
const QUOTED = /"((?:[^"]|"")*)"|'((?:[^']|'')*)'/g;

/** Writes a fragment with its values as literals, its identifiers and strings escaped. */
export function mapnikSql({ strings, values }: SqlFragment): string {
  return strings.map((text, i) => (i === 0 ? '' : literal(values[i - 1] ?? '')) + escapeQuoted(text)).join('');
}

function escapeQuoted(text: string): string {
  return text.replace(QUOTED, (_quoted, identifier?: string, string?: string) =>
    identifier === undefined ? literal((string ?? '').replaceAll("''", "'")) : name(identifier.replaceAll('""', '"')),
  );
}

function name(identifier: string): string {
  return /^\w+$/.test(identifier) ? `"${identifier}"` : ` U&"${escapeUnicode(identifier)}"`;
}

/** A number in parentheses, or a text of unknown type, which takes its type from what it meets. */
function literal(value: SqlValue): string {
  if (typeof value === 'number') return `(${value})`;
  return /^[\w ]*$/.test(value) ? ` '${value}'` : ` U&'${escapeUnicode(value)}'`;
}

function escapeUnicode(text: string): string {
  let escaped = '';
  for (const character of text) {
    if (/[\w ]/.test(character)) escaped += character;
    else escaped += `\\+${(character.codePointAt(0) ?? 0).toString(16).padStart(6, '0')}`;
  }
  return escaped;
}
