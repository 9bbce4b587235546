/** Tells the person at the terminal what happens and when. */
export interface Narrator {
  /** One line, prefixed by the seconds elapsed since the script started. */
  readonly say: (text: string) => void;
  /** Text without a time. */
  readonly print: (text: string) => void;
  readonly elapsedMs: () => number;
}

/** @param startedAt start of the calling script, milliseconds since the epoch */
export function createNarrator(startedAt: number): Narrator {
  const elapsedMs = () => Date.now() - startedAt;
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  return {
    say: (text) => print(`[${(elapsedMs() / 1000).toFixed(1).padStart(6)} s] ${text}`),
    print,
    elapsedMs,
  };
}
