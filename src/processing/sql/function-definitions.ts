import { checkFunction, checkOwnName, checkTarget } from './expressions.js';
import { parseSql } from './parser.js';
import { BodyFault, type Fragment, fragmentsOf } from './plpgsql.js';
import { checkStatements, type Report, type SqlRules } from './rules.js';
import { type Fields, fieldsIn, listIn, namesIn, textIn } from './tree.js';

/** CREATE FUNCTION and CREATE TRIGGER: languages and options, and the SQL of bodies, held to the same rules. */

const BODY_STATEMENTS: ReadonlySet<string> = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt']);

export function checkFunctionDefinition(fields: Fields, rules: SqlRules, report: Report): void {
  const names = namesIn(fields.funcname);
  const name = names.at(-1) ?? '';
  if (names.length > 1) report(`la fonction ${names.join('.')} ne peut pas être modifiée : seule la donnée en sortie`);
  if (fields.is_procedure === true) report("l'instruction CREATE PROCEDURE n'est pas autorisée");
  checkOwnName(name, report);
  rules.ownFunctions.add(name);
  const option = (wanted: string) =>
    listIn(fields.options)
      .map(fieldsIn)
      .find(({ defname }) => defname === wanted)?.arg;
  if (fieldsIn(option('security')).boolval === true) report("SECURITY DEFINER n'est pas autorisé");
  const language = textIn(fieldsIn(option('language')).sval) || 'sql';
  const texts = namesIn(option('as'));
  if (language !== 'sql' && language !== 'plpgsql') {
    report(`le langage ${language} n'est pas autorisé (sql ou plpgsql)`);
  } else if (texts.length > 1) {
    report('une fonction ne se charge pas depuis un fichier');
  } else if (texts[0] !== undefined) {
    const inBody: Report = (what) => report(`fonction ${name}, ${what}`);
    if (language === 'sql') checkSqlBody(texts[0], rules, inBody);
    else checkPlPgSqlBody(texts[0], rules, inBody);
  }
}

const bodyRules = (rules: SqlRules): SqlRules => ({
  ...rules,
  statements: BODY_STATEMENTS,
  allowed: 'SELECT, INSERT, UPDATE ou DELETE dans une fonction',
  isBody: true,
});

function checkSqlBody(body: string, rules: SqlRules, report: Report): void {
  const parsed = parseSql(body);
  const faults = 'what' in parsed ? [parsed] : checkStatements(parsed, bodyRules(rules));
  for (const { line, what } of faults) report(`ligne ${line} du corps : ${what}`);
}

function checkPlPgSqlBody(body: string, rules: SqlRules, report: Report): void {
  try {
    for (const fragment of fragmentsOf(body)) checkFragment(fragment, rules, report);
  } catch (error) {
    if (!(error instanceof BodyFault)) throw error;
    report(`ligne ${error.line} du corps : ${error.message}`);
  }
}

const OF_COLUMN = /^([^%]+)%\s*(?:row)?type$/i;

function checkFragment({ kind, text, line }: Fragment, rules: SqlRules, report: Report): void {
  // PostgreSQL reads `a.b%TYPE` as the name of a table and of its column, of a row without the column.
  const ofColumn = kind === 'type' ? OF_COLUMN.exec(text)?.[1] : undefined;
  const sql = { expression: `SELECT ${text}`, statement: text, type: `SELECT NULL::${text}` }[kind];
  const parsed = parseSql(ofColumn === undefined ? sql : `SELECT ${ofColumn}`);
  if (ofColumn !== undefined && ofColumn.split('.').length > 2)
    report(`ligne ${line} du corps : type d'un autre schéma`);
  const faults = 'what' in parsed ? [parsed] : checkStatements(parsed, bodyRules(rules));
  for (const fault of faults) report(`ligne ${line + fault.line - 1} du corps : ${fault.what}`);
  if ('what' in parsed) return;
  if (parsed.statements.length !== 1) report(`ligne ${line} du corps : une instruction est attendue`);
}

/** The function of a trigger is one of the producer's own. */
export function checkTrigger(fields: Fields, rules: SqlRules, report: Report): void {
  checkTarget(fields.relation, rules, report);
  if (fields.constrrel !== undefined) checkTarget(fields.constrrel, rules, report);
  const names = namesIn(fields.funcname);
  if (names.length > 1) report(`la fonction ${names.join('.')} n'est pas autorisée`);
  else checkFunction(names[0] ?? '', rules, report);
}
