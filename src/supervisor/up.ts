import { runEmulatorCommand } from './command.js';

/** Entry of `script/server`: starts the emulator and stays up until a signal. */
await runEmulatorCommand({ work: async () => {} });
