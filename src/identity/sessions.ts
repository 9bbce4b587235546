import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AdapterPayload, Grant, KoaContextWithOIDC, Session, default as Provider } from 'oidc-provider';
import { DEFAULT_SCOPES } from './claims.js';
import type { PrismaClient } from '../generated/prisma/client.js';

/**
 * Sessions as Keycloak has them: one identifier, a UUID, for the browser's session and for everything
 * that was issued in it (`session_state`, `sid`), whatever the application. The library gives each
 * application an identifier of its own. The column `uid` of what is stored holds it.
 */

/** Cookie of a browser's session; its signature has the same name followed by ".sig". */
export const SESSION_COOKIE = 'KEYCLOAK_IDENTITY';

/** The parts of the library's session model that its published types leave out. */
interface SessionModel {
  new (payload?: AdapterPayload): Session;
  instantiate(this: SessionModel, payload?: AdapterPayload): Session;
}

export function customizeSessions(provider: Provider): void {
  const model = provider.Session as unknown as SessionModel;
  model.instantiate = function instantiate(this: SessionModel, payload?: AdapterPayload) {
    const session = new this(payload);
    if (payload?.uid === undefined) session.uid = randomUUID();
    return session;
  };
  provider.Session.prototype.ensureClientContainer = function ensureClientContainer(this: Session, clientId: string) {
    this.sidFor(clientId, this.uid);
  };
}

/** The session of a browser, outside of the library's own routes; without `accountId` when nobody is logged in. */
export function sessionOf(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<Session> {
  return provider.Session.get(provider.app.createContext(request, response));
}

/**
 * What an application may do in the name of the person: everything, no consent is asked (the clients
 * belong to the platform). One grant per application and session, so that tokens of several tabs live
 * together; each login gives it a whole life again.
 * @param lifetime seconds
 */
export async function ensureGrant(ctx: KoaContextWithOIDC, lifetime: number): Promise<Grant | undefined> {
  const { session, client, account, provider } = ctx.oidc;
  if (session === undefined || client === undefined || account === undefined) return undefined;
  const known = session.grantIdFor(client.clientId) as string | undefined;
  const existing = known === undefined ? undefined : await provider.Grant.find(known);
  const grant =
    existing?.accountId === account.accountId
      ? existing
      : new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  grant.addOIDCScope(['openid', ...DEFAULT_SCOPES].join(' '));
  grant.exp = Math.floor(Date.now() / 1000) + lifetime;
  await grant.save();
  return grant;
}

/**
 * Ends a session for every application: the browser's own, codes, access tokens, and the grants without
 * which refresh tokens say "Session not active". What is unknown or ended already changes nothing.
 */
export async function endSession(prisma: PrismaClient, sid: string): Promise<void> {
  await prisma.$transaction(async (transaction) => {
    const issued = await transaction.oidcPayload.findMany({
      where: { uid: sid, grantId: { not: null } },
      distinct: ['grantId'],
      select: { grantId: true },
    });
    const grants = issued.flatMap(({ grantId }) => (grantId === null ? [] : [grantId]));
    await transaction.oidcPayload.deleteMany({
      where: {
        OR: [
          { model: 'Session', uid: sid },
          { model: 'Grant', id: { in: grants } },
          { model: { in: ['AccessToken', 'AuthorizationCode'] }, grantId: { in: grants } },
        ],
      },
    });
  });
}

/** An open session of somebody. */
export interface OpenSession {
  readonly sid: string;
  readonly openedAt: Date;
  /** Client ids, in the order of the logins. */
  readonly clients: readonly string[];
}

/** The browser sessions of an account, oldest first. */
export async function listSessions(prisma: PrismaClient, accountId: string): Promise<OpenSession[]> {
  const rows = await prisma.oidcPayload.findMany({
    where: {
      model: 'Session',
      expiresAt: { gt: new Date() },
      payload: { path: ['accountId'], equals: accountId },
    },
  });
  return rows
    .map(({ payload }) => {
      const stored = payload as Pick<AdapterPayload, 'uid' | 'loginTs' | 'authorizations'>;
      return {
        sid: stored.uid ?? '',
        openedAt: new Date((stored.loginTs ?? 0) * 1000),
        clients: Object.keys(stored.authorizations ?? {}),
      };
    })
    .sort((one, other) => one.openedAt.getTime() - other.openedAt.getTime());
}
