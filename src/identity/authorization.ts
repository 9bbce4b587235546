import { createHash, randomUUID } from 'node:crypto';
import { type AuthorizationCode, type KoaContextWithOIDC, interactionPolicy } from 'oidc-provider';
import type { default as Provider } from 'oidc-provider';
import { grantedScopes, unknownScopes } from './claims.js';
import { KeycloakError } from './keycloak-errors.js';

/** The authorization endpoint with Keycloak's manners (access.md §1.3). */

/** Prompts that mean something; others, and the consent that nobody is asked, are ignored. */
const PROMPTS = new Set(['none', 'login']);

/** Parameters that the library refuses without the scope `openid`, where Keycloak ignores them. */
const OPENID_ONLY = ['nonce', 'max_age', 'acr_values', 'claims', 'claims_locales', 'id_token_hint'];

/** Our own parameter, in which the scopes that nobody knows go past the library, which would drop them in silence. */
export const UNKNOWN_SCOPES = 'unknown_scopes';

/**
 * An authorization request as the library takes it: what Keycloak ignores is taken out, the scopes are
 * those that the tokens will have. Repeated parameters stay, for the library to refuse.
 */
export function normalizeAuthorizationRequest(request: URLSearchParams): URLSearchParams {
  const normalized = new URLSearchParams(request);
  const replace = (name: string, value: string) => {
    normalized.delete(name);
    if (value !== '') normalized.set(name, value);
  };
  const prompts = (request.get('prompt') ?? '').split(/\s+/).filter((prompt) => PROMPTS.has(prompt));
  replace('prompt', prompts.join(' '));
  const requested = request.getAll('scope');
  const scope = grantedScopes(requested[0]);
  if (requested.length < 2) replace('scope', scope);
  replace(UNKNOWN_SCOPES, unknownScopes(requested[0]).join(' '));
  if (!scope.includes('openid')) {
    for (const name of OPENID_ONLY) normalized.delete(name);
  }
  return normalized;
}

/** Name of a parameter that holds what PostgreSQL cannot keep. */
export function unstorableParameter(request: URLSearchParams): string | undefined {
  return [...request].find(([, value]) => value.includes('\0'))?.[0];
}

/** @throws KeycloakError naming the scopes of {@link UNKNOWN_SCOPES} */
export function refuseUnknownScopes(unknown: string | undefined): void {
  if (unknown !== undefined) throw new KeycloakError('invalidScopes', unknown);
}

/** When a login is asked: no session, the session of an account that is gone, or as the request wants. No consent. */
export function loginPolicy(): interactionPolicy.Prompt[] {
  const policy = interactionPolicy.base();
  policy.remove('consent');
  policy
    .get('login')
    ?.checks.add(
      new interactionPolicy.Check(
        'no_account',
        'End-User authentication is required',
        'login_required',
        ({ oidc }) => oidc.session?.accountId !== undefined && oidc.account === undefined,
      ),
    );
  return policy;
}

/** Codes and successful answers of the shape that Keycloak gives them. */
export function customizeAuthorization(provider: Provider): void {
  const model = provider.AuthorizationCode.prototype as AuthorizationCode & { generateTokenId(): string };
  model.generateTokenId = function generateTokenId(this: AuthorizationCode) {
    return `${randomUUID()}.${this.sid ?? ''}.${toUuid(this.clientId ?? '')}`;
  };
  provider.on('authorization.success', (ctx: KoaContextWithOIDC, answer: Record<string, unknown>) => {
    const { state, iss, code } = answer;
    const sessionState = ctx.oidc.session?.uid;
    for (const name of Object.keys(answer)) delete answer[name];
    Object.assign(answer, state === undefined ? {} : { state }, { session_state: sessionState, iss, code });
  });
}

/** Keycloak redirects with 302 where the library says 303, and has its own words for refusals. */
export function shapeRedirect(ctx: KoaContextWithOIDC): void {
  const location = ctx.response.get('Location');
  if (location === '') return;
  ctx.status = 302;
  if (!URL.canParse(location)) return;
  const url = new URL(location);
  const inFragment = url.hash.includes('error_description=');
  const answer = inFragment ? new URLSearchParams(url.hash.slice(1)) : url.searchParams;
  const description = answer.get('error_description');
  if (answer.get('error') === null || description === null) return;
  answer.set('error_description', toKeycloakText(description));
  if (inFragment) url.hash = answer.toString();
  ctx.set('Location', url.href);
}

/** The library's descriptions that Keycloak words otherwise. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^client is invalid/, 'Client not found.'],
  [/redirect_uri/, 'Invalid parameter: redirect_uri'],
  [/^missing required parameters? '(\w+)'/, 'Missing parameter: $1'],
  [/requires PKCE/, 'Missing parameter: code_challenge_method'],
  [/code_challenge_method/, 'Invalid parameter: code_challenge_method'],
  [/^code_challenge /, 'Invalid parameter: code_challenge'],
  [/must not be provided twice/, 'duplicated parameter'],
];

/** Says in Keycloak's words why an authorization request is refused. */
export function toKeycloakText(description: string): string {
  for (const [pattern, text] of TEXTS) {
    const found = pattern.exec(description);
    if (found !== null) return text.replace('$1', found[1] ?? '');
  }
  return description;
}

/** Clients have no UUID here: one that stays the same is made of the name. */
function toUuid(name: string): string {
  const digest = createHash('sha256').update(name).digest('hex');
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
