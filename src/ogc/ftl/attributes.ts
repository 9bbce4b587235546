import type { Piece } from './pieces.js';
import type { Token } from './tokens.js';

/** What a feature has beside its attributes. */
const OWN_MEMBERS = new Set(['attributes', 'fid', 'typeName']);

/**
 * The attributes that a template reads of its features, in order of appearance: `feature.name.value` and
 * `feature["name"].value`, under whatever name a loop over `features` gives to the feature.
 */
export function usedAttributes(pieces: readonly Piece[]): string[] {
  const features = new Set(['feature', ...pieces.flatMap(loopVariable)]);
  const found = pieces.flatMap(({ tokens }) => tokens.flatMap((_, index) => attributeAt(tokens, index, features)));
  return [...new Set(found)];
}

/** `<#list features as f>` gives `f`, and so does `<#items as f>`, whose list is told elsewhere. */
function loopVariable(piece: Piece): string[] {
  if (piece.kind !== 'directive') return [];
  const texts = piece.tokens.map(({ text }) => text);
  const [first, second, third] = texts;
  if (piece.name === 'list' && first === 'features' && second === 'as' && third !== undefined) return [third];
  if (piece.name === 'items' && first === 'as' && second !== undefined) return [second];
  if (piece.name === 'foreach' && second === 'in' && third === 'features' && first !== undefined) return [first];
  return [];
}

function attributeAt(tokens: readonly Token[], index: number, features: ReadonlySet<string>): string[] {
  const [variable, mark, name] = tokens.slice(index, index + 3);
  if (variable?.kind !== 'name' || !features.has(variable.text) || name === undefined) return [];
  const before = tokens[index - 1];
  if (before?.kind === 'symbol' && /^[.?]$/.test(before.text)) return [];
  const inBrackets = mark?.text === '[' && name.kind !== 'name' && tokens[index + 3]?.text === ']';
  if (!inBrackets && !(mark?.text === '.' && name.kind === 'name')) return [];
  const rest = index + (inBrackets ? 4 : 3);
  const [dot, member] = [tokens[rest], tokens[rest + 1]];
  const isRead = dot?.text === '.' && (member?.text === 'value' || member?.text === 'rawValue');
  return isRead && !OWN_MEMBERS.has(name.text) ? [name.text] : [];
}
