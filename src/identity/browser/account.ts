import type { FastifyInstance } from 'fastify';
import { findActiveAccount } from '../accounts.js';
import { ACCOUNT_CLIENT } from '../clients.js';
import { accountPage } from '../pages/account.js';
import { messagePage } from '../pages/message.js';
import { ACCOUNT_PATH, AUTHORIZATION_PATH, REALM_PATH } from '../paths.js';
import { listSessions, sessionOf } from '../sessions.js';
import { logoutFormOf } from './logout.js';
import { type BrowserSide, queryOf, sendPage } from './side.js';

const ACCOUNT_ROUTE = `${REALM_PATH}${ACCOUNT_PATH}`;

/** The account page that cartes.gouv.fr links to; it logs in like any application, and redeems no code. */
export function accountRoutes(scope: FastifyInstance, browser: BrowserSide): void {
  scope.get(ACCOUNT_ROUTE, async (request, reply) => {
    const session = await sessionOf(browser.provider, request.raw, reply.raw);
    const accountId = session.accountId;
    const account = accountId === undefined ? null : await findActiveAccount(browser.prisma, accountId);
    const query = queryOf(request);
    const isBack = query.has('code') || query.has('error');
    const login = loginLocation(request.origin);
    if (account === null) {
      if (!isBack) return reply.redirect(login, 302);
      // Another redirect would go round for ever when the browser keeps no cookie.
      const link = { href: login, label: 'Se connecter' };
      return sendPage(reply, messagePage('Mon compte', 'Vous n’êtes pas connecté.', link));
    }
    if (isBack) return reply.redirect(ACCOUNT_ROUTE, 302);
    const sessions = (await listSessions(browser.prisma, account.id)).map(({ sid, openedAt, clients }) => ({
      current: sid === session.uid,
      openedAt,
      clients: clients.filter((client) => client !== ACCOUNT_CLIENT),
    }));
    return sendPage(reply, accountPage({ account, sessions, logout: logoutFormOf(browser, session) }));
  });
}

/** @param origin public origin of the emulator */
function loginLocation(origin: string): string {
  const query = new URLSearchParams({
    client_id: ACCOUNT_CLIENT,
    redirect_uri: `${origin}${ACCOUNT_ROUTE}`,
    response_type: 'code',
    scope: 'openid',
  });
  return `${REALM_PATH}${AUTHORIZATION_PATH}?${query.toString()}`;
}
