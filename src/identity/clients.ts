import { createHash, timingSafeEqual } from 'node:crypto';
import type { AllClientMetadata, Client, ClientMetadata, default as Provider } from 'oidc-provider';
import type { PrismaClient } from '../generated/prisma/client.js';

/** A client application as the registry keeps it (access.md §1.5). Plain JSON. */
export interface ClientRecord {
  readonly enabled: boolean;
  /** Public clients cannot keep a secret: none is asked. */
  readonly public: boolean;
  /** SHA-256 of the secret, base64url; `null` when any secret will do. */
  readonly secretHash: string | null;
  /** Grant types it may use. */
  readonly grants: readonly GrantType[];
  /** Loopback ones match whatever the port. */
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  /** Browser origins allowed to call the token endpoint; `*` allows all. */
  readonly webOrigins: readonly string[];
}

export const GRANT_TYPES = ['authorization_code', 'refresh_token', 'password', 'client_credentials'] as const;
export type GrantType = (typeof GRANT_TYPES)[number];

/** Members of a provider's client that are ours; see {@link ClientRecord}. */
export const EXTRA_CLIENT_METADATA = ['web_origins', 'any_secret'];

/** What is stored of a secret. Client secrets are long random strings: no slow hash needed. */
export function hashClientSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** A client as the provider wants it; `undefined` when unknown or disabled. */
export async function readClient(prisma: PrismaClient, clientId: string): Promise<AllClientMetadata | undefined> {
  // PostgreSQL holds no such character and would refuse the question.
  if (clientId.includes('\0')) return undefined;
  const row = await prisma.oidcClient.findUnique({ where: { clientId } });
  if (row === null) return undefined;
  const record = row.data as unknown as ClientRecord;
  return record.enabled ? toMetadata(clientId, record) : undefined;
}

function toMetadata(clientId: string, record: ClientRecord): ClientMetadata {
  const withBrowser = record.grants.includes('authorization_code');
  return {
    client_id: clientId,
    application_type: 'web',
    token_endpoint_auth_method: record.public ? 'none' : 'client_secret_post',
    ...(record.public ? {} : { client_secret: record.secretHash ?? 'any' }),
    any_secret: !record.public && record.secretHash === null,
    grant_types: [...record.grants],
    response_types: withBrowser ? ['code'] : [],
    redirect_uris: withBrowser ? [...record.redirectUris] : [],
    post_logout_redirect_uris: [...record.postLogoutRedirectUris],
    web_origins: [...record.webOrigins],
  };
}

/** Whether a browser page of that origin may call the token endpoint for this client. */
export function allowsOrigin(client: Client, origin: string): boolean {
  const origins = client.web_origins;
  return Array.isArray(origins) && (origins.includes('*') || origins.includes(origin));
}

/**
 * Changes how the provider treats clients: secrets are compared with the stored hash, or not at all
 * for the clients whose real secret is published elsewhere; every token carries its session id.
 */
export function customizeClients(provider: Provider): void {
  const { Client: ClientModel } = provider;
  ClientModel.prototype.compareClientSecret = function compareClientSecret(this: Client, actual: string) {
    if (this.any_secret === true) return true;
    const expected = Buffer.from(this.clientSecret ?? '');
    const given = Buffer.from(hashClientSecret(actual));
    return expected.length === given.length && timingSafeEqual(expected, given);
  };
  ClientModel.prototype.redirectUriAllowed = function redirectUriAllowed(this: Client, uri: string) {
    return (this.redirectUris ?? []).some((registered) => isSameRedirect(registered, uri));
  };
  ClientModel.prototype.includeSid = () => true;
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
