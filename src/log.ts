import { type DestinationStream, pino, type Logger } from 'pino';
import type { Config } from './config.js';

/** Query parameters whose values never reach a log, in lower case. */
const SECRET_PARAMETERS: ReadonlySet<string> = new Set([
  'apikey',
  'api_key',
  'x-key',
  'password',
  'client_secret',
  'code',
  'totp',
  'access_token',
  'token',
  'id_token_hint',
  'refresh_token',
]);

/**
 * JSON logger of one process; `name` tells which ("server", "worker"…).
 * @param output standard output, line by line, unless given
 */
export function createLogger(
  config: Config,
  name: string,
  output: DestinationStream = pino.destination({ sync: true }),
): Logger {
  return pino(
    {
      name,
      level: config.logLevel,
      redact: ['req.headers'],
    },
    output,
  );
}

/**
 * Standard output for a process that logs a lot: lines are gathered, and written by a thread once there are enough of
 * them or {@link GATHERED_MS} later. Those that remain are written when the process exits, by whatever fault, and at each
 * line of level "fatal"; only a process that is killed loses some. When nobody reads them, {@link MOST_GATHERED} bytes
 * are kept and lines beyond are lost.
 */
export function gatheredOutput(): DestinationStream {
  return pino.destination({
    sync: false,
    minLength: 4096,
    periodicFlush: GATHERED_MS,
    maxLength: MOST_GATHERED,
  });
}

const GATHERED_MS = 250;
const MOST_GATHERED = 8 * 1024 * 1024;

/** The URL of a request as logs may show it: secrets replaced, however their names are written. */
export function loggableUrl(url: string): string {
  return url.replace(/([?&])([^=&]+)=[^&]*/g, (part: string, mark: string, name: string) =>
    SECRET_PARAMETERS.has(decoded(name).toLowerCase()) ? `${mark}${name}=***` : part,
  );
}

/** A name as whoever reads the query takes it. */
function decoded(name: string): string {
  if (!/[%?]/.test(name)) return name;
  const [first = ''] = new URLSearchParams(name).keys();
  return first;
}
