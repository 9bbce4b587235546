import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { TSchema } from 'typebox';
import { Settings } from 'typebox/system';

/**
 * Validation of what clients send, by the schemas of the routes. A body must have the types of its schema; the text of
 * paths and queries is converted to them.
 */

/** Faults that a refusal tells at most: far beyond what a body written by hand has. TypeBox would stop at the eighth. */
const MAX_FAULTS = 500;

/**
 * What is a number in a query. TypeBox would read more: an empty text as 0, `true` as 1, hexadecimal digits, and for
 * an integer the whole part of any number.
 */
const NUMERALS: Readonly<Record<string, RegExp>> = {
  integer: /^\s*-?\d+\s*$/,
  number: /^\s*-?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i,
};

/** A text that no type of number takes. */
const NO_NUMBER = 'NaN';

Settings.Set({ maxErrors: MAX_FAULTS });

/** The validator compiler of the application. */
export const compileValidator: typeof TypeBoxValidatorCompiler = (route) => {
  const validate = TypeBoxValidatorCompiler(route);
  if (route.httpPart !== 'querystring') return validate;
  const numerals = numeralsOf(route.schema);
  return (query: Record<string, unknown>) => {
    const refused = numerals.filter(([name, numeral]) => {
      const value = query[name];
      return typeof value === 'string' && !numeral.test(value);
    });
    return validate({ ...query, ...Object.fromEntries(refused.map(([name]) => [name, NO_NUMBER])) });
  };
};

/** The parameters that are numbers, each with what it may look like. */
function numeralsOf(schema: TSchema): [string, RegExp][] {
  const { properties = {} } = schema as { properties?: Readonly<Record<string, { type?: string }>> };
  return Object.entries(properties).flatMap(([name, { type = '' }]) => {
    const numeral = NUMERALS[type];
    return numeral === undefined ? [] : [[name, numeral]];
  });
}
