import { readFile } from 'node:fs/promises';
import { derivationFaults } from '../../processing/sql/derivation.js';
import { parseSql, type SqlStatement } from '../../processing/sql/parser.js';
import { fillTemplate, type Placeholder, readTemplate } from '../../processing/sql/template.js';
import { DataFault } from '../../processing/data-fault.js';
import type { DbToDbInput } from './task.js';

/** The files of a derivation, filled in and allowed. */

/** One file. */
export interface DerivationScript {
  /** As the log names it. */
  readonly name: string;
  readonly statements: readonly SqlStatement[];
  /** Line and column in the producer's file of a character of a statement, counted from 1; 0: of its start. */
  readonly placeOf: (statement: SqlStatement, position: number) => { line: number; column: number };
  readonly lineAt: (line: number) => string;
}

/**
 * Reads the files of a derivation, in order: every placeholder gets its value, and what that makes is held to the rules
 * whole, so that a value gains nothing by being SQL.
 * @param ownFunctions those that the output has already
 * @throws DataFault with a line per fault, naming the file and the line
 */
export async function readScripts(
  input: Pick<DbToDbInput, 'derivations' | 'inputs' | 'params'>,
  ownFunctions: readonly string[],
): Promise<DerivationScript[]> {
  const faults: string[] = [];
  const scripts: DerivationScript[] = [];
  const scope = {
    readable: new Set(input.inputs.map(({ schema }) => schema)),
    ownFunctions: new Set(ownFunctions),
    trustsUnknownFunctions: false,
  };
  for (const { name, path } of input.derivations) {
    const template = await readFile(path, 'utf8');
    const { placeholders, faults: malformed } = readTemplate(template);
    const unknown = placeholders.filter((placeholder) => valueOf(input, placeholder) === undefined);
    for (const { start, variable } of unknown) {
      const line = template.slice(0, start).split('\n').length;
      faults.push(`« ${name} », ligne ${line} : la variable {{ ${variable} }} n'a pas de valeur`);
    }
    for (const { line, what } of malformed) faults.push(`« ${name} », ligne ${line} : ${what}`);
    if (unknown.length + malformed.length > 0) continue;
    const filled = fillTemplate(template, placeholders, (placeholder) => valueOf(input, placeholder) ?? '');
    const parsed = parseSql(filled.text);
    for (const fault of 'what' in parsed ? [parsed] : derivationFaults(parsed, scope)) {
      faults.push(`« ${name} », ligne ${filled.originOf(fault).line} : ${fault.what}`);
    }
    if ('what' in parsed) continue;
    scripts.push({
      name,
      statements: parsed.statements,
      placeOf: (statement, position) => filled.originOf(parsed.placeIn(statement, position)),
      lineAt: (line) => template.split('\n')[line - 1] ?? '',
    });
  }
  if (faults.length > 0) throw new DataFault(...faults);
  return scripts;
}

function valueOf(
  { inputs, params }: Pick<DbToDbInput, 'inputs' | 'params'>,
  { variable }: Placeholder,
): string | undefined {
  const [kind, name = ''] = variable.split('.');
  if (kind === 'inputs') return inputs[Number(name) - 1]?.schema;
  return Object.hasOwn(params, name) ? String(params[name]) : undefined;
}
