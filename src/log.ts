import { pino, type Logger } from 'pino';
import type { Config } from './config.js';

/** Query parameters and headers whose values never reach a log. */
const SECRET_QUERY =
  /([?&](?:apikey|api_key|password|client_secret|code|totp|access_token|token|id_token_hint|refresh_token)=)[^&]*/gi;

/** JSON logger of one process; `name` tells which ("server", "worker"…). */
export function createLogger(config: Config, name: string): Logger {
  return pino({
    name,
    level: config.logLevel,
    redact: ['req.headers.authorization', 'req.headers.apikey', 'req.headers.cookie'],
  });
}

/** The URL of a request as logs may show it: secrets replaced. */
export function loggableUrl(url: string): string {
  return url.replace(SECRET_QUERY, '$1***');
}
