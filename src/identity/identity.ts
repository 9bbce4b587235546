import type { KeyObject } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { PrismaClient } from '../generated/prisma/client.js';
import { createFormTokens } from './browser/form-tokens.js';
import type { BrowserSide } from './browser/side.js';
import { type SigningKey, deriveSecret, ensureSigningKey, loadSigningKeys } from './keys.js';
import { ACCOUNT_PATH, REALM_PATH } from './paths.js';
import { createProvider } from './provider.js';
import { PasswordChecks } from './password-checks.js';
import { createLoginThrottle } from './throttle.js';
import { type TokenVerifier, createTokenVerifier } from './verify.js';

/** An unknown `kid` makes the keys be read again, at most this often. */
const KEY_RELOAD_MS = 5000;

/** The identity provider and the check of its tokens. */
export interface Identity {
  /**
   * Checks an access token; see createTokenVerifier.
   * @throws InvalidTokenError
   */
  readonly verifyAccessToken: TokenVerifier;
  /** Passwords of accounts and keys are compared here, in turn. */
  readonly passwords: PasswordChecks;
  /** What Keycloak answers on the path of the realm itself. */
  readonly realm: RealmDocument;
  /** What the pages for people are made with. */
  readonly browser: BrowserSide;
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
  const [key] = keys;
  if (key === undefined) throw new Error('the identity provider has no signing key');
  const verify = createTokenVerifier({ issuer: config.issuer, keyOf: createKeyFinder(prisma, keys) });
  const addresses = new WeakMap<IncomingMessage, string>();
  const throttle = createLoginThrottle({ redis, prefix: `geopf:${instanceId}` });
  const passwords = new PasswordChecks();
  const provider = createProvider({
    prisma,
    log,
    key,
    keys,
    verify,
    issuer: config.issuer,
    publicUrl: config.publicUrl,
    tokenLifetime: config.tokenLifetime,
    throttle,
    passwords,
    addressOf: (request) => addresses.get(request) ?? request.socket.remoteAddress ?? '',
  });
  return {
    verifyAccessToken: verify,
    passwords,
    realm: describeRealm(config.issuer, key),
    browser: {
      provider,
      prisma,
      throttle,
      passwords,
      formTokens: createFormTokens(deriveSecret(key, 'forms')),
      simulatedLogin: !config.production,
    },
    handle: provider.callback(),
    rememberAddress: (request, address) => addresses.set(request, address),
  };
}

function describeRealm(issuer: string, key: SigningKey): RealmDocument {
  const der = key.publicKey.export({ type: 'spki', format: 'der' });
  return {
    realm: REALM_PATH.split('/').at(-1) ?? '',
    public_key: der.toString('base64'),
    'token-service': `${issuer}/protocol/openid-connect`,
    'account-service': `${issuer}${ACCOUNT_PATH}`,
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
