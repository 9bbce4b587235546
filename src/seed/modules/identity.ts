import type { ClientRecord } from '../../identity/clients.js';
import { hashClientSecret } from '../../identity/clients.js';
import { hashPassword } from '../../identity/passwords.js';
import { throttlePrefix } from '../../identity/throttle.js';
import type { EntityModule } from '../module.js';
import { upsertRows } from '../rows.js';
import type { SeedClient, SeedUser } from '../schema.js';

/**
 * Accounts, clients and what the provider stores. Signing keys stay: a reset must not make the tokens
 * of a test suite worthless.
 */
export const identityModule: EntityModule = {
  name: 'identity',
  tables: ['oidc_payload', 'oidc_client', 'account'],

  async clear({ redis, instanceId }) {
    const prefix = throttlePrefix(`geopf:${instanceId}`);
    let cursor = '0';
    do {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1000);
      cursor = next;
      if (keys.length > 0) await redis.del(...keys);
    } while (cursor !== '0');
  },

  async seed({ client, seed }) {
    const people = await Promise.all(seed.users.map(toAccount));
    await upsertRows(client, 'account', { key: ['id'], rows: [...people, ...seed.clients.flatMap(toServiceAccount)] });
    await upsertRows(client, 'oidc_client', {
      key: ['client_id'],
      rows: seed.clients.map((application) => ({ client_id: application.id, data: toClientRecord(application) })),
    });
  },
};

/** Hashing is slow on purpose: a reset reuses what the same process hashed before. */
const hashes = new Map<string, Promise<string>>();

function memoizedHash(user: SeedUser): Promise<string> {
  const key = `${user.id} ${user.password}`;
  let hash = hashes.get(key);
  if (hash === undefined) {
    hash = hashPassword(user.password);
    hashes.set(key, hash);
  }
  return hash;
}

async function toAccount(user: SeedUser) {
  return {
    id: user.id,
    username: user.username,
    email: user.email,
    email_verified: true,
    first_name: user.first_name,
    last_name: user.last_name,
    password_hash: await memoizedHash(user),
    totp_secret: user.totp_secret ?? null,
    enabled: user.enabled,
    service_client_id: null,
  };
}

function toServiceAccount(application: SeedClient) {
  if (application.service_account === undefined) return [];
  const username = `service-account-${application.id}`;
  return [
    {
      id: application.service_account,
      username,
      email: `${username}@no-reply.fr`,
      email_verified: false,
      first_name: '',
      last_name: '',
      password_hash: null,
      totp_secret: null,
      enabled: application.enabled,
      service_client_id: application.id,
    },
  ];
}

function toClientRecord(application: SeedClient): ClientRecord {
  return {
    enabled: application.enabled,
    public: application.public,
    secretHash: application.secret === undefined ? null : hashClientSecret(application.secret),
    grants: application.grants,
    redirectUris: application.redirect_uris,
    postLogoutRedirectUris: application.post_logout_redirect_uris,
    webOrigins: application.web_origins,
  };
}
