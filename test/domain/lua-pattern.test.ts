import t from 'tap';
import { matchesLuaPattern, MAX_SUBJECT_LENGTH, parseLuaPattern } from '../../src/domain/lua-pattern.js';

/** What Lua 5.4's `string.find(subject, pattern)` finds or not. */
const CASES: readonly [pattern: string, subject: string, isFound: boolean][] = [
  ['', 'anything', true],
  ['QGIS', 'Mozilla QGIS/3.34', true],
  ['QGIS', 'Mozilla qgis', false],
  ['.*QGIS.*', 'Mozilla QGIS/3.34', true],
  ['^QGIS', 'Mozilla QGIS', false],
  ['^QGIS', 'QGIS/3', true],
  ['QGIS$', 'QGIS/3', false],
  ['3$', 'QGIS/3', true],
  ['^$', '', true],
  ['^$', 'a', false],
  ['a^b', 'a^b', true],
  ['a$b', 'a$b', true],
  ['geoportail%-urbanisme', 'https://geoportail-urbanisme.gouv.fr', true],
  ['geoportail-urbanisme', 'https://geoportail-urbanisme.gouv.fr', false],
  ['geoportail-urbanisme', 'geoportaiurbanisme', true],
  ['^https://%a+%.example%.org/', 'https://maps.example.org/a', true],
  ['^https://%a+%.example%.org/', 'https://maps1.example.org/a', false],
  ['^https?://', 'http://a', true],
  ['^https?://', 'https://a', true],
  ['^https?://', 'httpss://a', false],
  ['^%d+%.%d+$', '3.34', true],
  ['^%d+%.%d+$', '3.', false],
  ['^%D+$', 'abc', true],
  ['^%D+$', 'ab1', false],
  ['^%x%x$', 'fF', true],
  ['^%u%l%w%s%p%g%c$', 'Aa1 !~\n', true],
  ['^[%w_]+$', 'a_1', true],
  ['^[%w_]+$', 'a-1', false],
  ['^[^%s/]+$', 'abc', true],
  ['^[^%s/]+$', 'a/c', false],
  ['^[a-c]+$', 'abc', true],
  ['^[a-c]+$', 'abd', false],
  ['^[a-]+$', 'a-', true],
  ['^[]]$', ']', true],
  ['^[^]]$', ']', false],
  ['^[%]]$', ']', true],
  ['^(%a+)/(%d+)$', 'QGIS/3', true],
  ['^()a$', 'a', true],
  ['^(a)*$', 'a*', true],
  ['*', 'a*', true],
  ['*', 'a', false],
  ['%(%)', 'f()', true],
  ['%%', '100 %', true],
  ['%y', 'y', true],
  ['%f[%w]QGIS%f[%W]', 'with QGIS, yes', true],
  ['%f[%w]QGIS%f[%W]', 'with QGISX', false],
  ['%f[%w]QGIS%f[%z]', 'QGISz', true],
  // Bytes, as headers come.
  ['^é$', '\u00c3\u00a9', true],
  ['^..$', '\u00c3\u00a9', true],
];

void t.test('patterns find what Lua finds', async (t) => {
  for (const [pattern, subject, isFound] of CASES) {
    t.equal(matchesLuaPattern(parseLuaPattern(pattern), subject), isFound, `${pattern} in ${JSON.stringify(subject)}`);
  }
});

const MALFORMED = { name: 'LuaPatternError' };

void t.test('malformed patterns, and those that need backtracking, are refused', async (t) => {
  for (const pattern of [
    '%',
    'a%',
    '[',
    '[a',
    '[^',
    '[]',
    '[%',
    '(',
    'a)',
    '(()',
    '%f',
    '%fa',
    '%1',
    '(a)%1',
    '%b()',
  ]) {
    t.throws(() => parseLuaPattern(pattern), MALFORMED, pattern);
  }
  t.throws(() => parseLuaPattern('a'.repeat(256)), MALFORMED);
  t.throws(() => parseLuaPattern('é'.repeat(128)), MALFORMED, 'the limit counts bytes');
});

void t.test('the time to match is bounded, whatever the pattern', async (t) => {
  const subject = 'a'.repeat(MAX_SUBJECT_LENGTH);
  const evil = parseLuaPattern(`${'a*'.repeat(127)}b`);
  t.equal(matchesLuaPattern(evil, subject), false, 'a backtracking matcher would never end');
  t.equal(matchesLuaPattern(parseLuaPattern('a'), `${subject}a`), false, 'a longer text matches nothing');
});
