import { pathToFileURL } from 'node:url';
import t, { type Test } from 'tap';

/** What test files call on tap itself. */
const ROOT_METHODS = ['test', 'teardown', 'testdir', 'before', 'beforeEach', 'afterEach', 'setTimeout'] as const;

/**
 * Runs test files one after the other in this process, each as a test of its own: the application's modules are then
 * loaded and compiled once. What a file calls on tap itself goes to its test, so that whatever it opened is closed
 * before the next one.
 * @param files absolute paths, by the name of their test
 */
export async function runTogether(files: Readonly<Record<string, string>>): Promise<void> {
  const run = t.test.bind(t);
  let current: Test;
  for (const name of ROOT_METHODS) {
    Object.defineProperty(t, name, {
      value: (...args: never[]) => (current[name] as (...args: never[]) => unknown)(...args),
    });
  }
  for (const [name, path] of Object.entries(files)) {
    await run(name, async (test) => {
      current = test;
      await import(pathToFileURL(path).href);
    });
  }
}
