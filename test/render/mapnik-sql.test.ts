import t from 'tap';
import { identifier, raw, sql } from '../../src/filter/fragment.js';
import { mapnikSql } from '../../src/render/mapnik-sql.js';

void t.test('plain names, texts and numbers stay readable', async (t) => {
  t.equal(
    mapnikSql(sql`SELECT ${identifier('a_1')} = ${'bc d'}::text AND ${-1.5} > 0`),
    `SELECT "a_1" =  'bc d'::text AND (-1.5) > 0`,
  );
});

void t.test('nothing in a name or value can end its quotes or form a token of Mapnik', async (t) => {
  const hostile = `a"b'c\\d!bbox!é\u{1F600}$1`;
  const escaped = 'a\\+000022b\\+000027c\\+00005cd\\+000021bbox\\+000021\\+0000e9\\+01f600\\+0000241';
  t.equal(mapnikSql(sql`${identifier(hostile)}`), ` U&"${escaped}"`);
  t.equal(mapnikSql(sql`${hostile}`), ` U&'${escaped}'`);
});

void t.test('strings in trusted text are escaped, tokens outside of strings are kept', async (t) => {
  t.equal(
    mapnikSql(raw(`g && !bbox! AND x = 'it''s !bbox!'`)),
    `g && !bbox! AND x =  U&'it\\+000027s \\+000021bbox\\+000021'`,
  );
});
