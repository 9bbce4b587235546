import { UnreadableFileError } from '../../ogc/unreadable.js';
import { parseSql, type ParsedSql, type SqlFault } from './parser.js';
import { checkStatements, type SqlRules } from './rules.js';
import { fillTemplate, type Placeholder, readTemplate } from './template.js';

/** SQL of a derivation (lifecycle §4.4). */

export interface ParsedDerivation {
  /** What the execution will have to give, in order of appearance: `params.multiply`, `inputs.1`. */
  readonly usedVariables: readonly string[];
}

/** Faults that are told. */
const MAX_FAULTS = 50;

const STATEMENTS: ReadonlySet<string> = new Set([
  'AlterSeqStmt',
  'AlterTableStmt',
  'CreateFunctionStmt',
  'CreateSeqStmt',
  'CreateStmt',
  'CreateTableAsStmt',
  'CreateTrigStmt',
  'DeleteStmt',
  'DropStmt',
  'IndexStmt',
  'InsertStmt',
  'RenameStmt',
  'ReturnStmt',
  'SelectStmt',
  'UpdateStmt',
  'ViewStmt',
]);

/** What surrounds a derivation. */
export interface DerivationScope {
  /** Schemas of the inputs. */
  readonly readable: ReadonlySet<string>;
  /** Functions of the output; those that the text creates are added. */
  readonly ownFunctions: Set<string>;
  readonly trustsUnknownFunctions: boolean;
}

/** Why a derivation, placeholders filled in, is refused. */
export function derivationFaults(parsed: ParsedSql, scope: DerivationScope): SqlFault[] {
  const rules: SqlRules = {
    statements: STATEMENTS,
    allowed:
      'CREATE TABLE, INDEX, FUNCTION, SEQUENCE, VIEW ou TRIGGER, ALTER TABLE ou SEQUENCE, DROP TABLE, INSERT, UPDATE, DELETE, SELECT',
    ...scope,
    rowTypes: true,
    subqueries: true,
    plainNames: false,
    cascades: true,
    isBody: false,
  };
  return checkStatements(parsed, rules);
}

/**
 * Reads a derivation when it arrives: its placeholders are known ones, its statements are among those allowed. What
 * parameters will put in it is not known yet: the filled text is looked at again when it is run.
 * @throws UnreadableFileError with a French sentence per fault, naming the line
 */
export function parseDerivation(template: string): ParsedDerivation {
  const { placeholders, faults } = readTemplate(template);
  faults.push(...statementFaults(template, placeholders));
  if (faults.length > 0) throw new UnreadableFileError(toSentences(faults));
  return { usedVariables: [...new Set(placeholders.map(({ variable }) => variable))] };
}

function statementFaults(template: string, placeholders: readonly Placeholder[]): SqlFault[] {
  // Other pairs of braces are faults of their own: they are not told twice.
  const parsed = parseWithStandIns(
    template.replaceAll(/\{\{(?!\s*(?:params|inputs)\.)[^{}]*\}\}/g, mask),
    placeholders,
  );
  if ('what' in parsed) return [parsed];
  if (parsed.statements.length === 0) return [{ line: 1, column: 1, what: 'aucune instruction' }];
  const readable = new Set(placeholders.filter(isInput).map((placeholder) => standIn(placeholder, false).trim()));
  return derivationFaults(parsed, { readable, ownFunctions: new Set(), trustsUnknownFunctions: true });
}

/**
 * Parses with something of the same length in every placeholder: a name, or a number where PostgreSQL wants one. Which
 * one is found by trying.
 */
function parseWithStandIns(template: string, placeholders: readonly Placeholder[]): ParsedSql | SqlFault {
  const numbers = new Set<Placeholder>();
  const parse = () =>
    parseSql(
      fillTemplate(template, placeholders, (placeholder) => standIn(placeholder, numbers.has(placeholder))).text,
    );
  const first = parse();
  for (let parsed = first; ; parsed = parse()) {
    if (!('what' in parsed)) return parsed;
    const { line, column } = parsed;
    const blamed = placeholders.findLast((placeholder) => {
      const place = placeIn(template, placeholder);
      return !isInput(placeholder) && (place.line < line || (place.line === line && place.column <= column));
    });
    if (blamed === undefined || numbers.has(blamed) || numbers.size >= MAX_TRIES) return first;
    numbers.add(blamed);
  }
}

const MAX_TRIES = 20;

const isInput = ({ variable }: Placeholder): boolean => variable.startsWith('inputs.');

function standIn({ variable, start, end }: Placeholder, isNumber: boolean): string {
  const length = end - start;
  if (isNumber) return '1'.repeat(Math.min(length, 4)).padEnd(length);
  const name = variable.replace('.', '_').slice(0, 60);
  return variable.startsWith('inputs.') ? `${name}_`.padEnd(length) : name.padEnd(length, '_');
}

const mask = (text: string): string => `x${'_'.repeat(text.length - 1)}`;

function placeIn(template: string, { start }: Placeholder): { line: number; column: number } {
  const before = template.slice(0, start);
  return { line: before.split('\n').length, column: start - before.lastIndexOf('\n') };
}

function toSentences(faults: readonly SqlFault[]): string[] {
  return faults
    .toSorted((one, other) => one.line - other.line || one.column - other.column)
    .slice(0, MAX_FAULTS)
    .map(({ line, what }) => `Dérivation SQL invalide, ligne ${line} : ${what}.`);
}
