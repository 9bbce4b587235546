/** The lexical units of PostgreSQL's SQL, for what its parser does not read itself: bodies in PL/pgSQL, templates. */

/** A unit; blanks and comments are none. Offsets are in UTF-16 units of the text. */
export interface Token {
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'other';
  readonly start: number;
  readonly end: number;
  /** As written; words in lower case. */
  readonly text: string;
}

/** PostgreSQL's own: it takes other blanks for letters, and ends a comment where a line does, as here. */
const SPACE = /[ \t\n\r\f]+/y;
const LINE_END = /[\n\r]/g;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /\d+(?:\.(?!\.)\d*)?(?:[eE][+-]?\d+)?/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const STRING = /(?:'[^']*')+/y;
const ESCAPED_STRING = /[eE](?:'(?:[^'\\]|\\[^])*')+/y;
const PREFIXED_STRING = /(?:[bBxXnN]|[uU]&)(?:'[^']*')+/y;
const NAME = /(?:[uU]&)?(?:"[^"]*")+/y;
const TWO = /:=|\.\.|::|<<|>>|=>/y;

/**
 * Cuts a text into tokens. What never ends (a string, a comment) is one token of kind `other` that takes the rest:
 * PostgreSQL's parser then says what is wrong.
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = skipBlanks(text, 0); at < text.length;) {
    const token = readToken(text, at);
    tokens.push(token);
    at = skipBlanks(text, token.end);
  }
  return tokens;
}

/** Offset of the first character that is neither blank nor in a comment. */
export function skipBlanks(text: string, from: number): number {
  let at = from;
  for (;;) {
    const space = match(SPACE, text, at);
    const two = text.slice(at + space, at + space + 2);
    if (two === '--') {
      LINE_END.lastIndex = at + space;
      const end = LINE_END.exec(text)?.index;
      if (end === undefined) return text.length;
      at = end;
    } else if (two === '/*') {
      const end = endOfComment(text, at + space);
      if (end === undefined) return at + space;
      at = end;
    } else return at + space;
  }
}

/** A comment of several lines may hold others. */
function endOfComment(text: string, start: number): number | undefined {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return undefined;
}

function readToken(text: string, start: number): Token {
  const make = (kind: Token['kind'], length: number): Token => {
    const written = text.slice(start, start + length);
    return { kind, start, end: start + length, text: kind === 'word' ? written.toLowerCase() : written };
  };
  for (const pattern of [ESCAPED_STRING, PREFIXED_STRING, STRING]) {
    const length = match(pattern, text, start);
    if (length > 0) return make('string', length);
  }
  const tag = match(DOLLAR_TAG, text, start);
  if (tag > 0) {
    const end = text.indexOf(text.slice(start, start + tag), start + tag);
    return end === -1 ? make('other', text.length - start) : make('string', end + tag - start);
  }
  const name = match(NAME, text, start);
  if (name > 0) return make('name', name);
  const word = match(WORD, text, start);
  if (word > 0) return make('word', word);
  const number = match(NUMBER, text, start);
  if (number > 0) return make('number', number);
  if (text[start] === "'" || text[start] === '"' || text.startsWith('/*', start)) {
    return make('other', text.length - start);
  }
  return make('other', match(TWO, text, start) || 1);
}

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
