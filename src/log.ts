import { type DestinationStream, pino, type Logger } from 'pino';
import type { Config } from './config.js';

/**
 * Parameters whose values never reach a log. Whoever writes an address by hand puts them behind any mark: a second
 * question mark, a semicolon, or one that was escaped.
 */
const SECRET_PARAMETER =
  /(?:^|[?&;/])(?:apikey|api_key|x-key|password|client_secret|code|totp|access_token|token|id_token_hint|refresh_token)=/i;

/**
 * JSON logger of one process; `name` tells which ("server", "worker"…).
 * @param output standard output, line by line, unless given
 */
export function createLogger(
  config: Config,
  name: string,
  output: DestinationStream = standardOutput({ sync: true }),
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
  return standardOutput({
    sync: false,
    minLength: 4096,
    periodicFlush: GATHERED_MS,
  });
}

const GATHERED_MS = 250;
const MOST_GATHERED = 8 * 1024 * 1024;

/** Standard output, for which nothing ends when it takes no lines, a file on a full disk for instance: they wait. */
function standardOutput(options: Parameters<typeof pino.destination>[0] & object): DestinationStream {
  const output = pino.destination({ ...options, maxLength: MOST_GATHERED });
  let isFaulty = false;
  output.on('error', () => {
    isFaulty = true;
  });
  output.on('write', () => {
    isFaulty = false;
  });
  // It tries for ever, at the end of the process too.
  const flushSync = output.flushSync.bind(output);
  output.flushSync = () => {
    if (!isFaulty) flushSync();
  };
  return output;
}

/** The URL of a request as logs may show it: secrets replaced, however and wherever they are written. */
export function loggableUrl(url: string): string {
  return url.split('&').map(loggablePart).join('&');
}

function loggablePart(part: string): string {
  const text = part.includes('%') ? decoded(part) : part;
  const found = SECRET_PARAMETER.exec(text);
  return found === null ? part : `${text.slice(0, found.index + found[0].length)}***`;
}

/** As whoever reads the query takes it, plus signs apart. */
function decoded(part: string): string {
  return new URLSearchParams(`part=${part.replaceAll('+', '%2B')}`).get('part') ?? part;
}
