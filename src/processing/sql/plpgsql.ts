import { type Token, tokensOf } from './lexer.js';

/**
 * Bodies of functions in PL/pgSQL: the SQL that they hold, taken out statement by statement. What is not understood
 * is a fault: a body is known whole or refused. Dynamic SQL and cursors are refused.
 */

/** SQL in a body. */
export interface Fragment {
  /** `expression`: what may follow SELECT. `type`: the type of a variable. */
  readonly kind: 'expression' | 'statement' | 'type';
  readonly text: string;
  /** Line in the body, from 1. */
  readonly line: number;
}

/** Raised with the French reason why a body is refused. */
export class BodyFault extends Error {
  constructor(
    message: string,
    readonly line: number,
  ) {
    super(message);
    this.name = 'BodyFault';
  }
}

/** The SQL of a body, in its order. @throws BodyFault */
export function fragmentsOf(body: string): Fragment[] {
  const reader = new BodyReader(body);
  reader.body();
  return reader.fragments;
}

const RAISE_LEVELS = ['debug', 'log', 'info', 'notice', 'warning', 'exception'];

/** Statements of PL/pgSQL that run what no one has read, and those of cursors. */
const REFUSED = ['execute', 'open', 'fetch', 'move', 'close', 'call', 'do', 'set', 'reset', 'commit', 'rollback'];

const MAX_DEPTH = 50;

class BodyReader {
  readonly fragments: Fragment[] = [];
  private readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;

  constructor(private readonly source: string) {
    this.tokens = tokensOf(source);
  }

  body(): void {
    this.block();
    if (this.takes(';') && this.current !== undefined) this.fail();
    if (this.current !== undefined) this.fail();
  }

  private get current(): Token | undefined {
    return this.tokens[this.at];
  }

  private is(...texts: string[]): boolean {
    const token = this.current;
    return token !== undefined && token.kind !== 'string' && token.kind !== 'name' && texts.includes(token.text);
  }

  private takes(...texts: string[]): boolean {
    if (!this.is(...texts)) return false;
    this.at += 1;
    return true;
  }

  private takesKind(kind: Token['kind']): boolean {
    if (this.current?.kind !== kind) return false;
    this.at += 1;
    return true;
  }

  private must(...texts: string[]): void {
    for (const text of texts) if (!this.takes(text)) this.fail();
  }

  private lineOf(token: Token | undefined): number {
    return this.source.slice(0, token?.start ?? this.source.length).split('\n').length;
  }

  private fail(message = "le corps PL/pgSQL n'est pas compris"): never {
    const token = this.current;
    const near = token === undefined ? 'à la fin' : `près de « ${token.text.slice(0, 60)} »`;
    throw new BodyFault(`${message} ${near}`, this.lineOf(token));
  }

  private identifier(): void {
    if (this.current?.kind !== 'word' && this.current?.kind !== 'name') this.fail();
    this.at += 1;
  }

  private label(): void {
    if (!this.takes('<<')) return;
    this.identifier();
    this.must('>>');
  }

