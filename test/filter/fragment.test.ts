import t from 'tap';
import { identifier, inline, join, raw, sql, SqlValueError, toQuery, value } from '../../src/filter/fragment.js';

void t.test('values become parameters in order, across nested fragments', async (t) => {
  const part = sql`b = ${'x'}`;
  t.same(toQuery(sql`a = ${1} AND ${part} AND ${identifier('c$1')} = ${'y'}`), {
    text: 'a = $1 AND b = $2 AND "c$1" = $3',
    values: [1, 'x', 'y'],
  });
  t.same(toQuery(raw('SELECT 1')), { text: 'SELECT 1', values: [] });
  t.same(toQuery(join([], ', ')), { text: '', values: [] });
  t.same(toQuery(join([value(1), raw('x'), value(2)], ', ')), { text: '$1, x, $2', values: [1, 2] });
});

void t.test('inlined texts stay texts, whatever they hold', async (t) => {
  const written = (text: string): string => inline(sql`SELECT ${text};`);
  t.equal(written('x'), "SELECT 'x';");
  t.equal(written("'; DROP TABLE x; --"), "SELECT '''; DROP TABLE x; --';");
  t.equal(written("\\'; DROP TABLE x; --"), "SELECT  E'\\\\''; DROP TABLE x; --';");
  t.equal(written('$1 $$ $a$'), "SELECT '$1 $$ $a$';");
  t.equal(inline(sql`${identifier('a$1')} = ${'b'} AND c -${-1}`), `"a$1" = 'b' AND c -(-1)`);
});

void t.test('identifiers are quoted', async (t) => {
  t.equal(inline(identifier('a"b')), '"a""b"');
  t.throws(() => identifier(''), SqlValueError);
  t.throws(() => identifier('a\0'), SqlValueError);
});

void t.test('values that PostgreSQL cannot hold are refused', async (t) => {
  t.throws(() => value('a\0b'), SqlValueError);
  t.throws(() => value(NaN), SqlValueError);
  t.throws(() => value(-Infinity), SqlValueError);
});
