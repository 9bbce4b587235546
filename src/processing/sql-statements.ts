/** One statement of an SQL text. */
export interface SqlStatement {
  /** Where it starts, after blanks and comments. */
  readonly offset: number;
  /** Its first words, in capitals, single spaces between them. */
  readonly words: string;
  /** French: what never ends in it. */
  readonly fault?: string;
}

/** Words kept of each statement: more than the longest `CREATE OR REPLACE …` needs. */
const WORDS = 8;

const PLAIN = /[^;'"$\-/\w\s]+/y;
const SPACE = /\s+/y;
const WORD = /[\w\u0080-\uffff][\w$\u0080-\uffff]*/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_]\w*)?\$/y;

/**
 * Splits SQL at the semicolons that end statements: not those of strings, quoted names, comments and dollar-quoted
 * bodies. Empty statements are left out.
 */
export function splitSql(text: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let offset = -1;
  let words: string[] = [];
  let onlyWords = true;
  const end = (fault?: string) => {
    if (offset !== -1) statements.push({ offset, words: words.join(' ').toUpperCase(), ...(fault && { fault }) });
    offset = -1;
    words = [];
    onlyWords = true;
  };
  for (let at = 0; at < text.length;) {
    const piece = readPiece(text, at);
    if (piece.kind === 'end') end();
    else if (piece.kind !== 'blank') {
      if (offset === -1) offset = at;
      onlyWords &&= piece.kind === 'word';
      if (onlyWords && words.length < WORDS) words.push(text.slice(at, piece.end));
    }
    if (piece.fault !== undefined) {
      if (offset === -1) offset = at;
      end(piece.fault);
      return statements;
    }
    at = piece.end;
  }
  end();
  return statements;
}

interface SqlPiece {
  readonly kind: 'blank' | 'word' | 'other' | 'end';
  readonly end: number;
  readonly fault?: string;
}

function readPiece(text: string, at: number): SqlPiece {
  const two = text.slice(at, at + 2);
  if (two === '--') return { kind: 'blank', end: indexAfter(text, '\n', at) ?? text.length };
  if (two === '/*') return readComment(text, at);
  if (text[at] === ';') return { kind: 'end', end: at + 1 };
  if (text[at] === "'") {
    const escapes = /[Ee]/.test(text[at - 1] ?? '') && !/\w/.test(text[at - 2] ?? '');
    return readQuoted(text, at, { quote: "'", escapes, fault: "une chaîne de caractères n'est pas fermée" });
  }
  if (text[at] === '"')
    return readQuoted(text, at, { quote: '"', escapes: false, fault: "un nom entre guillemets n'est pas fermé" });
  const tag = text[at] === '$' ? match(DOLLAR_TAG, text, at) : '';
  if (tag !== '') {
    const end = indexAfter(text, tag, at + tag.length);
    return end === undefined ? unclosed(text, `le texte ${tag} n'est pas fermé`) : { kind: 'other', end };
  }
  const blank = match(SPACE, text, at);
  if (blank !== '') return { kind: 'blank', end: at + blank.length };
  const word = match(WORD, text, at);
  if (word !== '') return { kind: 'word', end: at + word.length };
  return { kind: 'other', end: at + Math.max(1, match(PLAIN, text, at).length) };
}

/** A comment of several lines, which may hold others. */
function readComment(text: string, start: number): SqlPiece {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return { kind: 'blank', end: mark.lastIndex };
  }
  return unclosed(text, "un commentaire n'est pas fermé");
}

function readQuoted(
  text: string,
  start: number,
  { quote, escapes, fault }: { quote: string; escapes: boolean; fault: string },
): SqlPiece {
  for (let at = start + 1; at < text.length; at += 1) {
    if (escapes && text[at] === '\\') at += 1;
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return { kind: 'other', end: at + 1 };
      at += 1;
    }
  }
  return unclosed(text, fault);
}

function unclosed(text: string, fault: string): SqlPiece {
  return { kind: 'other', end: text.length, fault };
}

function indexAfter(text: string, mark: string, from: number): number | undefined {
  const found = text.indexOf(mark, from);
  return found === -1 ? undefined : found + mark.length;
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
