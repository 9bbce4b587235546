import { createHash } from 'node:crypto';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
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
 * that another one issued. One instance per model (Session, Grant, AccessToken…). A session and what was
 * issued in it have the same `uid`: see sessions.ts.
 * @param options.origin public origin of the emulator, for the addresses that clients have on it
 */
export function createAdapterFactory(options: { prisma: PrismaClient; origin: string }): (model: string) => Adapter {
  const { prisma, origin } = options;
  let writes = 0;
  const purge = async () => {
    writes += 1;
    if (writes % WRITES_BETWEEN_PURGES !== 0) return;
    await prisma.oidcPayload.deleteMany({ where: { expiresAt: { lt: new Date() } } });
  };
  return (model) => (model === 'Client' ? clientAdapter(prisma, origin) : payloadAdapter(prisma, model, purge));
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
        uid: payload.uid ?? sessionOf(payload),
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
      const { count } = await prisma.oidcPayload.updateMany({
        where: { ...keyOf(id).model_id, consumedAt: null },
        data: { consumedAt: new Date() },
      });
      if (count === 0) throw new errors.InvalidGrant('already consumed by a request at the same moment');
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

function sessionOf({ sid }: AdapterPayload): string | null {
  return typeof sid === 'string' ? sid : null;
}

/** Clients are read-only here: the seed writes them. */
function clientAdapter(prisma: PrismaClient, origin: string): Adapter {
  const readOnly = async () => {
    throw new Error('clients come from the seed, the provider does not register any');
  };
  return {
    find: (clientId) => readClient({ prisma, origin }, clientId),
    upsert: readOnly,
    destroy: readOnly,
    consume: readOnly,
    revokeByGrantId: readOnly,
    findByUid: readOnly,
    findByUserCode: readOnly,
  };
}
