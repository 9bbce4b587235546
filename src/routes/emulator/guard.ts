import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../../config.js';
import { equalSecrets } from '../../equal-secrets.js';
import { ApiError, forbidden } from '../../errors.js';

/**
 * Refuses what a web page could send by itself to an emulator on the developer's machine (access.md
 * §9): a Host that is a public name pointing here (DNS rebinding), and requests of another origin.
 * @throws ApiError forbidden
 */
export function refuseForeignPages(request: FastifyRequest, config: Pick<Config, 'publicUrl' | 'host'>): void {
  if (!isOwnHost(request.hostname, config)) {
    throw forbidden(`L'hôte ${request.hostname} n'est pas un nom de cet émulateur (variable PUBLIC_URL).`);
  }
  const { origin, 'sec-fetch-site': site } = request.headers;
  const foreign = origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === request.host);
  if (foreign || site === 'cross-site') throw forbidden("Les appels d'une autre origine sont refusés.");
}

/** Addresses and names without dot cannot be taken over from outside; other names must be configured. */
function isOwnHost(hostname: string, config: Pick<Config, 'publicUrl' | 'host'>): boolean {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) !== 0 || /^[A-Za-z0-9_-]+$/.test(bare) || bare.endsWith('.localhost')) return true;
  return bare === config.host || (config.publicUrl !== undefined && bare === new URL(config.publicUrl).hostname);
}

/**
 * Asks for `Authorization: Bearer EMULATOR_TOKEN` when one is configured. API tokens do not open the
 * control API.
 * @throws ApiError unauthorized
 */
export function requireToken(request: FastifyRequest, config: Pick<Config, 'emulatorToken'>): void {
  if (config.emulatorToken === undefined) return;
  const given = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (!equalSecrets(given, config.emulatorToken)) {
    throw new ApiError('unauthorized', "Le jeton de l'émulateur (EMULATOR_TOKEN) est obligatoire.");
  }
}
