import { createHash } from 'node:crypto';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import { readClient } from './clients.js';

/** Models whose identifier is a secret that a client presents: only its hash is stored. */
const SECRET_IDENTIFIERS = new Set(['AuthorizationCode', 'RefreshToken']);

/** Models that disappear together when a grant is revoked. */
const GRANTABLE = ['AccessToken', 'AuthorizationCode', 'RefreshToken', 'Grant'];

/** Every so many writes, what has expired is deleted. */
const WRITES_BETWEEN_PURGES = 500;

/**
 * Storage of the OpenID Connect provider in PostgreSQL, so that any replica can answer for a token
 * that another one issued. One instance per model (Session, Grant, AccessToken…).
 */
export function createAdapterFactory(prisma: PrismaClient): (model: string) => Adapter {
  let writes = 0;
  const purge = async () => {
    writes += 1;
    if (writes % WRITES_BETWEEN_PURGES !== 0) return;
    await prisma.oidcPayload.deleteMany({ where: { expiresAt: { lt: new Date() } } });
  };
  return (model) => (model === 'Client' ? clientAdapter(prisma) : payloadAdapter(prisma, model, purge));
}

function payloadAdapter(prisma: PrismaClient, model: string, purge: () => Promise<void>): Adapter {
  const secret = SECRET_IDENTIFIERS.has(model);
  const keyOf = (id: string) => ({
    model_id: { model, id: secret ? createHash('sha256').update(id).digest('base64url') : id },
  });
  const findOne = async (where: Prisma.OidcPayloadWhereInput) => {
    const row = await prisma.oidcPayload.findFirst({ where: { model, ...where } });
    return row === null ? undefined : toPayload(row);
  };
  return {
    async upsert(id, payload, expiresIn) {
      const { jti, ...rest } = payload;
      const data = {
        payload: (secret ? rest : { jti, ...rest }) as Prisma.InputJsonObject,
        grantId: payload.grantId ?? null,
        uid: payload.uid ?? null,
        userCode: payload.userCode ?? null,
        expiresAt: expiresIn > 0 ? new Date(Date.now() + expiresIn * 1000) : null,
      };
      const key = keyOf(id);
      await prisma.oidcPayload.upsert({ where: key, create: { ...key.model_id, ...data }, update: data });
      await purge();
    },
    async find(id) {
      const row = await prisma.oidcPayload.findUnique({ where: keyOf(id) });
      return row === null ? undefined : { ...toPayload(row), jti: id };
    },
    findByUid: (uid) => findOne({ uid }),
    findByUserCode: (userCode) => findOne({ userCode }),
    async consume(id) {
      // As Keycloak does by default, a refresh token stays good after it was used: a client that
      // asks twice at once must not lose its session. Codes work once.
      if (model === 'RefreshToken') return;
      await prisma.oidcPayload.updateMany({ where: keyOf(id).model_id, data: { consumedAt: new Date() } });
    },
    async destroy(id) {
      await prisma.oidcPayload.deleteMany({ where: keyOf(id).model_id });
    },
    async revokeByGrantId(grantId) {
      await prisma.oidcPayload.deleteMany({ where: { grantId, model: { in: GRANTABLE } } });
    },
  };
}

function toPayload(row: { payload: unknown; consumedAt: Date | null }): AdapterPayload {
  const consumed = row.consumedAt === null ? {} : { consumed: Math.floor(row.consumedAt.getTime() / 1000) };
  return { ...(row.payload as AdapterPayload), ...consumed };
}

/** Clients are read-only here: the seed writes them. */
function clientAdapter(prisma: PrismaClient): Adapter {
  const readOnly = async () => {
    throw new Error('clients come from the seed, the provider does not register any');
  };
  return {
    find: (clientId) => readClient(prisma, clientId),
    upsert: readOnly,
    destroy: readOnly,
    consume: readOnly,
    revokeByGrantId: readOnly,
    findByUid: readOnly,
    findByUserCode: readOnly,
  };
}
