import type { FastifyInstance } from 'fastify';
import { allowsOrigin } from '../clients.js';
import { cookieCheckFrame, statusFrame } from '../pages/frames.js';
import { COOKIE_CHECK_PATH, REALM_PATH, STATUS_FRAME_PATH } from '../paths.js';
import { sessionOf } from '../sessions.js';
import { type BrowserSide, queryOf } from './side.js';

const PROBE = 'KEYCLOAK_3P_COOKIE';
const CHECK_ROUTE = `${REALM_PATH}${COOKIE_CHECK_PATH}`;
const STATUS_ROUTE = `${REALM_PATH}${STATUS_FRAME_PATH}`;

/** The hidden frames of keycloak-js: see pages/frames.ts. */
export function frameRoutes(scope: FastifyInstance, { provider }: BrowserSide): void {
  scope.get(`${CHECK_ROUTE}/step1.html`, async (_request, reply) =>
    reply
      .headers(cookieCheckFrame.headers)
      // Sent back under the same conditions as the session's cookie, and by nothing else.
      .header('set-cookie', `${PROBE}=supported; Path=${CHECK_ROUTE}/; Max-Age=60; HttpOnly; SameSite=Lax`)
      .send(cookieCheckFrame.page.toString()),
  );

  scope.get(`${CHECK_ROUTE}/step2.html`, async (request, reply) => {
    const cookies = (request.headers.cookie ?? '').split(/;\s*/);
    return reply
      .type('text/plain; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(cookies.includes(`${PROBE}=supported`) ? 'supported' : 'unsupported');
  });

  scope.get(STATUS_ROUTE, async (_request, reply) =>
    reply.headers(statusFrame.headers).send(statusFrame.page.toString()),
  );

  scope.get(`${STATUS_ROUTE}/init`, async (request, reply) => {
    const query = queryOf(request);
    const client = await provider.Client.find(query.get('client_id') ?? '');
    const allowed = client !== undefined && allowsOrigin(client, query.get('origin') ?? '');
    reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store');
    if (!allowed) return reply.code(403).send('error');
    const session = await sessionOf(provider, request.raw, reply.raw);
    const current = session.accountId === undefined ? '' : session.uid;
    return reply.send(current === (query.get('session_state') ?? '') ? 'unchanged' : 'changed');
  });
}
