import type { FastifyReply, FastifyRequest } from 'fastify';
import type { default as Provider } from 'oidc-provider';
import type { PrismaClient } from '../../generated/prisma/client.js';
import type { Html } from '../../html.js';
import type { PasswordChecks } from '../password-checks.js';
import { PAGE_HEADERS } from '../pages/layout.js';
import { errorPage } from '../pages/message.js';
import type { LoginThrottle } from '../throttle.js';
import type { FormTokens } from './form-tokens.js';

/** What the pages for people need of the identity provider. */
export interface BrowserSide {
  readonly provider: Provider;
  readonly prisma: PrismaClient;
  readonly throttle: LoginThrottle;
  readonly passwords: PasswordChecks;
  readonly formTokens: FormTokens;
  /** Whether a person may be picked instead of logged in: never in production. */
  readonly simulatedLogin: boolean;
}

/** Answers a page with the headers of all pages. */
export function sendPage(reply: FastifyReply, page: Html, status = 200): FastifyReply {
  return reply.code(status).headers(PAGE_HEADERS).send(page.toString());
}

/** Answers a refusal as a page, never as a redirect. @see errorPage */
export function sendErrorPage(
  reply: FastifyReply,
  reason: string,
  options: { explanation?: string; status?: number } = {},
): FastifyReply {
  const { explanation = 'Revenez à l’application et recommencez.', status = 400 } = options;
  return sendPage(reply, errorPage(reason, explanation), status);
}

/** The query of a request, decoded. */
export function queryOf(request: FastifyRequest): URLSearchParams {
  const start = request.url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : request.url.slice(start));
}

/** The form of a request; empty when there is none. */
export function formOf(request: FastifyRequest): URLSearchParams {
  return request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
}
