import { createHash } from 'node:crypto';
import Provider, { type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import type { Logger } from 'pino';
import type { PrismaClient } from '../generated/prisma/client.js';
import { findActiveAccount } from './accounts.js';
import { createAdapterFactory } from './adapter.js';
import { CLAIMS_BY_SCOPE, profileClaims } from './claims.js';
import { EXTRA_CLIENT_METADATA, allowsOrigin, customizeClients } from './clients.js';
import { type GrantOptions, registerGrants } from './grants.js';
import type { SigningKey } from './keys.js';
import { shapeResponses } from './responses.js';
import { customizeTokens } from './tokens.js';
import type { TokenVerifier } from './verify.js';

/** Paths below the issuer, as Keycloak has them. */
const ROUTES = {
  authorization: '/protocol/openid-connect/auth',
  token: '/protocol/openid-connect/token',
  userinfo: '/protocol/openid-connect/userinfo',
  jwks: '/protocol/openid-connect/certs',
  revocation: '/protocol/openid-connect/revoke',
  introspection: '/protocol/openid-connect/token/introspect',
  end_session: '/protocol/openid-connect/logout',
};

/** Where the provider sends a browser that must log in; Keycloak's name for it. */
export const LOGIN_PATH = '/login-actions/authenticate';

const AUTHORIZATION_CODE_SECONDS = 60;
const INTERACTION_SECONDS = 30 * 60;

export interface ProviderOptions extends GrantOptions {
  readonly prisma: PrismaClient;
  readonly log: Logger;
  readonly issuer: string;
  /** `undefined`: the addresses in the discovery document follow the request's Host. */
  readonly publicUrl: string | undefined;
  /** Life of access, identity and refresh tokens and of sessions, seconds. */
  readonly tokenLifetime: number;
  /** Newest first; the first one signs. */
  readonly keys: readonly SigningKey[];
  readonly verify: TokenVerifier;
}

/** Builds the OpenID Connect provider of the realm `geoplateforme`. */
export function createProvider(options: ProviderOptions): Provider {
  const [key] = options.keys;
  if (key === undefined) throw new Error('the identity provider has no signing key');
  const provider = new Provider(options.issuer, configuration(options, key));
  if (options.issuer.startsWith('https:')) assumeHttps(provider);
  if (options.publicUrl !== undefined) fixAddresses(provider, options.publicUrl);
  customizeClients(provider);
  customizeTokens(provider, { prisma: options.prisma, key, verify: options.verify });
  registerGrants(provider, options);
  shapeResponses(provider, options.log);
  return provider;
}

function configuration(options: ProviderOptions, key: SigningKey): Configuration {
  const { prisma, tokenLifetime, issuer } = options;
  return {
    adapter: createAdapterFactory(prisma),
    jwks: { keys: options.keys.map(({ jwk }) => ({ ...jwk })) },
    routes: ROUTES,
    scopes: ['openid', 'profile', 'email'],
    claims: CLAIMS_BY_SCOPE,
    responseTypes: ['code'],
    subjectTypes: ['public'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    extraClientMetadata: { properties: EXTRA_CLIENT_METADATA },
    pkce: { methods: ['S256'], required: (_ctx, client) => client.clientAuthMethod === 'none' },
    enabledJWA: { idTokenSigningAlgValues: ['RS256'] },
    clientBasedCORS: (_ctx, origin, client) => allowsOrigin(client, origin),
    conformIdTokenClaims: false,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    async findAccount(_ctx, sub) {
      const account = await findActiveAccount(prisma, sub);
      if (account === null) return undefined;
      return { accountId: sub, claims: () => ({ sub, ...profileClaims(account) }) };
    },
    ttl: {
      AccessToken: tokenLifetime,
      IdToken: tokenLifetime,
      RefreshToken: tokenLifetime,
      Grant: tokenLifetime,
      Session: tokenLifetime,
      AuthorizationCode: AUTHORIZATION_CODE_SECONDS,
      Interaction: INTERACTION_SECONDS,
    },
    cookies: { keys: [cookieKey(key)] },
    interactions: { url: (_ctx, { uid }) => `${issuer}${LOGIN_PATH}/${uid}` },
    renderError,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_ctx, client) => client.clientAuthMethod !== 'none' },
      revocation: { enabled: true },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: { enabled: false },
    },
  };
}

/** Signs cookies with something every replica has and nobody else knows. */
function cookieKey(key: SigningKey): string {
  return createHash('sha256').update(`cookies:${key.jwk.d}`).digest('base64url');
}

/** The front that ends TLS leaves a plain socket: cookies and addresses must follow the public URL all the same. */
function assumeHttps(provider: Provider): void {
  provider.proxy = true;
  provider.use((ctx, next) => {
    ctx.req.headers['x-forwarded-proto'] = 'https';
    return next();
  });
}

/** Makes the addresses that the provider tells independent of the Host header. */
function fixAddresses(provider: Provider, publicUrl: string): void {
  const context = provider.OIDCContext.prototype as unknown as { urlFor(name: string, options?: object): string };
  context.urlFor = (name, routeOptions) => {
    const paths = provider as unknown as { pathFor(name: string, options?: object): string };
    return new URL(paths.pathFor(name, routeOptions), publicUrl).href;
  };
}

/** Error page of the browser routes. */
function renderError(ctx: KoaContextWithOIDC, out: { error: string; error_description?: string }): void {
  const escape = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  ctx.type = 'html';
  ctx.body = `<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Géoplateforme (émulateur)</title></head>
<body><h1>Connexion impossible</h1><p id="kc-error-message">${escape(out.error_description ?? out.error)}</p></body></html>`;
}
