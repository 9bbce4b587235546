import { parseSql } from './parser.js';
import { checkStatements, type SqlRules } from './rules.js';
import { type Fields, fieldsIn, listIn, namesIn, unwrap, visits } from './tree.js';

/** Conditions that a producer writes in PostgreSQL's SQL: the `filter` of vector tiles (lifecycle §4.9). */

/** A condition on the columns of one table. */
export interface FilterExpression {
  /** SQL of the condition between parentheses. */
  readonly sql: string;
  /** Columns it names, in order of appearance, each once. */
  readonly columns: readonly string[];
}

/** Raised with the French reason why a text is no condition, to be read after "filtre invalide : ". */
export class FilterExpressionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FilterExpressionError';
  }
}

const MAX_CHARACTERS = 10_000;

const RULES: SqlRules = {
  statements: new Set(['SelectStmt']),
  allowed: 'une condition',
  readable: new Set(),
  ownFunctions: new Set(),
  trustsUnknownFunctions: false,
  rowTypes: false,
  subqueries: false,
  plainNames: false,
  cascades: false,
  isBody: false,
};

const BEFORE = 'SELECT 1 FROM t WHERE ';

/**
 * Reads a condition: columns, constants, operators, casts and functions that only compute; no sub-query, no
 * aggregate, nothing after it.
 * @throws FilterExpressionError
 */
export function parseFilterExpression(text: string): FilterExpression {
  if (text.length > MAX_CHARACTERS) throw new FilterExpressionError(`plus de ${MAX_CHARACTERS} caractères`);
  if (text.trim() === '') throw new FilterExpressionError('la condition est vide');
  // Alone, so that its parentheses are its own; then between ours, so that it ends where we think: a comment or a
  // semicolon at its end would hide what follows.
  parseCondition(text);
  const sql = `(${text}\n)`;
  const condition = parseCondition(sql);
  return { sql, columns: columnsOf(condition.type, condition.fields) };
}

function parseCondition(text: string): { type: string; fields: Fields } {
  const parsed = parseSql(`${BEFORE}${text}`);
  if ('what' in parsed) throw new FilterExpressionError(parsed.what);
  const [statement, ...others] = parsed.statements;
  if (statement === undefined || others.length > 0) throw new FilterExpressionError('une seule condition est attendue');
  const faults = checkStatements(parsed, RULES);
  if (faults.length > 0) throw new FilterExpressionError(faults.map(({ what }) => what).join(' ; '));
  const { whereClause, ...rest } = statement.fields;
  const condition = unwrap(whereClause);
  if (condition === undefined || JSON.stringify(rest) !== EMPTY) {
    throw new FilterExpressionError('une condition est attendue, et rien après');
  }
  return condition;
}

/** What the statement is without its condition. */
const EMPTY = ((): string => {
  const parsed = parseSql(`${BEFORE}true`);
  if ('what' in parsed) throw new Error(parsed.what);
  const { whereClause: _, ...rest } = parsed.statements[0]?.fields ?? {};
  return JSON.stringify(rest);
})();

function columnsOf(type: string, fields: Fields): string[] {
  const columns = new Set<string>();
  for (const visit of visits(type, fields, 0)) {
    if (visit.type === 'FuncCall') checkPlainCall(visit.fields);
    if (visit.type !== 'ColumnRef') continue;
    const names = namesIn(visit.fields.fields);
    if (names.length !== 1 || unwrap(listIn(visit.fields.fields)[0])?.type !== 'String') {
      throw new FilterExpressionError(`« ${names.join('.')} » : une colonne se nomme sans sa table`);
    }
    columns.add(names[0] ?? '');
  }
  return [...columns];
}

/** Aggregates and windows look at other rows than the one that is filtered; so do functions that make rows. */
const OF_ROWS =
  /^(count|sum|avg|min|max|(array|string|json|jsonb|json_object|jsonb_object|range|range_intersect|xml)_?agg|bool_and|bool_or|every|bit_(and|or|xor)|any_value|generate_series|generate_subscripts|unnest|st_(union|collect|extent|3dextent|makeline|memunion|polygonize|asmvt|asgeobuf|asflatgeobuf|clusterintersecting|clusterwithin|dump.*|subdivide|squaregrid|hexagongrid)|nextval|setval|currval|lastval|setseed|regexp_split_to_table|string_to_table|regexp_matches|json.*_(each|array_elements|object_keys|populate_recordset|to_recordset).*)$/;

function checkPlainCall({ funcname, over, agg_star: star, agg_within_group: group }: Fields): void {
  const name = namesIn(funcname).at(-1) ?? '';
  const isOneRow = !OF_ROWS.test(name) || name === 'st_collect' || name === 'st_union' || name === 'st_makeline';
  if (!isOneRow || star === true || group === true || Object.keys(fieldsIn(over)).length > 0) {
    throw new FilterExpressionError(`la fonction ${name} n'est pas autorisée dans une condition`);
  }
}
