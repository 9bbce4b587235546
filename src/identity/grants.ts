import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { KoaContextWithOIDC, default as Provider } from 'oidc-provider';
import { type Account, authenticate, type AuthenticationDeps, findServiceAccount } from './accounts.js';
import { grantedScopes, profileClaims, unknownScopes } from './claims.js';
import { KeycloakError } from './keycloak-errors.js';
import { BusyError } from '../slots.js';

/**
 * The two grants that the library does not have as Keycloak does them (access.md §1.2): `password`,
 * which the SDK uses, and `client_credentials`, whose tokens belong to a service account.
 */

export interface GrantOptions extends AuthenticationDeps {
  /** Address of the client behind a request, trusted proxies taken into account. */
  readonly addressOf: (request: IncomingMessage) => string;
}

export function registerGrants(provider: Provider, options: GrantOptions): void {
  provider.registerGrantType(
    'password',
    async (ctx, next) => {
      const account = await passwordAccount(ctx, options);
      const session = { id: randomUUID(), authenticatedAt: Math.floor(Date.now() / 1000) };
      await issueTokens(ctx, { account, session, gty: 'password' });
      await next();
    },
    ['username', 'password', 'totp', 'scope'],
  );

  provider.registerGrantType(
    'client_credentials',
    async (ctx, next) => {
      const account = await findServiceAccount(options.prisma, clientOf(ctx).clientId);
      if (account === null) throw new KeycloakError('noServiceAccount');
      await issueTokens(ctx, { account, session: undefined, gty: 'client_credentials' });
      await next();
    },
    ['scope'],
  );
}

async function passwordAccount(ctx: KoaContextWithOIDC, options: GrantOptions): Promise<Account> {
  const username = parameter(ctx, 'username');
  if (username === undefined) throw new KeycloakError('missingUsername');
  const result = await authenticate(options, {
    username,
    password: parameter(ctx, 'password') ?? '',
    totp: parameter(ctx, 'totp'),
    address: options.addressOf(ctx.req),
  }).catch((error: unknown) => {
    throw error instanceof BusyError ? new KeycloakError('tooBusy') : error;
  });
  if (result.outcome === 'disabled') throw new KeycloakError('accountDisabled');
  if (result.outcome === 'refused') throw new KeycloakError('badCredentials');
  return result.account;
}

interface Issue {
  readonly account: Account;
  /** Absent for service accounts, which get neither session nor refresh token. */
  readonly session: { readonly id: string; readonly authenticatedAt: number } | undefined;
  readonly gty: string;
}

/** Saves a grant and its tokens, and answers them; `completeTokenResponse` adds Keycloak's members. */
async function issueTokens(ctx: KoaContextWithOIDC, { account, session, gty }: Issue): Promise<void> {
  const requested = parameter(ctx, 'scope');
  const unknown = unknownScopes(requested);
  if (unknown.length > 0) throw new KeycloakError('invalidScopes', unknown.join(' '));
  const scope = grantedScopes(requested);
  const { Grant, AccessToken, RefreshToken, IdToken } = ctx.oidc.provider;
  const client = clientOf(ctx);

  const grant = new Grant({ accountId: account.id, clientId: client.clientId });
  grant.addOIDCScope(scope);
  const common = { accountId: account.id, client, grantId: await grant.save(), gty, scope, sid: session?.id };

  const accessToken = new AccessToken(common);
  ctx.oidc.entity('AccessToken', accessToken);
  const body: Record<string, unknown> = { access_token: await accessToken.save(), expires_in: accessToken.expiration };

  if (session !== undefined && client.grantTypeAllowed('refresh_token')) {
    const refreshToken = new RefreshToken({ ...common, authTime: session.authenticatedAt });
    ctx.oidc.entity('RefreshToken', refreshToken);
    body.refresh_token = await refreshToken.save();
  }
  if (scope.includes('openid')) {
    const idToken = new IdToken({ sub: account.id, ...profileClaims(account) }, { ctx });
    Object.assign(idToken, { scope });
    if (session !== undefined) {
      idToken.set('sid', session.id);
      idToken.set('auth_time', session.authenticatedAt);
    }
    idToken.set('at_hash', body.access_token);
    body.id_token = await idToken.issue({ use: 'idtoken' });
  }
  ctx.body = { ...body, scope, token_type: accessToken.tokenType };
}

function parameter(ctx: KoaContextWithOIDC, name: string): string | undefined {
  const value = ctx.oidc.params?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function clientOf(ctx: KoaContextWithOIDC) {
  const { client } = ctx.oidc;
  if (client === undefined) throw new Error('a grant was called without an authenticated client');
  return client;
}
