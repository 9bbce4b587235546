import { databaseName, nameFault } from '../names.js';
import { checkFunctionDefinition, checkTrigger } from './function-definitions.js';
import { checkOwnName, checkSystemName, checkTarget } from './expressions.js';
import type { Report, SqlRules } from './rules.js';
import { type Fields, fieldsIn, listIn, namesIn, textIn, type Visit } from './tree.js';

/** Statements that make, change and fill tables, views, indexes, sequences, and the nodes of their own. */

type Check = (fields: Fields, rules: SqlRules, report: Report, parent: string) => void;

/** What ALTER TABLE may do to a table. */
const TABLE_CHANGES: ReadonlySet<string> = new Set([
  'AT_AddColumn',
  'AT_AddConstraint',
  'AT_AddIdentity',
  'AT_AlterColumnType',
  'AT_AlterConstraint',
  'AT_ColumnDefault',
  'AT_DropColumn',
  'AT_DropConstraint',
  'AT_DropExpression',
  'AT_DropIdentity',
  'AT_DropNotNull',
  'AT_SetIdentity',
  'AT_SetNotNull',
  'AT_SetStatistics',
  'AT_ValidateConstraint',
]);

const RENAMED: ReadonlySet<string> = new Set([
  'OBJECT_COLUMN',
  'OBJECT_TABLE',
  'OBJECT_SEQUENCE',
  'OBJECT_TABCONSTRAINT',
]);

const SEQUENCE_OPTIONS = ['as', 'cache', 'cycle', 'increment', 'maxvalue', 'minvalue', 'owned_by', 'restart', 'start'];

