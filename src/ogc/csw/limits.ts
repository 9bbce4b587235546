import { type Filter, FilterError, type Literal, type PatternPart } from '../../filter/model.js';
import { invalidParameter } from './exceptions.js';
import { MAX_WORDS, wordsOfPattern } from './full-text.js';
import { isAnyText } from './queryables.js';

/** How much one request may ask for: anybody may ask, and PostgreSQL works for all. */

/** Conditions of a search, values of lists included. */
const MAX_CONDITIONS = 1000;

/** Characters of a pattern, or of a text whose words are looked for. */
const MAX_PATTERN = 2000;

/** Names in a list: elements, sort keys, properties. */
const MAX_NAMES = 100;

/** @throws FilterError (`too-complex`) */
export function assertReasonable(filter: Filter): void {
  let conditions = 0;
  const count = (amount: number): void => {
    conditions += amount;
    if (conditions > MAX_CONDITIONS) throw tooComplex(`more than ${MAX_CONDITIONS} conditions`);
  };
  const visit = (each: Filter): void => {
    count(each.kind === 'in' ? each.values.length : each.kind === 'ids' ? each.ids.length : 1);
    if (each.kind === 'and' || each.kind === 'or') each.filters.forEach(visit);
    else if (each.kind === 'not') visit(each.filter);
    else if (each.kind === 'like') {
      assertLength(each.pattern.reduce((sum, part) => sum + lengthOf(part), 0));
      if (isAnyText(each.operand.name)) assertFewWords(each.pattern);
    } else if (each.kind === 'in' && isAnyText(each.operand.name)) each.values.forEach(assertSearchable);
    else if (each.kind === 'comparison') {
      const operands = [each.left, each.right];
      if (!operands.some((operand) => operand.kind === 'property' && isAnyText(operand.name))) return;
      for (const operand of operands) if (operand.kind === 'literal') assertSearchable(operand);
    }
  };
  visit(filter);
}

function lengthOf(part: PatternPart): number {
  return typeof part === 'string' ? 1 : part.text.length;
}

function assertSearchable({ text }: Literal): void {
  assertLength(text.length);
  assertFewWords([{ text }]);
}

function assertFewWords(pattern: readonly PatternPart[]): void {
  if (wordsOfPattern(pattern).length > MAX_WORDS) throw tooComplex(`more than ${MAX_WORDS} words are looked for`);
}

function assertLength(length: number): void {
  if (length > MAX_PATTERN) throw tooComplex(`a text of more than ${MAX_PATTERN} characters is looked for`);
}

function tooComplex(reason: string): FilterError {
  return new FilterError('too-complex', `The constraint is too complex: ${reason}`);
}

/** @throws OwsException */
export function assertFewNames(names: readonly unknown[], locator: string): void {
  if (names.length > MAX_NAMES) throw invalidParameter(locator, `At most ${MAX_NAMES} names can be listed`);
}
