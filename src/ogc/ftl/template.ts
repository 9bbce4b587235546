import { usedAttributes } from './attributes.js';
import { checkBlocks } from './blocks.js';
import { type Piece, readPieces } from './pieces.js';
import { FtlError, type Token } from './tokens.js';
import { UnreadableFileError } from '../unreadable.js';

/** FreeMarker templates of GetFeatureInfo (spec diffusion §5): what is checked when one is sent. */

export interface ParsedTemplate {
  /** Attributes whose value is shown or tested, in order of appearance. */
  readonly usedAttributes: readonly string[];
}

/** Built-ins that make objects, reach what is behind them, or run a text as a template. */
const FORBIDDEN_BUILT_INS = new Set(['new', 'api', 'eval', 'interpret']);
/** Directives and variables that read other files or templates. */
const FORBIDDEN_DIRECTIVES = new Set(['include', 'import', 'transform']);
const FORBIDDEN_VARIABLES = new Set(['get_optional_template', 'getOptionalTemplate']);

/** Strings in strings in strings… that hold interpolations. */
const MAX_DEPTH = 5;

/** Forbidden uses that are told. */
const MAX_FAULTS = 50;

/**
 * Reads a template: directives are known and balanced, expressions have their parentheses and strings closed, nothing
 * leaves the template.
 * @throws UnreadableFileError, in French: the first fault of syntax with its line, or every forbidden use
 */
export function parseTemplate(template: string): ParsedTemplate {
  if (template.trim() === '') throw new FtlError('le fichier est vide', 1);
  if (/^\s*\[#ftl/.test(template)) throw new FtlError('la syntaxe à crochets [#…] n’est pas prise en charge', 1);
  const pieces = readAllPieces(template);
  const faults = pieces.flatMap(forbiddenUses);
  if (faults.length > 0) {
    throw new UnreadableFileError([...new Set(faults.map((fault) => fault.message))].slice(0, MAX_FAULTS));
  }
  return { usedAttributes: usedAttributes(pieces) };
}

/** The pieces, and those of the interpolations that strings hold, each text balanced by itself. */
function readAllPieces(template: string, depth = 0): Piece[] {
  const pieces = readPieces(template);
  checkBlocks(pieces);
  return pieces.flatMap((piece) => [
    piece,
    ...piece.tokens.flatMap((token) => {
      if (token.kind !== 'string' || !/[$#]\{/.test(token.text)) return [];
      if (depth === MAX_DEPTH) throw new FtlError('des chaînes de caractères sont trop imbriquées', piece.line);
      return readAllPieces(token.text, depth + 1).map((inner) => ({ ...inner, line: piece.line }));
    }),
  ]);
}

function forbiddenUses(piece: Piece): FtlError[] {
  const directive = piece.kind === 'directive' && FORBIDDEN_DIRECTIVES.has(piece.name);
  return [
    ...(directive ? [new FtlError(`la directive <#${piece.name}> n'est pas autorisée`, piece.line)] : []),
    ...piece.tokens.flatMap((token, index) => forbiddenUse(token, piece.tokens[index - 1], piece.line)),
  ];
}

function forbiddenUse(token: Token, before: Token | undefined, line: number): FtlError[] {
  if (token.kind !== 'name' || before?.kind !== 'symbol') return [];
  if (before.text === '?' && FORBIDDEN_BUILT_INS.has(token.text)) {
    return [new FtlError(`la fonction ?${token.text} n'est pas autorisée`, line)];
  }
  if (before.text === '.' && FORBIDDEN_VARIABLES.has(token.text)) {
    return [new FtlError(`la variable .${token.text} n'est pas autorisée`, line)];
  }
  return [];
}
