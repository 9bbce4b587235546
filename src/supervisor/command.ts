import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from '../config.js';
import { ignoreOutputFaults } from '../output-faults.js';
import { type Emulator, startEmulator } from './emulator.js';
import { createNarrator, type Narrator } from './narrator.js';

/** Entry points of `script/server` and `script/demo` share this: start, work, stay up, stop in order. */
export interface EmulatorCommand {
  /** Runs once the emulator is ready. */
  readonly work: (emulator: Emulator, narrator: Narrator) => Promise<void>;
}

/**
 * Runs a command around an emulator and ends the process: 0 after Ctrl-C, SIGTERM or `--once`, 1 when
 * something failed. Options: `--started-at <ms>` (start of the script), `--once` (stop after the work).
 */
export async function runEmulatorCommand(command: EmulatorCommand): Promise<never> {
  ignoreOutputFaults(process.stdout, process.stderr);
  const { values } = parseArgs({ options: { 'started-at': { type: 'string' }, once: { type: 'boolean' } } });
  const narrator = createNarrator(Number(values['started-at'] ?? Date.now()));
  const signal = stopSignal();
  let emulator: Emulator | undefined;
  let status = 0;
  try {
    emulator = await startEmulator(loadConfig(), narrator.say);
    narrator.say(`Prêt en ${(narrator.elapsedMs() / 1000).toFixed(2)} s : ${emulator.origin}`);
    await Promise.race([command.work(emulator, narrator), signal, emulator.failed.then(fail)]);
    if (values.once !== true) {
      narrator.say('Ctrl-C pour arrêter');
      await Promise.race([signal, emulator.failed.then(fail)]);
    }
  } catch (error) {
    status = 1;
    process.stderr.write(`\nErreur : ${describe(error)}\n`);
  }
  if (emulator !== undefined) {
    narrator.say('Arrêt');
    await emulator.stop();
  }
  process.exit(status);
}

/** The first signal asks for a clean stop; the second one ends us at once, and our children with us. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        if (asked) process.exit(130);
        asked = true;
        resolve();
      });
    }
  });
}

function fail(sentence: string): never {
  throw new Error(sentence);
}

function describe(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  return error instanceof Error ? error.message : String(error);
}
