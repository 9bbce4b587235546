import { pino, type Logger } from 'pino';
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

/** JSON logger of one process; `name` tells which ("server", "worker"…). */
export function createLogger(config: Config, name: string): Logger {
  return pino({
    name,
    level: config.logLevel,
    redact: ['req.headers'],
  });
}

/** The URL of a request as logs may show it: secrets replaced, however their names are written. */
export function loggableUrl(url: string): string {
  return url.replace(/([?&])([^=&]+)=[^&]*/g, (part: string, mark: string, name: string) =>
    SECRET_PARAMETERS.has(decoded(name).toLowerCase()) ? `${mark}${name}=***` : part,
  );
}

/** A name as whoever reads the query takes it. */
function decoded(name: string): string {
  const [first = ''] = new URLSearchParams(name).keys();
  return first;
}
