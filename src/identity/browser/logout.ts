import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decodeJwt } from 'jose';
import { type Client, type Session, errors } from 'oidc-provider';
import { allowsLogoutUri } from '../clients.js';
import { logoutPage } from '../pages/logout.js';
import { messagePage } from '../pages/message.js';
import { ACCOUNT_PATH, LOGOUT_PATH, REALM_PATH } from '../paths.js';
import { SESSION_COOKIE, endSession, sessionOf } from '../sessions.js';
import { refreshTokenLogout } from './refresh-token-logout.js';
import { type BrowserSide, formOf, queryOf, sendErrorPage, sendPage } from './side.js';

const LOGOUT_ROUTE = `${REALM_PATH}${LOGOUT_PATH}`;
const CONFIRM_ROUTE = `${LOGOUT_ROUTE}/logout-confirm`;

/**
 * Logout (access.md §1.4). An application that shows the identity token it received ends the session at
 * once; anybody else makes the person confirm, so that no page of elsewhere can log them out.
 */
export function logoutRoutes(scope: FastifyInstance, browser: BrowserSide): void {
  scope.get(LOGOUT_ROUTE, async (request, reply) => logOut(browser, { request, reply }, queryOf(request)));

  scope.post(LOGOUT_ROUTE, async (request, reply) => {
    const form = formOf(request);
    const fromServer = form.has('refresh_token') || form.has('client_secret') || request.headers.authorization;
    return fromServer ? refreshTokenLogout(browser, request, reply) : logOut(browser, { request, reply }, form);
  });

  scope.post(CONFIRM_ROUTE, async (request, reply) => {
    const form = formOf(request);
    const session = await sessionOf(browser.provider, request.raw, reply.raw);
    if (!browser.formTokens.matches(subjectOf(session), form.get('csrf'))) {
      return sendErrorPage(reply, 'Le formulaire ne vient pas de cette page.');
    }
    const target = await targetOf(browser, form);
    if (typeof target === 'string') return sendErrorPage(reply, target);
    await endSession(browser.prisma, session.uid);
    return leave(reply, target);
  });
}

/** Where a logout button of a page of ours posts, and what it sends with it. */
export function logoutFormOf(
  { formTokens }: BrowserSide,
  session: Session,
  parameters: Readonly<Record<string, string>> = {},
): { action: string; fields: Record<string, string> } {
  return { action: CONFIRM_ROUTE, fields: { ...parameters, csrf: formTokens.issue(subjectOf(session)) } };
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What a logout request asks, once checked. */
interface LogoutTarget {
  /** The session of the identity token, when there is one, with its owner. */
  readonly hint: { readonly sid: string; readonly sub: string } | undefined;
  /** Registered address to go back to. */
  readonly uri: string | undefined;
  readonly state: string | undefined;
}

async function logOut(
  browser: BrowserSide,
  { request, reply }: Exchange,
  parameters: URLSearchParams,
): Promise<FastifyReply> {
  const target = await targetOf(browser, parameters);
  if (typeof target === 'string') return sendErrorPage(reply, target);
  const session = await sessionOf(browser.provider, request.raw, reply.raw);
  const { hint } = target;
  const isOwn = session.accountId === undefined || session.accountId === hint?.sub;
  if (hint === undefined || !isOwn) {
    const kept = ['client_id', 'id_token_hint', 'post_logout_redirect_uri', 'state'];
    const fields = Object.fromEntries([...parameters].filter(([name]) => kept.includes(name)));
    return sendPage(reply, logoutPage(logoutFormOf(browser, session, fields)));
  }
  await endSession(browser.prisma, hint.sid);
  await endSession(browser.prisma, session.uid);
  return leave(reply, target);
}

/** Reads and checks a logout request; a text is the reason, in Keycloak's words, why it is refused. */
async function targetOf(browser: BrowserSide, parameters: URLSearchParams): Promise<LogoutTarget | string> {
  const given = (name: string) => parameters.get(name) || undefined;
  const [hintText, clientId, uri] = [given('id_token_hint'), given('client_id'), given('post_logout_redirect_uri')];
  if (hintText === undefined && clientId === undefined) {
    return uri === undefined ? { hint: undefined, uri, state: undefined } : 'Missing parameters: id_token_hint';
  }
  const hint = hintText === undefined ? undefined : await readHint(browser, hintText);
  if (hintText !== undefined && hint === undefined) return 'Invalid parameter: id_token_hint';
  const client = hint?.client ?? (await browser.provider.Client.find(clientId ?? ''));
  if (client === undefined) return 'Client not found.';
  if (clientId !== undefined && clientId !== client.clientId) return 'Invalid parameter: client_id';
  if (uri !== undefined && !allowsLogoutUri(client, uri)) return 'Invalid redirect uri';
  return { hint, uri, state: given('state') };
}

/** What an identity token of ours says, expired or not; `undefined` for anything else. */
async function readHint(
  { provider }: BrowserSide,
  token: string,
): Promise<{ client: Client; sid: string; sub: string } | undefined> {
  try {
    const { aud } = decodeJwt(token);
    const client = typeof aud === 'string' ? await provider.Client.find(aud) : undefined;
    if (client === undefined) return undefined;
    const { payload } = await provider.IdToken.validate(token, client);
    const { typ, sub, sid } = payload;
    if (typ !== 'ID' || typeof sub !== 'string') return undefined;
    return { client, sub, sid: typeof sid === 'string' ? sid : '' };
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

/** The token is at fault, and not the database that its client was looked for in. */
function isUnreadable(error: unknown): boolean {
  if (error instanceof errors.OIDCProviderError) return error.statusCode < 500;
  return error instanceof Error && ('claim' in error || error.name.startsWith('JW') || error.name === 'AssertionError');
}

/** The session that the token of a form belongs to, or none. */
function subjectOf(session: Session): string {
  return session.accountId === undefined ? 'logout' : `logout:${session.jti}`;
}

/** Forgets the browser, and sends it where the application wants it. */
function leave(reply: FastifyReply, { uri, state }: LogoutTarget): FastifyReply {
  for (const cookie of [SESSION_COOKIE, `${SESSION_COOKIE}.sig`]) {
    reply.header('set-cookie', `${cookie}=; Path=${REALM_PATH}/; Max-Age=0; HttpOnly; SameSite=Lax`);
  }
  reply.header('cache-control', 'no-store');
  if (uri === undefined) {
    const link = { href: `${REALM_PATH}${ACCOUNT_PATH}`, label: 'Se connecter à mon compte' };
    return sendPage(reply, messagePage('Déconnexion', 'Vous êtes déconnecté de toutes les applications.', link));
  }
  const location = new URL(uri);
  if (state !== undefined) location.searchParams.set('state', state);
  return reply.redirect(location.href, 302);
}
