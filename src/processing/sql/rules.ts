import { checkExpressionNode, EXPRESSION_NODES } from './expressions.js';
import { checkDefinitionNode, DEFINITION_NODES } from './definitions.js';
import { type ParsedSql, type SqlFault, type SqlStatement, TOO_DEEP } from './parser.js';
import { TooDeepError, type Visit, visits } from './tree.js';

/** What a kind of text may hold. */
export interface SqlRules {
  /** Kinds of statements, as PostgreSQL names them. */
  readonly statements: ReadonlySet<string>;
  /** French: those kinds, for who wrote another one. */
  readonly allowed: string;
  /** Schemas that may be read: every other name is one of the output, and has none. */
  readonly readable: ReadonlySet<string>;
  /** Functions of the producer's own: those of the output, and those that the text has created so far. */
  readonly ownFunctions: Set<string>;
  /** A function that is neither ours nor known is one of the output's: it is looked for when the text is run. */
  readonly trustsUnknownFunctions: boolean;
  /** Types of rows and of functions. */
  readonly rowTypes: boolean;
  /** Queries inside expressions. */
  readonly subqueries: boolean;
  /** Tables and columns have names that need no change (lifecycle §4.3). */
  readonly plainNames: boolean;
  /** What depends on a thing may be dropped with it. */
  readonly cascades: boolean;
  /** The text is in the body of a function: `$1` is a parameter. */
  readonly isBody: boolean;
}

/** Says what is wrong, at the place of the node by default. `what`: French, after "ligne n : ". */
export type Report = (what: string, at?: number) => void;

/** Faults beyond which no more statements are looked at. */
const MAX_FAULTS = 50;

/** The first faults of statements, in their order; none means that they may be run. */
export function checkStatements({ statements, place }: ParsedSql, rules: SqlRules): SqlFault[] {
  const faults: SqlFault[] = [];
  for (const statement of statements) {
    if (faults.length >= MAX_FAULTS) break;
    const before = faults.length;
    const report = (what: string, at: number) => {
      // The same fault at the same place is told once: a name may be met twice.
      const fault = { ...place(at), what };
      if (!faults.slice(before).some((other) => other.what === what && other.line === fault.line)) faults.push(fault);
    };
    checkStatement(statement, rules, report);
  }
  return faults;
}

function checkStatement(statement: SqlStatement, rules: SqlRules, report: (what: string, at: number) => void): void {
  const { type, fields, start } = statement;
  if (!rules.statements.has(type)) {
    report(`l'instruction ${nameOf(type, fields)} n'est pas autorisée (${rules.allowed})`, start);
    return;
  }
  try {
    for (const visit of visits(type, fields, start)) checkNode(visit, rules, report);
  } catch (error) {
    if (!(error instanceof TooDeepError)) throw error;
    report(TOO_DEEP, error.at);
  }
}

function checkNode(visit: Visit, rules: SqlRules, report: (what: string, at: number) => void): void {
  const here: Report = (what, at = visit.at) => report(what, at);
  const isStatement = visit.type.endsWith('Stmt') && visit.type !== 'SelectStmt';
  if (isStatement && !rules.statements.has(visit.type)) {
    here(`${nameOf(visit.type, visit.fields)} n'est pas autorisé ici`);
  } else if (EXPRESSION_NODES.has(visit.type)) checkExpressionNode(visit, rules, here);
  else if (DEFINITION_NODES.has(visit.type)) checkDefinitionNode(visit, rules, here);
  else here(`${nameOf(visit.type, visit.fields)} n'est pas autorisé`);
}

/** Names of statements and clauses, as they are written; others are made of PostgreSQL's own. */
const NAMES: Readonly<Record<string, string>> = {
  CopyStmt: 'COPY',
  DoStmt: 'DO',
  VariableSetStmt: 'SET',
  VariableShowStmt: 'SHOW',
  CreateRoleStmt: 'CREATE ROLE',
  CreateSchemaStmt: 'CREATE SCHEMA',
  CreateExtensionStmt: 'CREATE EXTENSION',
  CreateFunctionStmt: 'CREATE FUNCTION',
  CreateTableAsStmt: 'CREATE TABLE AS',
  CreateTrigStmt: 'CREATE TRIGGER',
  CreatedbStmt: 'CREATE DATABASE',
  CreatePLangStmt: 'CREATE LANGUAGE',
  CreateTableSpaceStmt: 'CREATE TABLESPACE',
  AlterOwnerStmt: 'ALTER … OWNER',
  AlterObjectSchemaStmt: 'ALTER … SET SCHEMA',
  GrantRoleStmt: 'GRANT',
  RuleStmt: 'CREATE RULE',
  ViewStmt: 'CREATE VIEW',
  DropdbStmt: 'DROP DATABASE',
  RenameStmt: 'ALTER … RENAME',
  LockingClause: 'le verrouillage des lignes (FOR UPDATE, FOR SHARE)',
  IntoClause: 'SELECT INTO',
  RangeTableSample: 'TABLESAMPLE',
  XmlExpr: "l'usage de XML",
  XmlSerialize: "l'usage de XML",
  RangeTableFunc: "l'usage de XML",
  SubLink: 'une requête dans une expression',
  ParamRef: 'un paramètre ($1)',
  CurrentOfExpr: 'WHERE CURRENT OF',
  '?ofTypename': 'OF',
  PartitionSpec: 'PARTITION BY',
  '?partbound': 'PARTITION OF',
  VacuumStmt: 'VACUUM ou ANALYZE',
  ClusterStmt: 'CLUSTER',
  TransactionStmt: 'de transaction (BEGIN, COMMIT, SAVEPOINT…)',
  DropStmt: 'DROP',
  CompositeTypeStmt: 'CREATE TYPE',
  DefineStmt: 'CREATE AGGREGATE, OPERATOR ou TYPE',
  GrantStmt: 'GRANT ou REVOKE',
};

function nameOf(type: string, fields: Visit['fields']): string {
  if (type === 'DropStmt' && typeof fields.removeType === 'string') {
    return `DROP ${fields.removeType.replace('OBJECT_', '').replaceAll('_', ' ')}`;
  }
  if (type === 'GrantStmt') return fields.is_grant === true ? 'GRANT' : 'REVOKE';
  const words = type.replace(/^\?/, '').replace(/(?:Stmt|Clause)$/, '');
  return NAMES[type] ?? words.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toUpperCase();
}
