import t from 'tap';
import { UnreadableFileError } from '../../../src/ogc/unreadable.js';
import { parseDerivation } from '../../../src/processing/sql/derivation.js';

function faults(sql: string): string {
  try {
    parseDerivation(sql);
  } catch (error) {
    if (error instanceof UnreadableFileError) return error.sentences.join(' ');
    throw error;
  }
  throw new Error('not refused');
}

void t.test('the variables of a derivation, in order of appearance', async (t) => {
  const sql = `
    -- par commune ; { }
    CREATE TABLE communes AS SELECT *, population * {{ params.multiply }} AS n FROM {{inputs.1}}.communes;
    UPDATE communes SET nom = 'l''{{ params.suffixe }};' WHERE n > {{ params.multiply }}`;
  t.strictSame(parseDerivation(sql).usedVariables, ['params.multiply', 'inputs.1', 'params.suffixe']);
  t.strictSame(parseDerivation('select 1').usedVariables, []);
});

void t.test('the statements of a derivation', async (t) => {
  for (const sql of [
    'CREATE UNIQUE INDEX ON a (b)',
    'create or replace\n  function f() returns int as $body$ BEGIN RETURN 1; -- DROP DATABASE x;\n END $body$ language plpgsql;',
    'CREATE TABLE a (b int); CREATE SEQUENCE s; CREATE OR REPLACE VIEW v AS SELECT 1;;',
    'CREATE CONSTRAINT TRIGGER t AFTER INSERT ON a FOR EACH ROW EXECUTE FUNCTION f()',
    'ALTER TABLE a ADD c int; ALTER SEQUENCE s RESTART; DROP TABLE IF EXISTS "a;b"',
    'WITH x AS (SELECT 1) INSERT INTO a SELECT * FROM x; DELETE FROM a',
    "INSERT INTO a VALUES (E'it\\'s; fine', $$;$$) /* a /* nested; */ comment */",
    'SELECT*FROM a',
    'CREATE TABLE {{ params.table }} (a varchar({{ params.n }}), b numeric DEFAULT {{ params.d }}, c_{{ params.s }}_d text)',
    'INSERT INTO a SELECT b, {{ params.x }} FROM {{ inputs.1 }}.t LIMIT {{ params.n }}',
  ]) {
    t.doesNotThrow(() => parseDerivation(sql), sql);
  }
});

void t.test('what is refused, with its line', async (t) => {
  t.match(faults('-- rien\n;'), /aucune instruction/);
  t.match(faults(''), /aucune instruction/);
  t.match(faults('SELECT 1;\nDROP SCHEMA public'), /ligne 2 : l'instruction DROP SCHEMA n'est pas autorisée/);
  t.match(faults('CREATE EXTENSION plpython3u'), /CREATE EXTENSION/);
  t.match(faults("COPY a FROM PROGRAM 'id'"), /l'instruction COPY n'est/);
  t.match(faults('DO $$ $$'), /l'instruction DO n'est/);
  t.match(faults("CREATE TABLESPACE a LOCATION '/'"), /CREATE TABLESPACE/);
  t.match(faults('{{ params.statement }}'), /erreur de syntaxe/, 'a variable is no statement');
  t.match(faults('SELECT {{ secret }}'), /« {{ secret }} » n'est ni {{ params.nom }} ni {{ inputs.n }}/);
  t.match(faults('SELECT {{ inputs.0 }}, {{ }}'), /inputs\.0 }}.*« {{ }} »/);
  t.match(faults('SELECT 1,\n {{ params.a'), /ligne 2 : « {{ » n’est pas fermé/);
  t.match(faults("SELECT 1;\nSELECT 'a"), /ligne 2 : une chaîne de caractères n'est pas fermée/);
  t.match(faults('SELECT "a'), /un nom entre guillemets n'est pas fermé/);
  t.match(faults('SELECT $a$ b $b$'), /le texte \$a\$ n'est pas fermé/);
  t.match(faults('SELECT 1 /* a'), /un commentaire n'est pas fermé/);
  t.match(faults('GRANT ALL ON a TO b; SET role x'), /GRANT.*SET/, 'all of them');
});

void t.test('large derivations are read in one pass', { timeout: 30_000 }, async (t) => {
  t.throws(() => parseDerivation('{{'.repeat(500_000)));
  t.throws(() => parseDerivation('VACUUM;\n'.repeat(200_000)));
  t.throws(() => parseDerivation('/*'.repeat(500_000)));
});
