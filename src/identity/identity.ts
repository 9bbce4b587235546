import type { KeyObject } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { PrismaClient } from '../generated/prisma/client.js';
import { type SigningKey, ensureSigningKey, loadSigningKeys } from './keys.js';
import { createProvider } from './provider.js';
import { createLoginThrottle } from './throttle.js';
import { type TokenVerifier, createTokenVerifier } from './verify.js';

/** Path of the realm; the issuer is the public URL followed by it. */
export const REALM_PATH = '/realms/geoplateforme';

/** An unknown `kid` makes the keys be read again, at most this often. */
const KEY_RELOAD_MS = 5000;

/** The identity provider and the check of its tokens. */
export interface Identity {
  /**
   * Checks an access token; see createTokenVerifier.
   * @throws InvalidTokenError
   */
  readonly verifyAccessToken: TokenVerifier;
  /** What Keycloak answers on the path of the realm itself. */
  readonly realm: RealmDocument;
  /** Answers a request below {@link REALM_PATH}; its `url` starts after that path. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Tells the client's address of a request about to be handled, for the login throttle. */
  rememberAddress(request: IncomingMessage, address: string): void;
}

/** Description of the realm that Keycloak's own clients read. */
export interface RealmDocument {
  readonly realm: string;
  /** DER, base64. */
  readonly public_key: string;
  readonly 'token-service': string;
  readonly 'account-service': string;
  readonly 'tokens-not-before': number;
}

export interface IdentityDeps {
  readonly config: Config;
  readonly log: Logger;
  readonly prisma: PrismaClient;
  readonly redis: Redis;
  readonly instanceId: string;
}

/** Makes the signing key if there is none, and the provider. */
export async function createIdentity(deps: IdentityDeps): Promise<Identity> {
  const { config, log, prisma, redis, instanceId } = deps;
  await ensureSigningKey(prisma);
  const keys = await loadSigningKeys(prisma);
  const verify = createTokenVerifier({ issuer: config.issuer, keyOf: createKeyFinder(prisma, keys) });
  const addresses = new WeakMap<IncomingMessage, string>();
  const provider = createProvider({
    prisma,
    log,
    keys,
    verify,
    issuer: config.issuer,
    publicUrl: config.publicUrl,
    tokenLifetime: config.tokenLifetime,
    throttle: createLoginThrottle({ redis, prefix: `geopf:${instanceId}` }),
    addressOf: (request) => addresses.get(request) ?? request.socket.remoteAddress ?? '',
  });
  return {
    verifyAccessToken: verify,
    realm: describeRealm(config.issuer, keys),
    handle: provider.callback(),
    rememberAddress: (request, address) => addresses.set(request, address),
  };
}

function describeRealm(issuer: string, [key]: readonly SigningKey[]): RealmDocument {
  const der = key?.publicKey.export({ type: 'spki', format: 'der' });
  return {
    realm: REALM_PATH.split('/').at(-1) ?? '',
    public_key: der?.toString('base64') ?? '',
    'token-service': `${issuer}/protocol/openid-connect`,
    'account-service': `${issuer}/account`,
    'tokens-not-before': 0,
  };
}

/** Keys are kept in memory; another replica may have added one since. */
function createKeyFinder(
  prisma: PrismaClient,
  initial: readonly SigningKey[],
): (kid: string) => Promise<KeyObject | undefined> {
  let byKid = new Map(initial.map((key) => [key.kid, key.publicKey]));
  let loadedAt = 0;
  return async (kid) => {
    if (!byKid.has(kid) && Date.now() - loadedAt > KEY_RELOAD_MS) {
      loadedAt = Date.now();
      byKid = new Map((await loadSigningKeys(prisma)).map((key) => [key.kid, key.publicKey]));
    }
    return byKid.get(kid);
  };
}
