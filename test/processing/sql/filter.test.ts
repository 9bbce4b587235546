import t from 'tap';
import { FilterExpressionError, parseFilterExpression } from '../../../src/processing/sql/filter.js';

function refusal(text: string): string {
  try {
    parseFilterExpression(text);
  } catch (error) {
    if (error instanceof FilterExpressionError) return error.message;
    throw error;
  }
  return '';
}

void t.test('conditions, with the columns they name', async (t) => {
  const cases: [string, string[]][] = [
    ['population > 100', ['population']],
    ["nature IN ('Bois', 'Forêt') AND NOT (importance IS NULL OR importance::integer >= 3)", ['nature', 'importance']],
    [`"Nom d'usage" LIKE 'S%'`, ["Nom d'usage"]],
    [
      "upper(nom) ~ '^A' AND st_area(geom) > 10.5 AND st_intersects(geom, st_makeenvelope(0,0,1,1,4326))",
      ['nom', 'geom'],
    ],
    ["extract(year FROM debut) = 2020 AND fin > DATE '2020-01-01' - interval '1 day'", ['debut', 'fin']],
    ["CASE WHEN a THEN b = 'x' ELSE coalesce(c, 1) = ANY (ARRAY[1, 2]) END", ['a', 'b', 'c']],
    ['true', []],
    ['a = 1 -- fin', ['a']],
    [`E'\\'' <> U&'d\\0061ta' AND n BETWEEN SYMMETRIC 1 AND 2`, ['n']],
  ];
  for (const [text, columns] of cases) {
    const filter = parseFilterExpression(text);
    t.strictSame(filter.columns, columns, text);
    t.equal(filter.sql, `(${text}\n)`);
  }
});

void t.test('what is no condition on one row', async (t) => {
  const cases: [string, RegExp][] = [
    ['', /vide/],
    ['  ', /vide/],
    ['a = ', /erreur de syntaxe/],
    ["a = 'x", /chaîne de caractères n'est pas fermée/],
    ['a = 1; DROP TABLE t', /une seule condition/],
    ['a = 1;', /erreur de syntaxe/],
    ['a = 1) OR (true', /erreur de syntaxe/],
    ['a = 1) UNION SELECT 1 FROM (SELECT 1', /erreur de syntaxe/],
    ['a = 1 UNION SELECT 2', /condition est attendue|erreur/],
    ['a = 1 ORDER BY a', /erreur|condition est attendue/],
    ['a = 1 LIMIT 1', /condition est attendue/],
    ['a = 1 GROUP BY a', /condition est attendue/],
    ['a = 1 FOR UPDATE', /n'est pas autorisé/],
    ['a = 1 /*', /commentaire/],
    ['a IN (SELECT b FROM c)', /requête/],
    ['EXISTS (SELECT 1)', /requête/],
    ['count(*) > 1', /count n'est pas autorisée/],
    ['row_number() OVER () = 1', /row_number n'est pas autorisée/],
    ['pg_sleep(10) IS NULL', /pg_sleep n'est pas autorisée/],
    ["pg_read_file('/etc/passwd') <> ''", /pg_read_file/],
    ["set_config('role', 'x', false) = ''", /set_config/],
    ["query_to_xml('select 1', true, true, '') IS NULL", /query_to_xml/],
    ["public.st_estimatedextent('a', 'b') IS NULL", /st_estimatedextent/],
    ['inconnue(a)', /inconnue n'est pas autorisée/],
    ["'geopf.user'::regclass IS NULL", /constante, sans nom de schéma/],
    ["'t'::regproc IS NULL", /type regproc/],
    ['a OPERATOR(autre.=) 1', /opérateur autre\.= n'est pas d'un schéma/],
    ['geopf.f(a)', /geopf\.f n'est pas d'un schéma autorisé/],
    ['t.a = 1', /sans sa table/],
    ['$1 = a', /paramètre/],
    ["current_user = 'x'", /CURRENT_USER/],
    ['a = 1\0', /U\+0000/],
    [`a = ${'('.repeat(4000)}1${')'.repeat(4000)}`, /^$|imbriqué/],
    [`a = ${'1+'.repeat(4000)}1`, /imbriqué/],
    ['x'.repeat(10_001), /10000 caractères/],
  ];
  for (const [text, reason] of cases) t.match(refusal(text), reason, text.slice(0, 60));
});
