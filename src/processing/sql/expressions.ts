import { functionKind, isTypeAllowed } from './functions.js';
import { shorten } from './parser.js';
import type { Report, SqlRules } from './rules.js';
import { type Fields, fieldsIn, listIn, namesIn, textIn, unwrap, type Visit } from './tree.js';

/** Queries and the expressions in them: which nodes they may hold, and what is looked at in each. */

/** Nodes that need no look of their own. */
const PLAIN = [
  'A_ArrayExpr',
  'A_Const',
  'A_Indices',
  'A_Indirection',
  'A_Star',
  'Alias',
  'BitString',
  'BoolExpr',
  'Boolean',
  'BooleanTest',
  'CTECycleClause',
  'CTESearchClause',
  'CaseExpr',
  'CaseWhen',
  'CoalesceExpr',
  'CommonTableExpr',
  'Float',
  'GroupingFunc',
  'GroupingSet',
  'Integer',
  'JoinExpr',
  'List',
  'MinMaxExpr',
  'MultiAssignRef',
  'NamedArgExpr',
  'NullTest',
  'RangeFunction',
  'ResTarget',
  'RowExpr',
  'SetToDefault',
  'SortBy',
  'String',
  'WindowDef',
  'WithClause',
];

type Check = (fields: Fields, rules: SqlRules, report: Report) => void;

const CHECKS: Readonly<Record<string, Check>> = {
  A_Expr: ({ name }, _rules, report) => void checkSystemName(namesIn(name), "l'opérateur", report),
  CollateClause: ({ collname }, _rules, report) => void checkSystemName(namesIn(collname), 'la collation', report),
  ColumnRef({ fields }, _rules, report) {
    // A column of a table that is named with its schema: the table is refused already, and this would be unclear.
    if (listIn(fields).length > 3) report(`le nom ${namesIn(fields).join('.')} est trop long`);
  },
  FuncCall: checkCall,
  ParamRef(_fields, { isBody }, report) {
    if (!isBody) report("un paramètre ($1) n'est pas autorisé");
  },
  RangeSubselect: checkSubquery,
  RangeVar: checkRelation,
  SQLValueFunction({ op }, _rules, report) {
    if (!/^SVFOP_(CURRENT_|LOCAL)(DATE|TIME)/.test(textIn(op))) {
      const name = textIn(op).replace('SVFOP_', '').replace(/_N$/, '');
      report(`${name} n'est pas autorisé`);
    }
  },
  SelectStmt({ intoClause }, _rules, report) {
    if (intoClause !== undefined) report("SELECT INTO n'est pas autorisé");
  },
  SubLink: checkSubquery,
  TypeCast: checkCast,
  TypeName: checkType,
};

export const EXPRESSION_NODES: ReadonlySet<string> = new Set([...PLAIN, ...Object.keys(CHECKS)]);

/** Looks at one node of {@link EXPRESSION_NODES}. */
export function checkExpressionNode({ type, fields, parent }: Visit, rules: SqlRules, report: Report): void {
  // Those are looked at with the cast around them.
  if (type === 'TypeName' && parent === 'TypeCast') return;
  CHECKS[type]?.(fields, rules, report);
}

function checkSubquery(_fields: Fields, { subqueries }: SqlRules, report: Report): void {
  if (!subqueries) report("une requête dans l'expression n'est pas autorisée");
}

/** A name that PostgreSQL or PostGIS brings, with its schema or without. Returns whether it may be one. */
export function checkSystemName(names: readonly string[], what: string, report: Report): boolean {
  const schemas = names.slice(0, -1);
  const fits = schemas.length <= 1 && schemas.every(isSystemSchema);
  if (!fits) report(`${what} ${names.join('.')} n'est pas d'un schéma autorisé`);
  return fits;
}

const isSystemSchema = (name: string): boolean => name === 'pg_catalog' || name === 'public';

/** A table or view that is read. */
function checkRelation(fields: Fields, { readable }: SqlRules, report: Report): void {
  const schema = textIn(fields.schemaname);
  if (textIn(fields.catalogname) !== '' || (schema !== '' && !readable.has(schema))) {
    report(unknownSchema(schema));
  } else {
    checkOwnName(textIn(fields.relname), report, schema === '');
  }
}

