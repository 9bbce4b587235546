import { type KoaContextWithOIDC, errors } from 'oidc-provider';

/**
 * Refusals of the identity provider, with Keycloak's statuses, codes and texts (access.md §1.2,
 * §1.4). `error_description` is a string here, unlike in the Entrepôt API.
 */
const TEXTS = {
  missingGrantType: [400, 'invalid_request', 'Missing form parameter: grant_type'],
  unsupportedGrantType: [400, 'unsupported_grant_type', 'Unsupported grant_type'],
  unknownClient: [401, 'invalid_client', 'Invalid client or Invalid client credentials'],
  badClientSecret: [401, 'unauthorized_client', 'Invalid client or Invalid client credentials'],
  passwordGrantOff: [400, 'unauthorized_client', 'Client not allowed for direct access grants'],
  standardFlowOff: [400, 'unauthorized_client', 'Client is not allowed to exchange authorization codes'],
  refreshOff: [400, 'unauthorized_client', 'Client is not allowed to use refresh tokens'],
  noServiceAccount: [401, 'unauthorized_client', 'Client not enabled to retrieve service account'],
  missingUsername: [400, 'invalid_request', 'Missing parameter: username'],
  badCredentials: [401, 'invalid_grant', 'Invalid user credentials'],
  accountDisabled: [400, 'invalid_grant', 'Account disabled'],
  invalidScopes: [400, 'invalid_scope', 'Invalid scopes'],
  missingCode: [400, 'invalid_request', 'Missing parameter: code'],
  badCode: [400, 'invalid_grant', 'Code not valid'],
  badRedirectUri: [400, 'invalid_grant', 'Incorrect redirect_uri'],
  missingVerifier: [400, 'invalid_grant', 'PKCE code verifier not specified'],
  invalidVerifier: [400, 'invalid_grant', 'PKCE verification failed: Invalid code verifier'],
  badVerifier: [400, 'invalid_grant', 'PKCE verification failed: Code mismatch'],
  missingRefreshToken: [400, 'invalid_request', 'No refresh token'],
  badRefreshToken: [400, 'invalid_grant', 'Invalid refresh token'],
  expiredRefreshToken: [400, 'invalid_grant', 'Token is not active'],
  endedSession: [400, 'invalid_grant', 'Session not active'],
  duplicatedParameter: [400, 'invalid_request', 'duplicated parameter'],
  badOrigin: [403, 'Invalid origin', undefined],
  badAccessToken: [401, 'invalid_token', 'Token verification failed'],
  missingOpenidScope: [403, 'insufficient_scope', 'Missing openid scope'],
  missingToken: [400, 'invalid_request', 'Token not provided'],
  otherClient: [400, 'invalid_token', 'Unmatching clients'],
  tooBusy: [503, 'temporarily_unavailable', 'Too many logins are being checked, try again later'],
  badRequest: [400, 'invalid_request', 'Invalid request'],
  noSuchRoute: [
    404,
    'Unable to find matching target resource method',
    'For more on this error consult the server log.',
  ],
  internal: [500, 'unknown_error', 'For more on this error consult the server log.'],
} as const satisfies Record<string, readonly [number, string, string | undefined]>;

export type KeycloakErrorName = keyof typeof TEXTS;

/** A refusal in Keycloak's words. */
export class KeycloakError extends errors.OIDCProviderError {
  /** @param detail added to the description, after a colon */
  constructor(
    readonly reason: KeycloakErrorName,
    detail?: string,
  ) {
    const [status, code, description] = TEXTS[reason];
    super(status, code);
    if (description !== undefined) {
      this.error_description = detail === undefined ? description : `${description}: ${detail}`;
    }
  }
}

/** Grant types by which a refusal "not allowed for this client" is told. */
const GRANT_OFF: Readonly<Record<string, KeycloakErrorName>> = {
  password: 'passwordGrantOff',
  client_credentials: 'noServiceAccount',
  authorization_code: 'standardFlowOff',
  refresh_token: 'refreshOff',
};

/** The library's reasons (`error_detail`, or the description of an invalid request), by grant type. */
const REASONS: Readonly<Record<string, readonly (readonly [RegExp, KeycloakErrorName])[]>> = {
  authorization_code: [
    [/^missing required .*'code'/, 'missingCode'],
    [/redirect_uri mismatch|^missing required .*redirect_uri/, 'badRedirectUri'],
    [/PKCE/, 'badVerifier'],
    [/^code_verifier/, 'invalidVerifier'],
    [/./, 'badCode'],
  ],
  refresh_token: [
    [/expired/, 'expiredRefreshToken'],
    [/^grant|account/, 'endedSession'],
    [/^missing required/, 'missingRefreshToken'],
    [/./, 'badRefreshToken'],
  ],
};

/** Says in Keycloak's words why the token endpoint refused. */
export function toTokenError(ctx: KoaContextWithOIDC, error: Error): KeycloakError {
  const reason = reasonOf(error);
  if (/^origin .* not allowed/.test(reason)) return new KeycloakError('badOrigin');
  const grantType = ctx.oidc.params?.grant_type;
  // Keycloak reads the grant type before it looks at the client.
  if (typeof grantType !== 'string' || grantType === '') return new KeycloakError('missingGrantType');
  const whenOff = GRANT_OFF[grantType];
  if (whenOff === undefined) return new KeycloakError('unsupportedGrantType');
  if (error instanceof KeycloakError) return error;
  if (/grant type is not allowed/.test(reason)) return new KeycloakError(whenOff);
  const clientError = toClientError(error, reason);
  if (clientError !== undefined) return clientError;
  if (error instanceof errors.InvalidScope) return new KeycloakError('invalidScopes', scopeOf(error));
  if (reason.includes('PKCE') && !ctx.oidc.params?.code_verifier) return new KeycloakError('missingVerifier');
  const known = REASONS[grantType]?.find(([pattern]) => pattern.test(reason));
  return new KeycloakError(known === undefined ? 'badRequest' : known[1]);
}

/** Says in Keycloak's words why revocation or introspection refused. */
export function toClientEndpointError(error: Error): KeycloakError {
  const reason = reasonOf(error);
  if (error instanceof KeycloakError) return error;
  if (/^origin .* not allowed/.test(reason)) return new KeycloakError('badOrigin');
  if (reason.startsWith('missing required')) return new KeycloakError('missingToken');
  if (reason.includes('does not belong')) return new KeycloakError('otherClient');
  return toClientError(error, reason) ?? new KeycloakError('badRequest');
}

/** Says in Keycloak's words why userinfo refused. */
export function toUserinfoError(error: Error): KeycloakError {
  if (error instanceof errors.InsufficientScope) return new KeycloakError('missingOpenidScope');
  return new KeycloakError('badAccessToken');
}

/** The answer to a fault of ours. */
export function toInternalError(): KeycloakError {
  return new KeycloakError('internal');
}

function toClientError(error: Error, reason: string): KeycloakError | undefined {
  if (reason === 'client not found') return new KeycloakError('unknownClient');
  if (error instanceof errors.InvalidClientAuth) return new KeycloakError('badClientSecret');
  if (/client authentication|authorization header|client_id/.test(reason)) return new KeycloakError('unknownClient');
  if (/must not be provided twice/.test(reason)) return new KeycloakError('duplicatedParameter');
  return undefined;
}

function reasonOf(error: Error): string {
  if (!(error instanceof errors.OIDCProviderError)) return error.message;
  return error.error_detail ?? error.error_description ?? error.message;
}

function scopeOf(error: errors.InvalidScope): string {
  return 'scope' in error && typeof error.scope === 'string' ? error.scope : '';
}
