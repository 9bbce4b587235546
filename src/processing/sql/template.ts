import { placeOf, type SqlFault } from './parser.js';

/** Templates of derivations (lifecycle §4.4): `{{ params.x }}` and `{{ inputs.n }}` are filled in at the execution. */

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const VARIABLE = /^(?:params\.[A-Za-z_]\w*|inputs\.[1-9]\d{0,3})$/;

/** A place that is filled in. */
export interface Placeholder {
  /** In the template: UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** `params.multiply`, `inputs.1`. */
  readonly variable: string;
}

/** The placeholders of a template, and what is wrong with others. */
export function readTemplate(template: string): { placeholders: Placeholder[]; faults: SqlFault[] } {
  const placeholders: Placeholder[] = [];
  const faults: SqlFault[] = [];
  const fault = (offset: number, what: string) => faults.push({ ...placeOf(template.slice(0, offset)), what });
  for (const { 0: written, 1: inside = '', index: start } of template.matchAll(PLACEHOLDER)) {
    const variable = inside.trim();
    if (VARIABLE.test(variable)) placeholders.push({ start, end: start + written.length, variable });
    else fault(start, `« ${written.slice(0, 60)} » n'est ni {{ params.nom }} ni {{ inputs.n }}`);
  }
  const unclosed = template.replaceAll(PLACEHOLDER, (placeholder) => ' '.repeat(placeholder.length)).indexOf('{{');
  if (unclosed !== -1) fault(unclosed, '« {{ » n’est pas fermé');
  return { placeholders, faults };
}

/** A template that was filled in. */
export interface FilledTemplate {
  readonly text: string;
  /** Where a place of the text comes from in the template: the start of the placeholder for what a value brought. */
  originOf(place: { readonly line: number; readonly column: number }): { line: number; column: number };
}

/** Puts values in their places, as they are. */
export function fillTemplate(
  template: string,
  placeholders: readonly Placeholder[],
  valueOf: (placeholder: Placeholder) => string,
): FilledTemplate {
  const pieces: { readonly from: number; readonly to: number; readonly end: number; readonly isValue: boolean }[] = [];
  let text = '';
  let at = 0;
  const add = (piece: string, from: number, isValue: boolean) => {
    pieces.push({ from, to: text.length, end: text.length + piece.length, isValue });
    text += piece;
  };
  for (const placeholder of placeholders) {
    add(template.slice(at, placeholder.start), at, false);
    add(valueOf(placeholder), placeholder.start, true);
    at = placeholder.end;
  }
  add(template.slice(at), at, false);
  return {
    text,
    originOf(place) {
      const offset = offsetOf(text, place);
      const piece = pieces.findLast(({ to, end }) => to <= offset && (offset < end || to === end)) ?? pieces.at(-1);
      const origin = piece === undefined ? offset : piece.from + (piece.isValue ? 0 : offset - piece.to);
      return placeOf(template.slice(0, origin));
    },
  };
}

/** Offset of a line and column, in UTF-16 units. */
function offsetOf(text: string, { line, column }: { readonly line: number; readonly column: number }): number {
  let start = 0;
  for (let passed = 1; passed < line; passed += 1) start = text.indexOf('\n', start) + 1;
  const characters = [...text.slice(start, start + 2 * column)].slice(0, column - 1);
  return start + characters.join('').length;
}
