import { createHash } from 'node:crypto';
import type { AllClientMetadata, Client, ClientMetadata, default as Provider } from 'oidc-provider';
import { equalSecrets } from '../equal-secrets.js';
import type { PrismaClient } from '../generated/prisma/client.js';
import { ACCOUNT_PATH, REALM_PATH } from './paths.js';

/** A client application as the registry keeps it (access.md §1.5). Plain JSON. */
export interface ClientRecord {
  readonly enabled: boolean;
  /** Public clients cannot keep a secret: none is asked. */
  readonly public: boolean;
  /** SHA-256 of the secret, base64url; `null` when any secret will do. */
  readonly secretHash: string | null;
  /** Grant types it may use. */
  readonly grants: readonly GrantType[];
  /** Loopback ones match whatever the port; those that start with "/" are on the emulator itself. */
  readonly redirectUris: readonly string[];
  /** Idem. */
  readonly postLogoutRedirectUris: readonly string[];
  /** Browser origins allowed to call the token endpoint; `*` allows all. */
  readonly webOrigins: readonly string[];
}

export const GRANT_TYPES = ['authorization_code', 'refresh_token', 'password', 'client_credentials'] as const;
export type GrantType = (typeof GRANT_TYPES)[number];

/** The account page, which logs in as any application does. */
export const ACCOUNT_CLIENT = 'account';
const ACCOUNT_PAGE = `${REALM_PATH}${ACCOUNT_PATH}`;
const ACCOUNT_RECORD: ClientRecord = {
  enabled: true,
  public: true,
  secretHash: null,
  grants: ['authorization_code'],
  redirectUris: [ACCOUNT_PAGE, `http://localhost${ACCOUNT_PAGE}`, `http://127.0.0.1${ACCOUNT_PAGE}`],
  postLogoutRedirectUris: [],
  webOrigins: [],
};

/** Public clients that may leave PKCE out: Swagger UI (access.md §9), and the account page, which redeems no code. */
const WITHOUT_PKCE = new Set(['gpf-swagger', ACCOUNT_CLIENT]);

/** Members of a provider's client that are ours; see {@link ClientRecord}. */
export const EXTRA_CLIENT_METADATA = ['web_origins', 'any_secret', 'logout_uris'];

/** What is stored of a secret. Client secrets are long random strings: no slow hash needed. */
export function hashClientSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/**
 * A client as the provider wants it; `undefined` when unknown or disabled.
 * @param deps.origin public origin of the emulator
 */
export async function readClient(
  { prisma, origin }: { prisma: PrismaClient; origin: string },
  clientId: string,
): Promise<AllClientMetadata | undefined> {
  if (clientId === ACCOUNT_CLIENT) return toMetadata(clientId, ACCOUNT_RECORD, origin);
  // PostgreSQL holds no such character and would refuse the question.
  if (clientId.includes('\0')) return undefined;
  const row = await prisma.oidcClient.findUnique({ where: { clientId } });
  if (row === null) return undefined;
  const record = row.data as unknown as ClientRecord;
  return record.enabled ? toMetadata(clientId, record, origin) : undefined;
}

function toMetadata(clientId: string, record: ClientRecord, origin: string): ClientMetadata {
  const absolute = (uri: string) => (uri.startsWith('/') ? `${origin}${uri}` : uri);
  const withBrowser = record.grants.includes('authorization_code');
  return {
    client_id: clientId,
    application_type: 'web',
    token_endpoint_auth_method: record.public ? 'none' : 'client_secret_post',
    ...(record.public ? {} : { client_secret: record.secretHash ?? 'any' }),
    any_secret: !record.public && record.secretHash === null,
    grant_types: [...record.grants],
    response_types: withBrowser ? ['code'] : [],
    redirect_uris: withBrowser ? record.redirectUris.map(absolute) : [],
    logout_uris: record.postLogoutRedirectUris.map(absolute),
    web_origins: [...record.webOrigins],
  };
}

/** Whether a browser page of that origin may call the token endpoint for this client. */
export function allowsOrigin(client: Client, origin: string): boolean {
  const origins = client.web_origins;
  return Array.isArray(origins) && (origins.includes('*') || origins.includes(origin));
}

/** Whether a browser may be sent there after a logout from this client. */
export function allowsLogoutUri(client: Client, uri: string): boolean {
  const registered = client.logout_uris;
  return Array.isArray(registered) && registered.some((one) => isSameRedirect(String(one), uri));
}

/** Whether the client must prove that it redeems its own codes (RFC 7636). */
export function requiresPkce(client: Client): boolean {
  return client.clientAuthMethod === 'none' && !WITHOUT_PKCE.has(client.clientId);
}

/**
 * Changes how the provider treats clients: secrets are compared with the stored hash, or not at all
 * for the clients whose real secret is published elsewhere, nor for public ones; every token carries
 * its session id.
 */
export function customizeClients(provider: Provider): void {
  const { Client: ClientModel } = provider;
  ClientModel.prototype.compareClientSecret = function compareClientSecret(this: Client, actual: string) {
    return this.any_secret === true || equalSecrets(this.clientSecret ?? '', hashClientSecret(actual));
  };
  ClientModel.prototype.redirectUriAllowed = function redirectUriAllowed(this: Client, uri: string) {
    return (this.redirectUris ?? []).some((registered) => isSameRedirect(registered, uri));
  };
  ClientModel.prototype.includeSid = () => true;
  ignorePublicSecrets(provider);
}

/** The parts of the library's request context that its published types leave out. */
interface RequestContext {
  readonly authorization: { readonly methods?: string[] };
  entity(this: RequestContext, name: string, value: unknown): void;
}

/** Some browser applications send an empty or invented secret: a public client is authenticated by none all the same. */
function ignorePublicSecrets(provider: Provider): void {
  const context = provider.OIDCContext.prototype as unknown as RequestContext;
  // oxlint-disable-next-line typescript/unbound-method -- called on the context below
  const keepEntity = context.entity;
  context.entity = function entity(this: RequestContext, name: string, value: unknown) {
    keepEntity.call(this, name, value);
    if (name === 'Client') this.authorization.methods?.push('none');
  };
}

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Exact comparison of redirect URIs, except for the port of loopback ones, which desktop
 * applications choose at run time (RFC 8252 §7.3).
 */
export function isSameRedirect(registered: string, requested: string): boolean {
  if (registered === requested) return true;
  if (!URL.canParse(registered) || !URL.canParse(requested)) return false;
  const expected = new URL(registered);
  const actual = new URL(requested);
  if (!LOOPBACK_HOSTS.has(expected.hostname)) return false;
  actual.port = expected.port;
  return actual.href === expected.href;
}