const unknownSchema = (schema: string): string => `le schéma ${schema} n'est pas autorisé`;

/** Public views that tell of every schema, and the table of reference systems, which all share. */
const SHARED = ['geometry_columns', 'geography_columns', 'raster_columns', 'raster_overviews'];

/** A relation without schema: it must not be one that PostgreSQL finds elsewhere. */
export function checkOwnName(name: string, report: Report, isUnqualified = true): void {
  if (isUnqualified && (name.startsWith('pg_') || SHARED.includes(name))) {
    report(`la relation ${name} est réservée au système`);
  }
}

/** A table or sequence that is written: it is one of the output. */
export function checkTarget(relation: unknown, { readable }: SqlRules, report: Report): void {
  const fields = fieldsIn(relation);
  const schema = textIn(fields.schemaname);
  const name = textIn(fields.relname);
  if (readable.has(schema)) {
    report(`le schéma ${schema} ne peut qu'être lu : la donnée en sortie s'écrit sans nom de schéma`);
  } else if (schema !== '') report(unknownSchema(schema));
  else if (name === 'spatial_ref_sys') report(`la relation ${name} est réservée au système`);
  else checkOwnName(name, report);
  const persistence = textIn(fields.relpersistence);
  if (persistence === 't') report("une table ou vue temporaire n'est pas autorisée");
  if (persistence === 'u') report("une table UNLOGGED n'est pas autorisée");
}

function checkCall({ funcname, args }: Fields, rules: SqlRules, report: Report): void {
  const names = namesIn(funcname);
  const name = names.at(-1) ?? '';
  if (!checkSystemName(names, 'la fonction', report)) return;
  checkFunction(name, rules, report, names.length > 1);
  if (functionKind(name) !== 'byName') return;
  for (const argument of listIn(args).slice(0, name === 'setval' ? 1 : undefined)) checkReference(argument, report);
}

/** A function by its name. @param isQualified it is one of PostgreSQL or PostGIS */
export function checkFunction(name: string, rules: SqlRules, report: Report, isQualified = false): void {
  const kind = functionKind(name);
  if (kind === 'allowed' || kind === 'byName') return;
  const isOwn = rules.ownFunctions.has(name) || rules.trustsUnknownFunctions;
  if (kind === 'refused' || isQualified || !isOwn) report(`la fonction ${shorten(name)} n'est pas autorisée`);
}

/** The name of a sequence or table as a function takes it: a constant, without schema. */
function checkReference(argument: unknown, report: Report): void {
  const node = unwrap(argument);
  const inner = node?.type === 'TypeCast' ? unwrap(node.fields.arg) : node;
  const name = inner?.type === 'A_Const' ? textIn(fieldsIn(inner.fields.sval).sval) : '';
  if (!/^(?:[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|"[^".]+")$/.test(name) || /^"?pg_/i.test(name)) {
    report('une séquence ou une table se nomme par une constante, sans nom de schéma');
  }
}

function checkCast({ typeName, arg }: Fields, rules: SqlRules, report: Report): void {
  const type = fieldsIn(typeName);
  // Written by pg_dump: nextval('ma_sequence'::regclass).
  if (namesIn(type.names).at(-1) === 'regclass' && type.arrayBounds === undefined) checkReference(arg, report);
  else checkType(type, rules, report);
}

function checkType({ names, pct_type: isOfColumn }: Fields, { rowTypes }: SqlRules, report: Report): void {
  const parts = namesIn(names);
  if (isOfColumn === true) {
    if (parts.length > 2 || !rowTypes) report(`le type ${parts.join('.')}%TYPE n'est pas autorisé`);
    return;
  }
  const isSystem = parts.slice(0, -1).every(isSystemSchema);
  const rows = rowTypes && parts.length === 1;
  // "char", between quotes, is written so by the parser too.
  if (!isSystem || !isTypeAllowed(parts.at(-1) ?? '', { rows }))
    report(`le type ${parts.join('.')} n'est pas autorisé`);
}
