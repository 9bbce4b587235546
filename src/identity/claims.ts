import type { Account } from './accounts.js';

/** Scopes that every token carries, asked for or not. */
export const DEFAULT_SCOPES = ['profile', 'email'];

/** Scopes a client may ask for; `offline_access` is accepted and changes nothing. */
const KNOWN_SCOPES = new Set(['openid', 'offline_access', ...DEFAULT_SCOPES]);

/** Claims of each scope, as the provider's configuration wants them. */
export const CLAIMS_BY_SCOPE = {
  openid: ['sub'],
  profile: ['name', 'preferred_username', 'given_name', 'family_name'],
  email: ['email', 'email_verified'],
};

/** Unknown names among the requested scopes, in order. */
export function unknownScopes(requested: string | undefined): string[] {
  return words(requested).filter((scope) => !KNOWN_SCOPES.has(scope));
}

/** Scopes a token gets: the default ones, after `openid` when it was asked for. */
export function grantedScopes(requested: string | undefined): string {
  const openid = words(requested).includes('openid') ? ['openid'] : [];
  return [...openid, ...DEFAULT_SCOPES].join(' ');
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

/** What userinfo, the access token and the identity token say of a person (access.md §1.4, §2). */
export function profileClaims(account: Account): Record<string, string | boolean> {
  return {
    email_verified: account.emailVerified,
    name: `${account.firstName} ${account.lastName}`.trim(),
    preferred_username: account.username,
    given_name: account.firstName,
    family_name: account.lastName,
    email: account.email,
  };
}

/** What identifies the token itself. Times are Unix seconds. */
export interface AccessTokenFacts {
  readonly jti: string;
  readonly issuer: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly clientId: string;
  readonly scope: string;
  readonly allowedOrigins: readonly string[];
  /** Absent for a service account. */
  readonly session: { readonly id: string; readonly authenticatedAt: number } | undefined;
}

/** Payload of an access token, members in the order of the recorded ones (access.md §2). */
export function accessTokenPayload(facts: AccessTokenFacts, account: Account): Record<string, unknown> {
  const { session } = facts;
  return {
    exp: facts.expiresAt,
    iat: facts.issuedAt,
    ...(session === undefined ? {} : { auth_time: session.authenticatedAt }),
    jti: facts.jti,
    iss: facts.issuer,
    aud: 'account',
    sub: account.id,
    typ: 'Bearer',
    azp: facts.clientId,
    ...(session === undefined ? {} : { session_state: session.id }),
    acr: '1',
    'allowed-origins': facts.allowedOrigins,
    realm_access: { roles: ['default-roles-geoplateforme', 'offline_access', 'uma_authorization'] },
    resource_access: { account: { roles: ['manage-account', 'manage-account-links', 'view-profile'] } },
    scope: facts.scope,
    ...(session === undefined ? { clientId: facts.clientId } : { sid: session.id }),
    ...profileClaims(account),
  };
}
