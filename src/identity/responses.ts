import { decodeJwt } from 'jose';
import type { KoaContextWithOIDC, default as Provider } from 'oidc-provider';
import type { Logger } from 'pino';
import { shapeRedirect } from './authorization.js';
import {
  KeycloakError,
  toClientEndpointError,
  toInternalError,
  toTokenError,
  toUserinfoError,
} from './keycloak-errors.js';
import { RETRY_SECONDS } from '../slots.js';
import { AUTHORIZATION_PATH, LOGOUT_PATH, STATUS_FRAME_PATH } from './paths.js';

/** Name by which Keycloak's challenges call the realm. */
const REALM = 'geoplateforme';

/** Routes of the provider whose answers are JSON, with the way their refusals are told. */
const TRANSLATORS: Readonly<Record<string, (ctx: KoaContextWithOIDC, error: Error) => KeycloakError>> = {
  token: toTokenError,
  userinfo: (_ctx, error) => toUserinfoError(error),
  revocation: (_ctx, error) => toClientEndpointError(error),
  introspection: (_ctx, error) => toClientEndpointError(error),
};

const FAILURE_EVENTS = ['grant.error', 'userinfo.error', 'revocation.error', 'introspection.error', 'server_error'];

/**
 * Gives the provider's answers Keycloak's shape: members of a token answer, refusals, introspection,
 * headers. Runs around the library, whose own error objects arrive as events.
 */
export function shapeResponses(provider: Provider, log: Logger): void {
  const failures = new WeakMap<object, Error>();
  for (const event of FAILURE_EVENTS) {
    provider.on(event, (ctx: object, error: Error) => failures.set(ctx, error));
  }
  provider.on('server_error', (_ctx: object, error: Error) => {
    if (!(error instanceof KeycloakError)) log.error({ err: error }, 'Identity:Failed');
  });

  provider.use(async (koaContext, next) => {
    await next();
    const ctx = koaContext as KoaContextWithOIDC;
    shape(ctx, failures.get(ctx));
    ctx.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' });
    // Exactly this type, without charset, as Keycloak sends it.
    if (typeof ctx.body === 'object' && ctx.body !== null) ctx.set('Content-Type', 'application/json');
  });
}

function shape(ctx: KoaContextWithOIDC, failure: Error | undefined): void {
  // The library defines `oidc` only on requests that one of its routes took.
  const route = (ctx.oidc as KoaContextWithOIDC['oidc'] | undefined)?.route;
  if (route === undefined) return refuse(ctx, new KeycloakError('noSuchRoute'));
  if (route === 'authorization' || route === 'resume') return shapeRedirect(ctx);
  if (route === 'discovery') return completeDiscovery(ctx);
  const translate = TRANSLATORS[route];
  if (translate === undefined) return;
  if (failure !== undefined) refuse(ctx, isFault(ctx, failure) ? toInternalError() : translate(ctx, failure));
  else if (route === 'token') completeTokenResponse(ctx);
  else if (route === 'introspection') completeIntrospection(ctx);
}

/** Whether something went wrong that is not told: one of our own refusals may have such a status too. */
function isFault(ctx: KoaContextWithOIDC, failure: Error): boolean {
  return ctx.status >= 500 && !(failure instanceof KeycloakError);
}

function refuse(ctx: KoaContextWithOIDC, error: KeycloakError): void {
  ctx.status = error.status;
  ctx.body = {
    error: error.error,
    ...(error.error_description === undefined ? {} : { error_description: error.error_description }),
  };
  ctx.remove('WWW-Authenticate');
  if (error.reason === 'tooBusy') ctx.set('Retry-After', String(RETRY_SECONDS));
  if (error.reason === 'badAccessToken' || error.reason === 'missingOpenidScope')
    ctx.set('WWW-Authenticate', challenge(error));
}

function challenge(error: KeycloakError): string {
  return `Bearer realm="${REALM}", error="${error.error}", error_description="${error.error_description ?? ''}"`;
}

/** Adds the addresses of the routes that are not the library's. */
function completeDiscovery(ctx: KoaContextWithOIDC): void {
  const body = ctx.body as Record<string, unknown>;
  const base = String(body.authorization_endpoint).slice(0, -AUTHORIZATION_PATH.length);
  ctx.body = {
    ...body,
    end_session_endpoint: `${base}${LOGOUT_PATH}`,
    check_session_iframe: `${base}${STATUS_FRAME_PATH}`,
  };
}

/** Adds what Keycloak's token answer has beside the standard's, in its order (access.md §1.2). */
function completeTokenResponse(ctx: KoaContextWithOIDC): void {
  const body = ctx.body as Record<string, unknown>;
  const { AccessToken, RefreshToken } = ctx.oidc.entities;
  ctx.body = {
    access_token: body.access_token,
    expires_in: body.expires_in,
    refresh_expires_in: RefreshToken?.remainingTTL ?? 0,
    refresh_token: body.refresh_token,
    token_type: body.token_type,
    id_token: body.id_token,
    'not-before-policy': 0,
    session_state: AccessToken?.sid,
    scope: body.scope,
  };
}

/** An active access token is described by its own claims; the library only knows the standard ones. */
function completeIntrospection(ctx: KoaContextWithOIDC): void {
  const body = ctx.body as Record<string, unknown>;
  const { AccessToken } = ctx.oidc.entities;
  if (body.active !== true || AccessToken === undefined) return;
  const claims = decodeJwt(String(ctx.oidc.params?.token));
  ctx.body = {
    ...claims,
    client_id: claims.azp,
    username: claims.preferred_username,
    token_type: 'Bearer',
    active: true,
  };
}
