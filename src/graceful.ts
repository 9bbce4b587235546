import type { Logger } from 'pino';

/**
 * Longest graceful close, milliseconds: closing may wait for a service that is gone already, when the
 * supervisor was killed and took PostgreSQL and Redis along.
 */
const CLOSE_LIMIT_MS = 8000;

/** Closes once, on SIGINT, SIGTERM or the end of the supervisor, then lets the process end; ends it when that takes too long. */
export function closeOnSignals(log: Logger, close: () => Promise<void>): void {
  let closing = false;
  const start = async (reason: string): Promise<void> => {
    if (closing) return;
    closing = true;
    log.info({ reason }, 'Process:Closing');
    setTimeout(() => {
      log.error({ afterMs: CLOSE_LIMIT_MS }, 'Process:CloseUnfinished');
      process.exit(1);
    }, CLOSE_LIMIT_MS).unref();
    try {
      await close();
    } catch (error) {
      log.error({ err: error }, 'Process:CloseFailed');
      process.exit(1);
    }
    if (process.connected) process.disconnect(); // the channel to the supervisor keeps us alive
  };
  for (const reason of ['SIGINT', 'SIGTERM', 'disconnect'] as const) {
    process.once(reason as NodeJS.Signals, () => void start(reason));
  }
}
