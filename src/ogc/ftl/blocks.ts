import type { Piece, Tag } from './pieces.js';
import { FtlError } from './tokens.js';

/** Directives that open a block, which its closing tag must end. */
const BLOCKS: ReadonlySet<string> = new Set([
  'attempt',
  'autoesc',
  'compress',
  'escape',
  'foreach',
  'function',
  'if',
  'items',
  'list',
  'macro',
  'noautoesc',
  'noescape',
  'outputformat',
  'switch',
  'transform',
]);

/** Blocks when they have no `=`: `<#assign name>…</#assign>`. */
const CAPTURES: ReadonlySet<string> = new Set(['assign', 'global', 'local']);

/** Directives of one tag, with the blocks they must be in; none: anywhere. */
const SINGLE: Readonly<Record<string, readonly string[]>> = {
  break: [],
  case: ['switch'],
  continue: [],
  default: ['switch'],
  else: ['if', 'list'],
  elseif: ['if'],
  fallback: [],
  flush: [],
  ftl: [],
  import: [],
  include: [],
  lt: [],
  nested: [],
  nt: [],
  on: ['switch'],
  recover: ['attempt'],
  recurse: [],
  return: [],
  rt: [],
  setting: [],
  stop: [],
  t: [],
  visit: [],
};

/** Directives that mean nothing without an expression. */
const WITH_EXPRESSION: ReadonlySet<string> = new Set([
  ...['if', 'elseif', 'list', 'foreach', 'items', 'switch', 'case', 'on', 'macro', 'function', 'setting'],
  ...['assign', 'global', 'local', 'escape', 'outputformat'],
]);

/** Blocks in blocks. */
const MAX_DEPTH = 100;

/**
 * Checks that directives are known, have what they need, and that blocks close in order.
 * @throws FtlError for the first that does not
 */
export function checkBlocks(pieces: readonly Piece[]): void {
  const open: Tag[] = [];
  for (const piece of pieces) {
    if (piece.kind === 'interpolation') continue;
    if (piece.closing) close(open, piece);
    else if (opensBlock(piece, open)) open.push(piece);
    if (open.length > MAX_DEPTH) throw new FtlError('les balises sont trop imbriquées', piece.line);
  }
  const last = open.findLast((tag) => !isSep(tag));
  if (last !== undefined) throw new FtlError(`${write(last)} n'est pas fermée`, last.line);
}

/** Whether a tag opens a block. @throws FtlError for one that is unknown, misplaced, or lacks its expression */
function opensBlock(tag: Tag, open: readonly Tag[]): boolean {
  if (tag.kind === 'call') return !tag.selfClosing;
  const { name } = tag;
  if (WITH_EXPRESSION.has(name) && tag.tokens.length === 0) {
    throw new FtlError(`${write(tag)} n'a pas d'expression`, tag.line);
  }
  if (CAPTURES.has(name))
    return !tag.tokens.some(({ kind, text }) => kind === 'symbol' && /^(.?=|\+\+|--)$/.test(text));
  if (isSep(tag) || name === 'items') {
    if (!open.some((other) => other.name === 'list')) throw misplaced(tag, ['list']);
    return true;
  }
  if (BLOCKS.has(name)) return true;
  const within = Object.hasOwn(SINGLE, name) ? SINGLE[name] : undefined;
  if (within === undefined) throw new FtlError(`${write(tag)} est inconnue`, tag.line);
  const parent = open.findLast((other) => !isSep(other))?.name ?? '';
  if (within.length > 0 && !within.includes(parent)) throw misplaced(tag, within);
  return false;
}

/** Takes the block that a tag closes off the open ones; a `<#sep>` in it may stay open. */
function close(open: Tag[], tag: Tag): void {
  while (!isSep(tag) && open.length > 0 && isSep(open.at(-1))) open.pop();
  const opened = open.pop();
  if (opened === undefined) throw new FtlError(`${write(tag)} ne ferme rien`, tag.line);
  const isSame = opened.kind === tag.kind && (opened.name === tag.name || (tag.kind === 'call' && tag.name === ''));
  if (!isSame) {
    throw new FtlError(`${write(tag)} ferme ${write(opened)} (ligne ${opened.line})`, tag.line);
  }
}

const isSep = (tag: Tag | undefined) => tag?.kind === 'directive' && tag.name === 'sep';

function misplaced(tag: Tag, within: readonly string[]): FtlError {
  return new FtlError(`${write(tag)} n'est pas dans ${within.map((name) => `<#${name}>`).join(' ou ')}`, tag.line);
}

function write({ kind, name, closing }: Tag): string {
  return `la balise <${closing ? '/' : ''}${kind === 'directive' ? '#' : '@'}${name}>`;
}
