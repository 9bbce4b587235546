import { type JWTPayload, SignJWT } from 'jose';
import type { AccessToken, AdapterPayload, IdToken, default as Provider, UnknownObject } from 'oidc-provider';
import { findActiveAccount } from './accounts.js';
import { type AccessTokenFacts, accessTokenPayload, grantedScopes } from './claims.js';
import type { PrismaClient } from '../generated/prisma/client.js';
import type { SigningKey } from './keys.js';
import { InvalidTokenError, type TokenVerifier } from './verify.js';

/**
 * Access tokens as Keycloak makes them: a signed JWT that is also known to the provider, so that it
 * works at userinfo, can be introspected and revoked. The library does one or the other (a JWT for
 * resource servers, or a stored opaque value for userinfo); the three methods below join them. See
 * docs/adr/0002-oidc-provider-8.md.
 */

/** The parts of the library's token model that its published types leave out. */
interface TokenModel extends AccessToken {
  getValueAndPayload: (this: TokenModel) => Promise<{ value: string; payload: AdapterPayload }>;
}

export interface TokenOptions {
  readonly prisma: PrismaClient;
  /** Key that signs new tokens. */
  readonly key: SigningKey;
  readonly verify: TokenVerifier;
}

/** Makes the provider issue, store and find JWT access tokens, and Keycloak's identity tokens. */
export function customizeTokens(provider: Provider, options: TokenOptions): void {
  issueSignedAccessTokens(provider, options);
  findAccessTokensByJwt(provider, options.verify);
  completeIdTokens(provider);
}

function issueSignedAccessTokens(provider: Provider, { prisma, key }: TokenOptions): void {
  const model = provider.AccessToken.prototype as TokenModel;
  const getStoredPayload = model.getValueAndPayload;
  model.getValueAndPayload = async function getValueAndPayload(this: TokenModel) {
    this.scope = grantedScopes(this.scope);
    const { payload } = await getStoredPayload.call(this);
    const account = await findActiveAccount(prisma, this.accountId);
    if (account === null) throw new Error(`no active account ${this.accountId} for a new access token`);
    const authenticatedAt = await authenticationTime(provider, this, payload);
    const claims = accessTokenPayload(factsOf(provider, this, { payload, authenticatedAt }), account);
    const value = await new SignJWT(claims as JWTPayload)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.kid })
      .sign(key.privateKey);
    return { value, payload };
  };
}

/**
 * When the person logged in, Unix seconds: the browser's session knows it; without browser, a refreshed
 * token keeps the time of its session's first one.
 */
async function authenticationTime(provider: Provider, token: TokenModel, payload: AdapterPayload): Promise<number> {
  const session = token.sessionUid === undefined ? undefined : await provider.Session.findByUid(token.sessionUid);
  if (session?.loginTs !== undefined) return session.loginTs;
  const grant = token.gty.endsWith('refresh_token') ? await provider.Grant.find(token.grantId) : undefined;
  return grant?.iat ?? payload.iat ?? 0;
}

function factsOf(
  provider: Provider,
  token: TokenModel,
  { payload, authenticatedAt }: { payload: AdapterPayload; authenticatedAt: number },
): AccessTokenFacts {
  const issuedAt = payload.iat ?? 0;
  const origins = token.client?.web_origins;
  return {
    jti: token.jti,
    issuer: provider.issuer,
    issuedAt,
    expiresAt: payload.exp ?? issuedAt,
    clientId: token.clientId ?? '',
    scope: token.scope ?? '',
    allowedOrigins: Array.isArray(origins) ? origins.map(String) : [],
    session: token.sid === undefined ? undefined : { id: token.sid, authenticatedAt },
  };
}

function findAccessTokensByJwt(provider: Provider, verify: TokenVerifier): void {
  const model = provider.AccessToken;
  const findByJti = model.find.bind(model);
  model.find = async function find<T>(
    this: new (...args: never[]) => T,
    value: string,
    options?: { ignoreExpiration?: boolean },
  ): Promise<T | undefined> {
    const jti = await jtiOf(value, verify);
    return jti === undefined ? undefined : (findByJti(jti, options) as Promise<T | undefined>);
  };
}

async function jtiOf(value: string, verify: TokenVerifier): Promise<string | undefined> {
  try {
    return (await verify(value)).jti;
  } catch (error) {
    if (error instanceof InvalidTokenError) return undefined;
    throw error;
  }
}

function completeIdTokens(provider: Provider): void {
  const model = provider.IdToken.prototype;
  // oxlint-disable-next-line typescript/unbound-method -- called on the token below
  const standardPayload = model.payload;
  model.payload = async function payload(this: IdToken): Promise<UnknownObject> {
    const claims = await standardPayload.call(this);
    const { auth_time: authTime } = this.available;
    const login = authTime === undefined ? {} : { auth_time: authTime };
    return { typ: 'ID', azp: this.client.clientId, ...login, acr: '1', ...claims };
  };
}
