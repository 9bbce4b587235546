import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { projectRoot } from '../../src/supervisor/paths.js';

/**
 * What a run of tests failed and the sources that it hardly covers, in few lines: they come last, where a record that
 * only keeps the end of the output has them.
 */

/** An assertion that failed, or a test that did not end. */
export interface Failure {
  /** Test file, tests that hold the assertion, assertion. */
  readonly path: readonly string[];
  /** What tap says of it (found, wanted, place), without the source. */
  readonly diagnostic: readonly string[];
}

const LINE = /^(?<indent> *)(?:# Subtest: (?<subtest>.*)|(?<result>(?:not )?ok) \d+(?: - (?<name>.*))?)$/;
const INDENT = 4;

/** The failures of a TAP stream; tests that failed only because of what they hold are not repeated. */
export function readFailures(tap: string): Failure[] {
  const failures: Failure[] = [];
  const open: { name: string; hasFailed: boolean }[] = [];
  const lines = tap.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const { indent, subtest, result, name = '' } = LINE.exec(lines[index] ?? '')?.groups ?? {};
    if (indent === undefined) continue;
    const depth = indent.length / INDENT;
    if (subtest !== undefined) {
      open.splice(depth, open.length, { name: subtest, hasFailed: false });
      continue;
    }
    const diagnostic = blockAfter(lines, index);
    if (diagnostic.length > 0) index += diagnostic.length + 2;
    const [ended] = open.splice(depth);
    if (result === 'ok' || /# (TODO|SKIP)\b/i.test(name)) continue;
    const parent = open.at(-1);
    if (parent !== undefined) parent.hasFailed = true;
    if (ended?.hasFailed === true) continue;
    const path = [...open.map((one) => one.name), name.replace(/ # time=\S+$/, '')];
    failures.push({ path, diagnostic: withoutSource(diagnostic) });
  }
  return failures;
}

/** The lines of the YAML block that follows a line, `[]` when none does. */
function blockAfter(lines: readonly string[], index: number): string[] {
  const first = lines[index + 1] ?? '';
  if (first.trim() !== '---') return [];
  const indent = first.slice(0, first.indexOf('-'));
  const end = lines.indexOf(`${indent}...`, index);
  return lines.slice(index + 2, end === -1 ? undefined : end).map((line) => line.slice(indent.length));
}

/** The stack tells the place, the difference what was wanted. */
function withoutSource(diagnostic: readonly string[]): string[] {
  let isLeftOut = false;
  return diagnostic.filter((line) => {
    if (/^\w/.test(line)) isLeftOut = /^(at|source|compare):/.test(line);
    return !isLeftOut;
  });
}

const LINES_OF_A_FAILURE = 14;
const LINES = 60;
const WIDTH = 300;

/** The failures in 60 lines at most, each with the beginning of its diagnostic. */
export function tellFailures(failures: readonly Failure[]): string[] {
  const told: string[] = [];
  for (const [index, { path, diagnostic }] of failures.entries()) {
    const lines = [`✗ ${path.join(' › ')}`, ...diagnostic.map((line) => `    ${line}`)].slice(0, LINES_OF_A_FAILURE);
    if (told.length + lines.length >= LINES) {
      told.push(...failures.slice(index, index + LINES - 1 - told.length).map((one) => `✗ ${one.path.join(' › ')}`));
      break;
    }
    told.push(...lines);
  }
  return told.map((line) => (line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line));
}

/** Sources with fewer lines covered than this, per cent, are named. */
const WELL_COVERED = 70;
const SOURCES = 15;

type Summary = Readonly<Record<string, { lines: { pct: number } }>>;

function tellCoverage(summary: Summary): string[] {
  const poor = Object.entries(summary)
    .map(([path, { lines }]) => ({ path: relative(projectRoot(), path), covered: lines.pct }))
    .filter(({ path, covered }) => path.startsWith('src/') && covered < WELL_COVERED)
    .toSorted((one, other) => one.covered - other.covered);
  const more = poor.length > SOURCES ? [`et ${poor.length - SOURCES} autres`] : [];
  return [...poor.slice(0, SOURCES).map(({ path, covered }) => `${covered.toFixed(0).padStart(3)} % ${path}`), ...more];
}

/**
 * What to print after a run.
 * @param files paths of tap's output and of its summary of coverage; one that a run did not write tells nothing
 */
export async function tellRun(files: { output: string; summary: string }): Promise<string[]> {
  const [tap = '', summary = '{}'] = await Promise.all(
    [files.output, files.summary].map((path) => readFile(path, 'utf8').catch(() => undefined)),
  );
  const poor = tellCoverage(JSON.parse(summary) as Summary);
  const failures = readFailures(tap);
  return [
    ...(poor.length > 0 ? [`Lignes couvertes à moins de ${WELL_COVERED} %`, ...poor] : []),
    ...(failures.length > 0 ? [`Échecs des tests : ${failures.length}`, ...tellFailures(failures)] : []),
  ];
}
