import { FilterError } from './model.js';

/** The words of CQL. */
export type Token =
  | { readonly type: 'word'; readonly text: string; readonly at: number }
  | {
      readonly type: 'name' | 'string' | 'number' | 'date' | 'operator' | 'mark';
      readonly text: string;
      readonly at: number;
    }
  | { readonly type: 'end'; readonly text: ''; readonly at: number };

const MAX_CQL_LENGTH = 1_000_000;

// Tried in this order at each place; `date` before `number`, else 2020-01-01 would be a subtraction.
const PATTERNS: readonly (readonly [Token['type'] | 'space', RegExp])[] = [
  ['space', /\s+/y],
  ['date', /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/y],
  ['number', /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}_])/uy],
  ['word', /[\p{L}_][\p{L}\p{N}_]*(?:[.:/][\p{L}_][\p{L}\p{N}_]*)*/uy],
  ['operator', /<>|!=|<=|>=|=|<|>/y],
  ['mark', /[(),;]/y],
];

/**
 * Cuts a CQL text into tokens. `string` and `name` (double-quoted) tokens come without quotes, doubled quotes undone.
 * @throws FilterError with the position of the first character that starts no token
 */
export function tokenize(text: string): Token[] {
  if (text.length > MAX_CQL_LENGTH)
    throw new FilterError('too-complex', `filter longer than ${MAX_CQL_LENGTH} characters`);
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const quote = text.charAt(at);
    if (quote === "'" || quote === '"') {
      const { content, next } = readQuoted(text, at, quote);
      tokens.push({ type: quote === "'" ? 'string' : 'name', text: content, at });
      at = next;
      continue;
    }
    const found = match(text, at);
    if (found === null) throw new FilterError('syntax', `Unexpected '${quote}' at position ${at + 1}`, at);
    if (found.type !== 'space') tokens.push({ type: found.type, text: found.text, at } as Token);
    at += found.text.length;
  }
  tokens.push({ type: 'end', text: '', at });
  return tokens;
}

function match(text: string, at: number): { type: Token['type'] | 'space'; text: string } | null {
  for (const [type, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) return { type, text: found[0] };
  }
  return null;
}

function readQuoted(text: string, start: number, quote: string): { content: string; next: number } {
  let content = '';
  let from = start + 1;
  for (;;) {
    const end = text.indexOf(quote, from);
    if (end === -1) throw new FilterError('syntax', `The quote at position ${start + 1} is never closed`, start);
    content += text.slice(from, end);
    if (text.charAt(end + 1) !== quote) return { content, next: end + 1 };
    content += quote;
    from = end + 2;
  }
}

/** Steps through tokens; errors name what was found and where. */
export class TokenCursor {
  private index = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  get current(): Token {
    return this.lookAhead(0);
  }

  /** The token that many places further; the last one is `end` and repeats. */
  lookAhead(distance: number): Token {
    return this.tokens[Math.min(this.index + distance, this.tokens.length - 1)] ?? { type: 'end', text: '', at: 0 };
  }

  step(count = 1): void {
    this.index += count;
  }

  /** @throws FilterError always */
  fail(message: string): never {
    const { text, type, at } = this.current;
    const found = type === 'end' ? 'the end' : `'${text}'`;
    throw new FilterError('syntax', `${message}, found ${found} at position ${at + 1}`, at);
  }

  /** Takes the current token if it is this mark. */
  take(mark: '(' | ')' | ',' | ';'): boolean {
    const taken = this.current.type === 'mark' && this.current.text === mark;
    if (taken) this.step();
    return taken;
  }

  /** Takes the current token, which must be this mark. @throws FilterError */
  expect(mark: '(' | ')' | ','): void {
    if (!this.take(mark)) this.fail(`'${mark}' is expected`);
  }

  /** Takes the current token if it is a number and returns its text. */
  takeNumber(): string | null {
    const { type, text } = this.current;
    if (type !== 'number') return null;
    this.step();
    return text;
  }

  /** Whether the current token is this word (given in capitals), whatever its case. */
  isWord(word: string): boolean {
    return this.current.type === 'word' && this.current.text.toUpperCase() === word;
  }

  /** Takes the current token if it is this word. */
  takeWord(word: string): boolean {
    const taken = this.isWord(word);
    if (taken) this.step();
    return taken;
  }
}
