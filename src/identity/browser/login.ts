import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Interaction, errors } from 'oidc-provider';
import {
  type Authentication,
  type PasswordAuthentication,
  authenticateByCode,
  authenticateByPassword,
  findActiveAccount,
} from '../accounts.js';
import { BusyError } from '../../slots.js';
import { loginPage, oneTimePasswordPage } from '../pages/login.js';
import { LOGIN_PATH, REALM_PATH } from '../paths.js';
import { endSession, sessionOf } from '../sessions.js';
import { type BrowserSide, formOf, sendErrorPage, sendPage } from './side.js';

/** Path of the login pages; `uid` is a login under way, known to one browser by its cookie. */
const LOGIN_ROUTE = `${REALM_PATH}${LOGIN_PATH}/:uid`;

/** How long after the password the one-time password may come. */
const SECOND_STEP_MS = 5 * 60 * 1000;

const BAD_CREDENTIALS = 'Nom d’utilisateur ou mot de passe invalide.';
const BAD_CODE = 'Code d’authentification invalide.';
const TOO_BUSY = 'Trop de connexions en même temps, réessayez dans un instant.';
const DISABLED = 'Compte désactivé, contactez votre administrateur.';

export interface LoginRequest {
  Params: { uid: string };
}

/** The form of user name and password, then that of the one-time password for those who have one. */
export function loginRoutes(scope: FastifyInstance, browser: BrowserSide): void {
  scope.get<LoginRequest>(LOGIN_ROUTE, async (request, reply) => {
    const login = await currentLogin(browser, request, reply);
    return login === undefined ? sendExpired(reply) : showStep(browser, reply, login);
  });

  scope.post<LoginRequest>(LOGIN_ROUTE, async (request, reply) => {
    const login = await currentLogin(browser, request, reply);
    if (login === undefined) return sendExpired(reply);
    const form = formOf(request);
    if (!browser.formTokens.matches(login.uid, form.get('csrf'))) return sendForged(reply);
    if (form.has('restart')) {
      await saveFirstStep(login, undefined);
      return reply.redirect(loginPath(login), 302);
    }
    const accountId = firstStepOf(login);
    if (accountId === undefined) return takePassword(browser, { request, reply, login }, form);
    return takeCode(browser, { request, reply, login }, { accountId, code: form.get('otp') ?? '' });
  });
}

/** One request of a login under way. */
export interface LoginStep {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly login: Interaction;
}

/** The login that this browser has under way at this address. */
export async function currentLogin(
  { provider }: BrowserSide,
  request: FastifyRequest<LoginRequest>,
  reply: FastifyReply,
): Promise<Interaction | undefined> {
  try {
    const login = await provider.interactionDetails(request.raw, reply.raw);
    return login.uid === request.params.uid ? login : undefined;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined;
    throw error;
  }
}

export function loginPath(login: Interaction): string {
  return `${REALM_PATH}${LOGIN_PATH}/${login.uid}`;
}

/** Ends a login: the browser goes back to the authorization endpoint, and from there to the application. */
export async function finishLogin(
  { provider, prisma }: BrowserSide,
  { request, reply, login }: LoginStep,
  accountId: string,
): Promise<FastifyReply> {
  const session = await sessionOf(provider, request.raw, reply.raw);
  if (session.accountId !== undefined && session.accountId !== accountId) {
    // Somebody else takes the browser over: nothing of the former session remains.
    await endSession(prisma, session.uid);
    delete login.session;
    await login.persist();
  }
  const result = { login: { accountId } };
  const resume = await provider.interactionResult(request.raw, reply.raw, result, { mergeWithLastSubmission: false });
  return reply.redirect(resume, 302);
}

export function sendExpired(reply: FastifyReply): FastifyReply {
  return sendErrorPage(reply, 'La page a expiré.', {
    explanation:
      'La connexion a été abandonnée ou faite ailleurs, ou le navigateur refuse les cookies. Recommencez depuis l’application.',
  });
}

export function sendForged(reply: FastifyReply): FastifyReply {
  return sendErrorPage(reply, 'Le formulaire ne vient pas de cette page.');
}

async function takePassword(browser: BrowserSide, step: LoginStep, form: URLSearchParams): Promise<FastifyReply> {
  const username = form.get('username') ?? '';
  const password = form.get('password') ?? '';
  let result: PasswordAuthentication;
  try {
    result = await authenticateByPassword(browser, { username, password, address: step.request.ip });
  } catch (error) {
    if (!(error instanceof BusyError)) throw error;
    return showPasswordForm(browser, step, { username, error: TOO_BUSY });
  }
  if (result.outcome === 'accepted') return finishLogin(browser, step, result.account.id);
  if (result.outcome === 'oneTimePasswordNeeded') {
    await saveFirstStep(step.login, result.account.id);
    return showStep(browser, step.reply, step.login);
  }
  return showPasswordForm(browser, step, { username, error: refusalOf(result, BAD_CREDENTIALS) });
}

async function takeCode(
  browser: BrowserSide,
  step: LoginStep,
  given: { accountId: string; code: string },
): Promise<FastifyReply> {
  const code = given.code.replaceAll(/\s/g, '');
  const result = await authenticateByCode(browser, { ...given, code, address: step.request.ip });
  if (result.outcome === 'accepted') return finishLogin(browser, step, result.account.id);
  return showCodeForm(browser, step, refusalOf(result, BAD_CODE));
}

function refusalOf(result: Authentication | PasswordAuthentication, otherwise: string): string {
  return result.outcome === 'disabled' ? DISABLED : otherwise;
}

/** The page of the step that the login is at. */
async function showStep(browser: BrowserSide, reply: FastifyReply, login: Interaction): Promise<FastifyReply> {
  if (firstStepOf(login) !== undefined) return showCodeForm(browser, { reply, login }, undefined);
  return showPasswordForm(
    browser,
    { reply, login },
    { username: await knownUsername(browser, login), error: undefined },
  );
}

/** Who is expected: the hint of the application, or whoever logs in again. */
async function knownUsername({ prisma }: BrowserSide, login: Interaction): Promise<string> {
  const hint = login.params.login_hint;
  if (typeof hint === 'string') return hint;
  const accountId = login.session?.accountId;
  const account = accountId === undefined ? null : await findActiveAccount(prisma, accountId);
  return account?.username ?? '';
}

type Shown = Pick<LoginStep, 'reply' | 'login'>;

function showPasswordForm(
  { formTokens, simulatedLogin }: BrowserSide,
  { reply, login }: Shown,
  { username, error }: { username: string; error: string | undefined },
): FastifyReply {
  const csrf = formTokens.issue(login.uid);
  return sendPage(reply, loginPage({ action: loginPath(login), csrf, username, error, simulated: simulatedLogin }));
}

function showCodeForm({ formTokens }: BrowserSide, { reply, login }: Shown, error: string | undefined): FastifyReply {
  return sendPage(reply, oneTimePasswordPage({ action: loginPath(login), csrf: formTokens.issue(login.uid), error }));
}

/** The account whose password this login was given a moment ago. */
function firstStepOf(login: Interaction): string | undefined {
  const { accountId, at } = (login.result?.passwordStep ?? {}) as { accountId?: string; at?: number };
  return at !== undefined && Date.now() - at < SECOND_STEP_MS ? accountId : undefined;
}

async function saveFirstStep(login: Interaction, accountId: string | undefined): Promise<void> {
  login.result = accountId === undefined ? {} : { passwordStep: { accountId, at: Date.now() } };
  await login.persist();
}