/** Options by the node that they are in. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  AlterSeqStmt: SEQUENCE_OPTIONS,
  AlterTableCmd: SEQUENCE_OPTIONS,
  Constraint: SEQUENCE_OPTIONS,
  CreateSeqStmt: SEQUENCE_OPTIONS,
  List: SEQUENCE_OPTIONS,
  CreateFunctionStmt: ['as', 'cost', 'language', 'parallel', 'rows', 'security', 'strict', 'volatility'],
  IndexStmt: ['buffering', 'deduplicate_items', 'fastupdate', 'fillfactor', 'pages_per_range'],
  ViewStmt: ['check_option'],
};

const CHECKS: Readonly<Record<string, Check>> = {
  AlterSeqStmt: ({ sequence }, rules, report) => checkTarget(sequence, rules, report),
  AlterTableCmd({ subtype, behavior }, { cascades }, report) {
    if (!TABLE_CHANGES.has(textIn(subtype))) {
      const words = textIn(subtype)
        .replace('AT_', '')
        .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
        .toUpperCase();
      report(`la modification ${words} n'est pas autorisée`);
    }
    checkBehaviour(behavior, cascades, report);
  },
  AlterTableStmt({ relation, objtype }, rules, report) {
    checkTarget(relation, rules, report);
    if (objtype !== 'OBJECT_TABLE' && objtype !== 'OBJECT_SEQUENCE') {
      report(`l'instruction ALTER ${textIn(objtype).replace('OBJECT_', '')} n'est pas autorisée`);
    }
  },
  ColumnDef({ colname, compression, storage, fdwoptions }, rules, report) {
    checkPlainName(textIn(colname), rules, report);
    if (compression !== undefined || storage !== undefined || fdwoptions !== undefined) {
      report("une option de stockage de colonne n'est pas autorisée");
    }
  },
  Constraint({ pktable, indexspace }, rules, report) {
    if (pktable !== undefined) checkTarget(pktable, rules, report);
    if (indexspace !== undefined) report("TABLESPACE n'est pas autorisé");
  },
  CreateFunctionStmt: checkFunctionDefinition,
  CreateSeqStmt: ({ sequence }, rules, report) => checkTarget(sequence, rules, report),
  CreateStmt(fields, rules, report) {
    checkTarget(fields.relation, rules, report);
    checkPlainName(textIn(fieldsIn(fields.relation).relname), rules, report);
    checkStorage(fields, report);
    for (const parent of listIn(fields.inhRelations)) checkTarget(parent, rules, report);
  },
  CreateTableAsStmt({ objtype }, _rules, report) {
    if (objtype !== 'OBJECT_TABLE') report("l'instruction CREATE MATERIALIZED VIEW n'est pas autorisée");
  },
  CreateTrigStmt: checkTrigger,
  DefElem({ defname, defnamespace, arg }, _rules, report, parent) {
    const name = textIn(defname);
    if (defnamespace !== undefined || OPTIONS[parent]?.includes(name) !== true) {
      report(`l'option ${name.toUpperCase()} n'est pas autorisée`);
    }
    // "table.colonne", or NONE.
    if (name === 'owned_by' && namesIn(arg).length > 2) report('OWNED BY nomme une table sans nom de schéma');
  },
  DeleteStmt: ({ relation }, rules, report) => checkTarget(relation, rules, report),
  DropStmt({ removeType, objects, behavior }, rules, report) {
    if (removeType !== 'OBJECT_TABLE') {
      const kind = textIn(removeType).replace('OBJECT_', '').replaceAll('_', ' ');
      report(`l'instruction DROP ${kind} n'est pas autorisée`);
    }
    for (const object of listIn(objects)) {
      const names = namesIn(object);
      checkTarget({ schemaname: names.slice(0, -1).join('.'), relname: names.at(-1) }, rules, report);
    }
    checkBehaviour(behavior, rules.cascades, report);
  },
  FunctionParameter: () => undefined,
  IndexElem({ opclass, collation }, _rules, report) {
    checkSystemName(namesIn(opclass), "la classe d'opérateurs", report);
    checkSystemName(namesIn(collation), 'la collation', report);
  },
  IndexStmt({ relation, tableSpace, concurrent, idxname }, rules, report) {
    checkTarget(relation, rules, report);
    if (idxname !== undefined) checkPlainName(textIn(idxname), rules, report);
    if (tableSpace !== undefined) report("TABLESPACE n'est pas autorisé");
    if (concurrent === true) report("CONCURRENTLY n'est pas autorisé : tout se fait en une transaction");
  },
  InferClause: () => undefined,
  InsertStmt: ({ relation }, rules, report) => checkTarget(relation, rules, report),
  IntoClause(fields, rules, report) {
    checkTarget(fields.rel, rules, report);
    checkStorage(fields, report);
  },
  OnConflictClause: () => undefined,
  RenameStmt({ renameType, relationType, relation, newname }, rules, report) {
    checkTarget(relation, rules, report);
    if (relationType === 'OBJECT_TABLE' || renameType !== 'OBJECT_COLUMN')
      checkPlainName(textIn(newname), rules, report);
    if (
      !RENAMED.has(textIn(renameType)) ||
      (relationType !== undefined && relationType !== 'OBJECT_TABLE' && renameType === 'OBJECT_COLUMN')
    ) {
      report(
        "l'instruction ALTER … RENAME n'est autorisée que pour une table, ses colonnes et ses contraintes, et pour une séquence",
      );
    }
  },
  ReturnStmt: () => undefined,
  TableLikeClause: () => undefined,
  TriggerTransition: () => undefined,
  UpdateStmt: ({ relation }, rules, report) => checkTarget(relation, rules, report),
  ViewStmt({ view, aliases }, rules, report) {
    checkTarget(view, rules, report);
    checkPlainName(textIn(fieldsIn(view).relname), rules, report);
    for (const name of namesIn(aliases)) checkPlainName(name, rules, report);
  },
};

export const DEFINITION_NODES: ReadonlySet<string> = new Set(Object.keys(CHECKS));

/** Looks at one node of {@link DEFINITION_NODES}. */
export function checkDefinitionNode({ type, fields, parent }: Visit, rules: SqlRules, report: Report): void {
  CHECKS[type]?.(fields, rules, report, parent);
}

function checkBehaviour(behavior: unknown, cascades: boolean, report: Report): void {
  if (behavior === 'DROP_CASCADE' && !cascades) report("CASCADE n'est pas autorisé");
}

/** Clauses of a table that say where and how it is kept. */
function checkStorage(fields: Fields, report: Report): void {
  if (listIn(fields.options).length > 0) report("une option de stockage (WITH) n'est pas autorisée");
  if (fields.tablespacename !== undefined || fields.tableSpaceName !== undefined)
    report("TABLESPACE n'est pas autorisé");
  if (fields.accessMethod !== undefined) report("USING n'est pas autorisé");
  const commit = fields.oncommit ?? fields.onCommit;
  if (commit !== undefined && commit !== 'ONCOMMIT_NOOP') report("ON COMMIT n'est pas autorisé");
}

function checkPlainName(name: string, { plainNames }: SqlRules, report: Report): void {
  if (!plainNames || name === '') return;
  const fault = nameFault(name);
  if (fault !== null) report(`nom « ${name} » : ${fault}`);
  else if (name !== databaseName(name))
    report(`nom « ${name} » : écrire « ${databaseName(name)} », en minuscules et sans accent`);
  checkOwnName(name, report);
}