  private block(): void {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) this.fail('le corps est trop imbriqué');
    this.label();
    if (this.takes('declare')) {
      while (!this.is('begin')) {
        if (!this.takes('declare')) this.declaration();
      }
    }
    this.must('begin');
    this.statements('end', 'exception');
    if (this.takes('exception')) {
      while (this.takes('when')) {
        do {
          if (!(this.takes('sqlstate') && this.takesKind('string'))) this.identifier();
        } while (this.takes('or'));
        this.must('then');
        this.statements('when', 'end');
      }
    }
    this.must('end');
    if (this.current !== undefined && !this.is(';')) this.identifier();
    this.depth -= 1;
  }

  private declaration(): void {
    this.identifier();
    if (this.takes('alias')) {
      this.must('for');
      if (!(this.takes('$') && this.takesKind('number'))) this.identifier();
      this.must(';');
      return;
    }
    if (this.is('cursor', 'no', 'scroll', 'refcursor')) this.fail("un curseur n'est pas autorisé");
    this.takes('constant');
    this.keep('type', 'not', 'default', ':=', '=', ';');
    if (this.takes('not')) this.must('null');
    if (this.takes('default', ':=', '=')) this.keep('expression', ';');
    this.must(';');
  }

  private statements(...ends: string[]): void {
    while (!this.is(...ends)) {
      if (this.current === undefined) this.fail();
      this.statement();
    }
  }

  private statement(): void {
    if (this.is('<<')) {
      this.label();
      if (!this.is('loop', 'while', 'for', 'foreach', 'begin', 'declare')) this.fail();
    }
    if (this.is('begin', 'declare')) {
      this.block();
      this.must(';');
    } else if (this.takes('if')) this.ifStatement();
    else if (this.takes('case')) this.caseStatement();
    else if (this.is('loop', 'while', 'for', 'foreach')) this.loop();
    else if (this.takes('exit', 'continue')) {
      if (!this.is('when', ';')) this.identifier();
      if (this.takes('when')) this.keep('expression', ';');
      this.must(';');
    } else if (this.takes('return')) this.returnStatement();
    else if (this.takes('raise')) this.raise();
    else if (this.takes('assert')) {
      this.expressions(';');
      this.must(';');
    } else if (this.takes('perform')) {
      this.keep('expression', ';');
      this.must(';');
    } else if (this.takes('get')) this.diagnostics();
    else if (this.takes('null')) this.must(';');
    else if (this.is(...REFUSED)) this.fail("l'instruction n'est pas autorisée dans une fonction");
    else if (this.isAssignment()) this.assignment();
    else this.sqlStatement();
  }

  private ifStatement(): void {
    do {
      this.keep('expression', 'then');
      this.must('then');
      this.statements('elsif', 'elseif', 'else', 'end');
    } while (this.takes('elsif', 'elseif'));
    if (this.takes('else')) this.statements('end');
    this.must('end', 'if', ';');
  }

  private caseStatement(): void {
    if (!this.is('when')) this.keep('expression', 'when');
    while (this.takes('when')) {
      this.expressions('then');
      this.must('then');
      this.statements('when', 'else', 'end');
    }
    if (this.takes('else')) this.statements('end');
    this.must('end', 'case', ';');
  }

  private loop(): void {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) this.fail('le corps est trop imbriqué');
    if (this.takes('while')) this.keep('expression', 'loop');
    else if (this.takes('foreach')) {
      this.targets();
      if (this.takes('slice')) this.at += 1;
      this.must('in', 'array');
      this.keep('expression', 'loop');
    } else if (this.takes('for')) {
      this.targets();
      this.must('in');
      if (this.is('execute')) this.fail("l'instruction n'est pas autorisée dans une fonction");
      if (this.takes('reverse') || this.find('..', 'loop') === '..') {
        this.keep('expression', '..');
        this.must('..');
        this.keep('expression', 'by', 'loop');
        if (this.takes('by')) this.keep('expression', 'loop');
      } else this.keep('statement', 'loop');
    }
    this.must('loop');
    this.statements('end');
    this.must('end', 'loop');
    if (!this.is(';')) this.identifier();
    this.must(';');
    this.depth -= 1;
  }

  private returnStatement(): void {
    if (this.takes('query')) {
      if (this.is('execute')) this.fail("l'instruction n'est pas autorisée dans une fonction");
      this.keep('statement', ';');
    } else {
      this.takes('next');
      if (!this.is(';')) this.keep('expression', ';');
    }
    this.must(';');
  }

  private raise(): void {
    this.takes(...RAISE_LEVELS);
    if (this.takesKind('string')) {
      if (this.takes(',')) this.expressions('using', ';');
    } else if (!this.is('using', ';')) {
      if (!(this.takes('sqlstate') && this.takesKind('string'))) this.identifier();
    }
    if (this.takes('using')) {
      do {
        this.identifier();
        if (!this.takes('=', ':=')) this.fail();
        this.keep('expression', ',', ';');
      } while (this.takes(','));
    }
    this.must(';');
  }

  private diagnostics(): void {
    this.takes('current', 'stacked');
    this.must('diagnostics');
    do {
      this.targets();
      if (!this.takes('=', ':=')) this.fail();
      this.identifier();
    } while (this.takes(','));
    this.must(';');
  }

  /** Whether `name[.name]… =` follows; its parts may have subscripts. */
  private isAssignment(): boolean {
    const from = this.at;
    if (this.current?.kind !== 'word' && this.current?.kind !== 'name') return false;
    this.at += 1;
    for (;;) {
      if (this.takes('.')) this.at += 1;
      else if (!this.is('[') || this.find(']') === undefined) break;
    }
    const found = this.is(':=', '=');
    this.at = from;
    return found;
  }

  private assignment(): void {
    this.keep('expression', ':=', '=');
    if (!this.takes(':=', '=')) this.fail();
    this.keep('expression', ';');
    this.must(';');
  }

  /** A statement of SQL, without the variables that it fills: `INTO [STRICT] a, b.c`. */
  private sqlStatement(): void {
    const from = this.at;
    const parts: string[] = [];
    let start = this.current?.start ?? 0;
    while (this.current !== undefined && !this.is(';')) {
      const isInsert = this.tokens[this.at - 1]?.text === 'insert' && this.at > from;
      if (this.is('into') && !isInsert && this.at > from) {
        parts.push(this.source.slice(start, this.current.start));
        this.at += 1;
        this.takes('strict');
        this.targets();
        start = this.current?.start ?? this.source.length;
      } else this.at += 1;
    }
    parts.push(this.source.slice(start, this.current?.start));
    this.fragments.push({ kind: 'statement', text: parts.join(' '), line: this.lineOf(this.tokens[from]) });
    this.must(';');
  }

  private targets(): void {
    do {
      this.identifier();
      while (this.takes('.')) this.identifier();
    } while (this.takes(','));
  }

  /** Expressions between commas. */
  private expressions(...ends: string[]): void {
    do this.keep('expression', ',', ...ends);
    while (this.takes(','));
  }

  /** The first of the marks outside parentheses; what is before it is passed over by {@link keep} only. */
  private find(...marks: string[]): string | undefined {
    const from = this.at;
    const found = this.skipTo(marks);
    if (found !== ']') this.at = from;
    else this.at += 1;
    return found;
  }

  private skipTo(marks: readonly string[]): string | undefined {
    let open = 0;
    if (this.is('[') && marks.includes(']')) this.at += 1;
    for (; this.current !== undefined; this.at += 1) {
      if (open === 0 && this.is(...marks)) return this.current.text;
      if (this.is('(', '[')) open += 1;
      else if (this.is(')', ']')) open -= 1;
      else if (this.is(';')) return undefined;
    }
    return undefined;
  }

  /** Takes the text up to one of the marks outside parentheses. */
  private keep(kind: Fragment['kind'], ...marks: string[]): void {
    const first = this.current;
    if (this.skipTo(marks) === undefined || first === undefined || first === this.current) this.fail();
    const text = this.source.slice(first.start, this.tokens[this.at - 1]?.end);
    this.fragments.push({ kind, text, line: this.lineOf(first) });
  }
}
