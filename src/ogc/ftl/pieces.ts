import { FtlError, lineAt, readExpression, type Token } from './tokens.js';

/** What a template is made of beside its text. */
export type Piece = Interpolation | Tag;

interface Interpolation {
  readonly kind: 'interpolation';
  readonly tokens: readonly Token[];
  readonly line: number;
}

export interface Tag {
  /** `<#name …>`, or `<@name …>`, which calls a macro. */
  readonly kind: 'directive' | 'call';
  readonly name: string;
  /** `</#name>` */
  readonly closing: boolean;
  readonly selfClosing: boolean;
  readonly tokens: readonly Token[];
  readonly line: number;
}

const START = /<#--|<\/?[#@]|[$#]\{/g;
const TAG_NAME = /[A-Za-z_][\w.]*/y;

/**
 * The tags and interpolations of a template, in order; comments and `<#noparse>` blocks are text.
 * @throws FtlError for what never ends, and for malformed expressions
 */
export function readPieces(template: string): Piece[] {
  const pieces: Piece[] = [];
  const start = new RegExp(START);
  const lines = new LineCounter(template);
  for (let match = start.exec(template); match !== null; match = start.exec(template)) {
    const opened = match.index;
    const line = lines.at(opened);
    if (match[0] === '<#--') {
      start.lastIndex = after(template, '-->', opened, "le commentaire n'est pas fermé");
      continue;
    }
    if (match[0].endsWith('{')) {
      const { tokens, end } = readExpression(template, start.lastIndex, { until: '}', opened });
      if (tokens.length === 0) throw new FtlError("l'interpolation est vide", line);
      pieces.push({ kind: 'interpolation', tokens, line });
      start.lastIndex = end;
      continue;
    }
    const { tag, end } = readTag(template, match[0], { opened, line });
    start.lastIndex = end;
    if (tag.name !== 'noparse') pieces.push(tag);
    else start.lastIndex = after(template, '</#noparse>', opened, "la directive <#noparse> n'est pas fermée");
  }
  return pieces;
}

function readTag(
  template: string,
  mark: string,
  { opened, line }: { opened: number; line: number },
): { tag: Tag; end: number } {
  const from = opened + mark.length;
  TAG_NAME.lastIndex = from;
  const name = TAG_NAME.exec(template)?.[0] ?? '';
  const closing = mark.startsWith('</');
  const kind = mark.endsWith('#') ? 'directive' : 'call';
  if (name === '' && !(kind === 'call' && closing)) throw new FtlError(`une balise ${mark} n'a pas de nom`, line);
  const { tokens, selfClosing, end } = readExpression(template, from + name.length, { until: '>', opened });
  return { tag: { kind, name, closing, selfClosing, tokens, line }, end };
}

/** The offset after the next occurrence of a mark. @throws FtlError with the reason when there is none */
function after(template: string, mark: string, opened: number, reason: string): number {
  const found = template.indexOf(mark, opened);
  if (found === -1) throw new FtlError(reason, lineAt(template, opened));
  return found + mark.length;
}

/** Lines of growing offsets, each character counted once. */
class LineCounter {
  private offset = 0;
  private line = 1;

  constructor(private readonly text: string) {}

  at(offset: number): number {
    for (; this.offset < offset; this.offset += 1) if (this.text[this.offset] === '\n') this.line += 1;
    return this.line;
  }
}
