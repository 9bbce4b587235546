import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { listPersons } from '../accounts.js';
import { FEDERATIONS, type Federation } from '../pages/login.js';
import { personsPage } from '../pages/persons.js';
import { LOGIN_PATH, REALM_PATH } from '../paths.js';
import {
  type LoginRequest,
  type LoginStep,
  currentLogin,
  finishLogin,
  loginPath,
  sendExpired,
  sendForged,
} from './login.js';
import { type BrowserSide, formOf, sendErrorPage, sendPage } from './side.js';

interface FederationRequest {
  Params: LoginRequest['Params'] & { federation: string };
}

/**
 * Logging in through FranceConnect or AgentConnect, simulated: whoever opens the page picks a person. A
 * convenience of tests, refused in production.
 */
export function federationRoutes(scope: FastifyInstance, browser: BrowserSide): void {
  const route = `${REALM_PATH}${LOGIN_PATH}/:uid/:federation`;

  scope.get<FederationRequest>(route, async (request, reply) =>
    withFederation(browser, { request, reply }, async ({ login }, federation) => {
      const back = loginPath(login);
      const csrf = browser.formTokens.issue(login.uid);
      const persons = await listPersons(browser.prisma);
      return sendPage(reply, personsPage({ federation, action: `${back}/${federation}`, csrf, back, persons }));
    }),
  );

  scope.post<FederationRequest>(route, async (request, reply) =>
    withFederation(browser, { request, reply }, async (step) => {
      const form = formOf(request);
      if (!browser.formTokens.matches(step.login.uid, form.get('csrf'))) return sendForged(reply);
      const persons = await listPersons(browser.prisma);
      const person = persons.find(({ id }) => id === form.get('person'));
      if (person === undefined) return sendErrorPage(reply, 'Cette personne ne peut pas se connecter.');
      return finishLogin(browser, step, person.id);
    }),
  );
}

async function withFederation(
  browser: BrowserSide,
  { request, reply }: { request: FastifyRequest<FederationRequest>; reply: FastifyReply },
  work: (step: LoginStep, federation: Federation) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  if (!browser.simulatedLogin) {
    return sendErrorPage(reply, 'La connexion simulée est refusée en production.', { status: 403 });
  }
  const { federation } = request.params;
  if (!isFederation(federation)) {
    return sendErrorPage(reply, 'Ce fournisseur d’identité n’existe pas.', { status: 404 });
  }
  const login = await currentLogin(browser, request, reply);
  return login === undefined ? sendExpired(reply) : work({ request, reply, login }, federation);
}

function isFederation(name: string): name is Federation {
  return Object.hasOwn(FEDERATIONS, name);
}
