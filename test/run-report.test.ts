import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { projectRoot } from '../src/supervisor/paths.js';
import { tellRun } from './helpers/run-report.js';

const failedRun = `TAP version 14
# Subtest: dist/test/a.test.js
    # Subtest: outer
        # Subtest: inner
            not ok 1 - one is two
              ---
              at:
                fileName: test/a.test.ts
              stack: |
                test/a.test.ts:2:67
              source: |
                not ok 9 - a line of the source
              diff: |
                -2
                +1
              ...
            ok 2 - fine
            not ok 3 - later # TODO
            1..3
        not ok 1 - inner # time=105.6ms
          ---
          at:
            fileName: test/a.test.ts
          ...
        1..1
    not ok 1 - outer # time=123.6ms
    1..1
not ok 1 - dist/test/a.test.js # time=200ms
# Subtest: dist/test/b.test.js
    ok 1 - fine
    1..1
not ok 2 - dist/test/b.test.js # time=300ms
  ---
  exitCode: null
  signal: SIGKILL
  ...
ok 3 - dist/test/c.test.js # time=1ms
1..3
`;

void t.test('what a run failed is told once, with its place and its difference', async (t) => {
  const folder = t.testdir({ 'run.tap': failedRun });
  t.same(await tellRun({ output: join(folder, 'run.tap'), summary: join(folder, 'none') }), [
    'Échecs des tests : 2',
    '✗ dist/test/a.test.js › outer › inner › one is two',
    '    stack: |',
    '      test/a.test.ts:2:67',
    '    diff: |',
    '      -2',
    '      +1',
    '✗ dist/test/b.test.js',
    '    exitCode: null',
    '    signal: SIGKILL',
  ]);
});

void t.test('many failures take few lines', async (t) => {
  const failure = (index: number) => `not ok ${index} - n° ${index}\n  ---\n  stack: ${'x'.repeat(999)}\n  ...\n`;
  const output = join(t.testdir(), 'run.tap');
  await writeFile(output, Array.from({ length: 500 }, (_, index) => failure(index)).join(''));
  const told = await tellRun({ output, summary: 'none' });
  t.equal(told[0], 'Échecs des tests : 500');
  t.ok(told.length <= 61 && told.every((line) => line.length <= 301));
  t.ok(told.at(-1)?.startsWith('✗ n°'), 'those without room are only named');
});

void t.test('a run that passes says nothing, but for the sources that it hardly covers', async (t) => {
  const summary = {
    total: { lines: { pct: 10 } },
    [join(projectRoot(), 'src', 'well.ts')]: { lines: { pct: 90 } },
    [join(projectRoot(), 'src', 'poor.ts')]: { lines: { pct: 7.4 } },
  };
  const folder = t.testdir({ 'run.tap': 'ok 1 - a\n1..1\n', 'summary.json': JSON.stringify(summary) });
  t.same(await tellRun({ output: join(folder, 'run.tap'), summary: join(folder, 'summary.json') }), [
    'Lignes couvertes à moins de 70 %',
    '  7 % src/poor.ts',
  ]);
});
