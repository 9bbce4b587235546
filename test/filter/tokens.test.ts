import t from 'tap';
import { TokenCursor, tokenize } from '../../src/filter/tokens.js';

const types = (text: string): string[] => tokenize(text).map((token) => `${token.type} ${token.text}`);

void t.test('words, names, constants and marks are told apart', async (t) => {
  t.same(types(`ns:a/b.c = 'x''y' AND "d""e" <> -1.5E3`), [
    'word ns:a/b.c',
    'operator =',
    "string x'y",
    'word AND',
    'name d"e',
    'operator <>',
    'number -1.5E3',
    'end ',
  ]);
  t.same(types('2020-01-02T03:04:05.6+02:00,2020-01-02'), [
    'date 2020-01-02T03:04:05.6+02:00',
    'mark ,',
    'date 2020-01-02',
    'end ',
  ]);
});

void t.test('tokens know where they start', async (t) => {
  t.same(
    tokenize("a  = 'b'").map(({ at }) => at),
    [0, 3, 5, 8],
  );
});

void t.test('what starts no token is refused with its place', async (t) => {
  for (const [text, position] of [
    ['a & b', 2],
    ['1abc', 0],
    ["a = 'b", 4],
    ['"a', 0],
  ] as const) {
    t.throws(() => tokenize(text), { name: 'FilterError', position });
  }
});

void t.test('a cursor takes what it finds and stays at the end', async (t) => {
  const cursor = new TokenCursor(tokenize('WORD ( 1'));
  t.notOk(cursor.take('('));
  t.equal(cursor.takeNumber(), null);
  t.notOk(cursor.takeWord('OTHER'));
  t.ok(cursor.takeWord('WORD'));
  cursor.expect('(');
  t.equal(cursor.takeNumber(), '1');
  cursor.step(5);
  t.equal(cursor.current.type, 'end');
  t.throws(() => cursor.expect(')'), /'\)' is expected, found the end at position 9/);
  t.equal(new TokenCursor([]).current.type, 'end');
});
