import { loadModule, parseSync } from 'libpg-query';
import { skipBlanks } from './lexer.js';
import type { Fields } from './tree.js';

/** PostgreSQL's own parser (that of version 15, compiled to WebAssembly): a text becomes statements. */

await loadModule();

/** Longest text that is read, bytes: its tree takes a hundred times as much memory. */
const MAX_BYTES = 2 * 1024 * 1024;

/** PostgreSQL's lexer reads a run of such signs again from each of them, comments in comments included. */
const RUN_OF_SIGNS = /[~!@#^&|`?+\-*/%<>=]{400}/;

/** A statement of a text. */
export interface SqlStatement {
  /** PostgreSQL's name of its kind: `SelectStmt`. */
  readonly type: string;
  readonly fields: Fields;
  /** Where it starts, after blanks and comments: bytes of UTF-8, as all places in trees. */
  readonly start: number;
  /** Where {@link text} starts, bytes. */
  readonly from: number;
  /** What PostgreSQL's parser read, to the byte, blanks and comments before it included, without the semicolon. */
  readonly text: string;
}

/** Why a text is refused. */
export interface SqlFault {
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** French, to be read after "ligne n : ". */
  readonly what: string;
}

/** A text that was parsed. */
export interface ParsedSql {
  readonly statements: readonly SqlStatement[];
  /** Line and column of a place of the tree. */
  readonly place: (byte: number) => Pick<SqlFault, 'line' | 'column'>;
  /** Line and column of a character of a statement's text, counted from 1 as PostgreSQL does; 0: of its start. */
  readonly placeIn: (statement: SqlStatement, position: number) => Pick<SqlFault, 'line' | 'column'>;
}

/**
 * Parses a text.
 * @returns its statements, or the fault for which PostgreSQL refuses all of it
 */
export function parseSql(text: string): ParsedSql | SqlFault {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    return { line: 1, column: 1, what: `le texte dépasse ${MAX_BYTES / 1024 ** 2} Mio` };
  }
  const zero = text.indexOf('\0');
  // It would end the text for the parser, and not for PostgreSQL.
  if (zero !== -1) return { ...placeOf(text.slice(0, zero)), what: 'caractère U+0000' };
  const run = text.search(RUN_OF_SIGNS);
  if (run !== -1) return { ...placeOf(text.slice(0, run)), what: 'une suite de signes est trop longue' };
  if (skipBlanks(text, 0) === text.length) return parsed(Buffer.alloc(0), []);
  const bytes = Buffer.from(text);
  try {
    const { stmts = [] } = parseSync(text) as { stmts?: RawStatement[] };
    return parsed(
      bytes,
      stmts.map((statement) => toStatement(bytes, statement)),
    );
  } catch (error) {
    return faultOf(text, error);
  }
}

function parsed(bytes: Buffer, statements: readonly SqlStatement[]): ParsedSql {
  const place = (byte: number) => placeOf(bytes.toString('utf8', 0, byte));
  return {
    statements,
    place,
    placeIn({ start, from, text }, position) {
      if (position === 0) return place(start);
      return place(from + Buffer.byteLength([...text].slice(0, position - 1).join('')));
    },
  };
}

interface RawStatement {
  readonly stmt?: Readonly<Record<string, Fields>>;
  readonly stmt_location?: number;
  readonly stmt_len?: number;
}

function toStatement(
  bytes: Buffer,
  { stmt = {}, stmt_location: from = 0, stmt_len: length }: RawStatement,
): SqlStatement {
  const [type = '', fields = {}] = Object.entries(stmt)[0] ?? [];
  const written = bytes.toString('utf8', from, length === undefined ? undefined : from + length);
  const blanks = skipBlanks(written, 0);
  return { type, fields, start: from + Buffer.byteLength(written.slice(0, blanks)), from, text: written };
}

/** Place just after a text. */
export function placeOf(before: string): Pick<SqlFault, 'line' | 'column'> {
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: [...before.slice(lineStart)].length + 1 };
}

function faultOf(text: string, error: unknown): SqlFault {
  if (error instanceof Error && 'sqlDetails' in error) {
    const { cursorPosition } = error.sqlDetails as { cursorPosition: number };
    const before = [...text.slice(0, 2 * cursorPosition)].slice(0, cursorPosition).join('');
    return { ...placeOf(before), what: frenchMessage(error.message) };
  }
  // The stack of the parser, or of the reading of its tree, is full.
  if (error instanceof RangeError || (error instanceof Error && error.name === 'RuntimeError')) {
    return { line: 1, column: 1, what: TOO_DEEP };
  }
  throw error;
}

/** What is said of a text that holds too much in itself. */
export const TOO_DEEP = 'le texte est trop imbriqué pour être lu';

const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/^syntax error at end of input$/, 'erreur de syntaxe : le texte est incomplet'],
  [/^syntax error at or near "([^]*)"$/, 'erreur de syntaxe près de « $1 »'],
  [/^unterminated quoted string/, "une chaîne de caractères n'est pas fermée"],
  [/^unterminated dollar-quoted string at or near "(\$[^$]*\$)/, "le texte $1 n'est pas fermé"],
  [/^unterminated quoted identifier/, "un nom entre guillemets n'est pas fermé"],
  [/^unterminated \/\* comment/, "un commentaire n'est pas fermé"],
  [/^zero-length delimited identifier/, 'un nom entre guillemets est vide'],
  [/^memory exhausted/, TOO_DEEP],
];

/** PostgreSQL's message, in French where it is a usual one. */
function frenchMessage(message: string): string {
  for (const [pattern, french] of MESSAGES) {
    const found = pattern.exec(message);
    if (found !== null) return french.replace('$1', () => shorten(found[1] ?? ''));
  }
  return `PostgreSQL refuse ce texte : ${shorten(message)}`;
}

/** The first line of a text, 60 characters at most. */
export function shorten(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line.length > 60 || line.length < text.trim().length ? `${line.slice(0, 60)}…` : line;
}
