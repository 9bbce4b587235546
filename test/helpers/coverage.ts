import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../src/supervisor/paths.js';

/** Where each test process writes what it covered: `temp-directory` of `.c8rc.json`. */
export const COVERAGE_FOLDER = join(projectRoot(), '.tap', 'coverage');
/** What c8 makes of it, see `reports-dir`. */
export const COVERAGE_SUMMARY = join(projectRoot(), '.tap', 'report', 'coverage-summary.json');

/** Forgets what former runs covered. */
export async function forgetCoverage(): Promise<void> {
  await Promise.all([COVERAGE_FOLDER, COVERAGE_SUMMARY].map((path) => rm(path, { recursive: true, force: true })));
}

/**
 * Prints the totals and writes {@link COVERAGE_SUMMARY}.
 * @returns whether they reach the floor of `.c8rc.json`; nothing recorded does not
 */
export async function reportCoverage(): Promise<boolean> {
  const c8 = join(projectRoot(), 'node_modules', '.bin', 'c8');
  const [status] = await once(spawn(c8, ['report'], { cwd: projectRoot(), stdio: 'inherit' }), 'exit');
  if (status !== 0) return false;
  const { total } = JSON.parse(await readFile(COVERAGE_SUMMARY, 'utf8')) as { total: { lines: { total: number } } };
  return total.lines.total > 0;
}
