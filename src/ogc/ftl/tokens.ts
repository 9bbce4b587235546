import { UnreadableFileError } from '../unreadable.js';

/** Raised for a template that cannot be read; the sentence names line and reason. */
export class FtlError extends UnreadableFileError {
  /** @param line line of the template, from 1 */
  constructor(
    readonly reason: string,
    readonly line: number,
  ) {
    super([`Modèle FreeMarker invalide, ligne ${line} : ${reason}.`]);
    this.name = 'FtlError';
  }
}

/** A piece of an expression. `raw`: a string in which `${…}` means itself. */
export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'raw' | 'symbol';
  /** Content of a string, escapes read; the text of the rest. */
  readonly text: string;
}

/** An expression and where what follows it begins. */
export interface Expression {
  readonly tokens: readonly Token[];
  readonly end: number;
  /** The tag ends with `/>`. */
  readonly selfClosing: boolean;
}

const SPACE = /\s+/y;
const NAME = /(?:[\p{L}_$@]|\\[-.:])(?:[\p{L}\p{N}_$@]|\\[-.:])*/uy;
const NUMBER = /\d+(?:\.\d+)?/y;
const SYMBOL = /\?\?|->|\.\.[<*!]?|==|!=|<=|>=|&&|\|\||\+\+|--|[-+*/%]=|[-+*/%=<>!?.,:;&|()[\]{}]/y;

const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/**
 * Reads the expression of an interpolation (until `}`) or of a tag (until `>` or `/>`), in which parentheses, brackets,
 * braces and strings must close.
 * @param start offset of its first character
 * @param opened offset of what it belongs to, named when it never ends
 * @throws FtlError
 */
export function readExpression(
  text: string,
  start: number,
  { until, opened }: { until: '}' | '>'; opened: number },
): Expression {
  const tokens: Token[] = [];
  const awaited: string[] = [];
  let at = start;
  for (;;) {
    at = skip(SPACE, text, at);
    if (at >= text.length) {
      const what = until === '}' ? "l'interpolation" : 'la balise';
      throw new FtlError(`${what} n'est pas fermée`, lineAt(text, opened));
    }
    if (awaited.length === 0) {
      if (text[at] === until) return { tokens, end: at + 1, selfClosing: false };
      if (until === '>' && text.startsWith('/>', at)) return { tokens, end: at + 2, selfClosing: true };
    }
    const [token, end] = readToken(text, at);
    tokens.push(token);
    at = end;
    if (token.kind !== 'symbol') continue;
    const closer = CLOSERS[token.text];
    if (closer !== undefined) awaited.push(closer);
    else if (/^[)\]}]$/.test(token.text) && awaited.pop() !== token.text) {
      throw new FtlError(`« ${token.text} » ne ferme rien`, lineAt(text, at));
    }
  }
}

function readToken(text: string, at: number): [Token, number] {
  const isRaw = text[at] === 'r' && (text[at + 1] === '"' || text[at + 1] === "'");
  if (isRaw || text[at] === '"' || text[at] === "'") return readString(text, at, isRaw);
  for (const [kind, pattern] of [
    ['name', NAME],
    ['number', NUMBER],
    ['symbol', SYMBOL],
  ] as const) {
    const end = skip(pattern, text, at);
    if (end > at) return [{ kind, text: text.slice(at, end).replaceAll('\\', '') }, end];
  }
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  throw new FtlError(`caractère inattendu « ${character} » dans une expression`, lineAt(text, at));
}

function readString(text: string, start: number, isRaw: boolean): [Token, number] {
  const open = isRaw ? start + 1 : start;
  const quote = text[open];
  const pieces: string[] = [];
  let from = open + 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === quote) {
      pieces.push(text.slice(from, at));
      return [{ kind: isRaw ? 'raw' : 'string', text: pieces.join('') }, at + 1];
    }
    if (text[at] === '\\' && !isRaw) {
      pieces.push(text.slice(from, at));
      from = at + 1;
      at += 1;
    }
  }
  throw new FtlError("une chaîne de caractères n'est pas fermée", lineAt(text, start));
}

/** Where a pattern that starts at an offset ends; the offset itself when it does not match there. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
