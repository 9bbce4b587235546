import { parseSql, type SqlFault } from './parser.js';
import { checkStatements, type SqlRules } from './rules.js';

/** Files `.sql` of a vector upload (lifecycle §3): they make tables without rows, views, indexes and sequences. */

const STATEMENTS = [
  'CreateStmt',
  'ViewStmt',
  'IndexStmt',
  'CreateSeqStmt',
  'AlterTableStmt',
  'AlterSeqStmt',
  'RenameStmt',
];

/**
 * Why a delivered SQL text is refused, in the order of the text; none means that it may be integrated: every statement
 * only defines, names no schema and calls no function of the producer's own.
 */
export function checkDeliveredSql(text: string): SqlFault[] {
  const parsed = parseSql(text);
  if ('what' in parsed) return [parsed];
  if (parsed.statements.length === 0) return [{ line: 1, column: 1, what: 'aucune instruction' }];
  return checkStatements(parsed, rules());
}

const rules = (): SqlRules => ({
  statements: new Set(STATEMENTS),
  allowed: 'CREATE TABLE, VIEW, INDEX ou SEQUENCE, ALTER TABLE ou SEQUENCE',
  readable: new Set(),
  ownFunctions: new Set(),
  trustsUnknownFunctions: false,
  rowTypes: false,
  subqueries: true,
  plainNames: true,
  cascades: false,
  isBody: false,
});
