import t from 'tap';
import { Prisma } from '../../src/generated/prisma/client.js';
import { matchesText, textMatches } from '../../src/domain/listing.js';
import { buildTestApp } from '../helpers/app.js';

const CASES = [
  ['LAMB93_10cm', 'lamb93_10CM', true],
  ['LAMB93_10cm', 'LAMB93', false],
  ['LAMB93_10cm', 'LAMB93%', true],
  ['LAMB93_10cm', '%10cm', true],
  ['LAMB93_10cm', '%93%cm', true],
  ['LAMB93_10cm', 'LAMB93%93_10cm', false],
  ['LAMB93_10cm', 'LAMB93x10cm', false],
  ['LAMB93x10cm', 'LAMB93_10cm', false],
  ['aba', 'ab%ba', false],
  ['abba', 'ab%ba', true],
  ['abab', '%ab', true],
  ['a.c', 'a.c', true],
  ['abc', 'a.c', false],
  ['a\\c', 'a\\c', true],
  ['', '%', true],
  ['', '', true],
  ['a', '', false],
  ['abc', `${'%'.repeat(2000)}d`, false],
] as const;

void t.test('text filters say the same of lists in and out of the database', async (t) => {
  const { deps } = await buildTestApp(t);
  for (const [value, filter, expected] of CASES) {
    t.equal(textMatches(value, filter), expected, `${value} ${filter.slice(0, 20)}`);
    const [row] = await deps.prisma.$queryRaw<{ found: boolean }[]>`
      SELECT ${matchesText(Prisma.sql`${value}::text`, filter)} AS found`;
    t.equal(row?.found, expected, `${value} ${filter.slice(0, 20)} in PostgreSQL`);
  }
});
