import Provider, { type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import type { Logger } from 'pino';
import type { PrismaClient } from '../generated/prisma/client.js';
import { findActiveAccount } from './accounts.js';
import { createAdapterFactory } from './adapter.js';
import { CLAIMS_BY_SCOPE, profileClaims } from './claims.js';
import {
  UNKNOWN_SCOPES,
  customizeAuthorization,
  loginPolicy,
  refuseUnknownScopes,
  toKeycloakText,
} from './authorization.js';
import { EXTRA_CLIENT_METADATA, allowsOrigin, customizeClients, requiresPkce } from './clients.js';
import { type GrantOptions, registerGrants } from './grants.js';
import { type SigningKey, deriveSecret } from './keys.js';
import { PAGE_HEADERS } from './pages/layout.js';
import { errorPage } from './pages/message.js';
import {
  AUTHORIZATION_PATH,
  CERTS_PATH,
  INTROSPECT_PATH,
  LOGIN_PATH,
  LOGOUT_PATH,
  REALM_PATH,
  REVOKE_PATH,
  TOKEN_PATH,
  USERINFO_PATH,
} from './paths.js';
import { shapeResponses } from './responses.js';
import { SESSION_COOKIE, customizeSessions, ensureGrant } from './sessions.js';
import { customizeTokens } from './tokens.js';
import type { TokenVerifier } from './verify.js';

/** The library's routes, below the issuer. */
const ROUTES = {
  authorization: AUTHORIZATION_PATH,
  token: TOKEN_PATH,
  userinfo: USERINFO_PATH,
  jwks: CERTS_PATH,
  revocation: REVOKE_PATH,
  introspection: INTROSPECT_PATH,
  end_session: LOGOUT_PATH,
};

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
  /** The key that signs. */
  readonly key: SigningKey;
  /** The keys that verify, that one included. */
  readonly keys: readonly SigningKey[];
  readonly verify: TokenVerifier;
}

/** Builds the OpenID Connect provider of the realm `geoplateforme`. */
export function createProvider(options: ProviderOptions): Provider {
  const { key } = options;
  const provider = new Provider(options.issuer, configuration(options));
  if (options.issuer.startsWith('https:')) assumeHttps(provider);
  if (options.publicUrl !== undefined) fixAddresses(provider, options.publicUrl);
  customizeClients(provider);
  customizeSessions(provider);
  customizeAuthorization(provider);
  customizeTokens(provider, { prisma: options.prisma, key, verify: options.verify });
  registerGrants(provider, options);
  shapeResponses(provider, options.log);
  return provider;
}

function configuration(options: ProviderOptions): Configuration {
  const { prisma, tokenLifetime, issuer } = options;
  return {
    adapter: createAdapterFactory({ prisma, origin: new URL(issuer).origin }),
    jwks: { keys: options.keys.map(({ jwk }) => ({ ...jwk })) },
    routes: ROUTES,
    scopes: ['openid', 'profile', 'email'],
    claims: CLAIMS_BY_SCOPE,
    responseTypes: ['code'],
    subjectTypes: ['public'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    extraClientMetadata: { properties: EXTRA_CLIENT_METADATA },
    pkce: { methods: ['S256'], required: (_ctx, client) => requiresPkce(client) },
    extraParams: { [UNKNOWN_SCOPES]: (_ctx, value) => refuseUnknownScopes(value) },
    allowOmittingSingleRegisteredRedirectUri: false,
    enabledJWA: { idTokenSigningAlgValues: ['RS256'] },
    clientBasedCORS: (_ctx, origin, client) => allowsOrigin(client, origin),
    conformIdTokenClaims: false,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    // What a logout ends is told by sessions.ts, so that refresh tokens answer why they stopped.
    expiresWithSession: () => false,
    loadExistingGrant: (ctx) => ensureGrant(ctx, tokenLifetime),
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
    cookies: {
      keys: options.keys.map((key) => deriveSecret(key, 'cookies')),
      names: { session: SESSION_COOKIE, interaction: 'AUTH_SESSION_ID', resume: 'AUTH_SESSION_RESUME' },
      long: { httpOnly: true, sameSite: 'lax', path: `${REALM_PATH}/` },
      short: { httpOnly: true, sameSite: 'lax' },
    },
    // A path alone: the browser stays on the host that its cookies are of.
    interactions: { policy: loginPolicy(), url: (_ctx, { uid }) => `${REALM_PATH}${LOGIN_PATH}/${uid}` },
    renderError,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_ctx, client) => client.clientAuthMethod !== 'none' },
      revocation: { enabled: true },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: { enabled: false },
      // See browser/logout.ts.
      rpInitiatedLogout: { enabled: false },
    },
  };
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

/** The page of a request that cannot be sent back to an application, in Keycloak's words. */
function renderError(ctx: KoaContextWithOIDC, out: { error: string; error_description?: string }): void {
  const reason = toKeycloakText(out.error_description ?? out.error);
  ctx.set({ ...PAGE_HEADERS });
  ctx.body = errorPage(reason, 'L’application a fait une demande que la Géoplateforme refuserait.').toString();
}
