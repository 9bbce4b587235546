import type { ApiCallback, EmailCallback } from '../domain/callback-requests.js';
import { callbackBody, callbackMail } from '../domain/callback-message.js';
import { findPendingCallback, logCallback, type PendingCallback, settleCallback } from '../domain/callbacks.js';
import { lastLogLines } from '../domain/log-lines.js';
import { keepMail, mailBytes, markMailSent } from '../domain/mails.js';
import type { Deps } from '../deps.js';
import { publicAnd, readAllowedHosts } from '../outbound/addresses.js';
import { callFailure } from '../outbound/call-failures.js';
import { callOut, ForbiddenAddressError } from '../outbound/http-call.js';
import { sendMail } from '../outbound/mail.js';
import { callbackJob } from './callback.job.js';
import { defineHandler, type JobContext } from './job.js';

const LOG_LINES = 20;

/** The delivery failed and would fail again. */
class DeliveryRefused extends Error {}

/** Tells the end of executions by e-mail or by a call of the producer's API. */
export const callbackHandler = defineHandler({
  definition: callbackJob,

  async run({ callbackId }, context) {
    const { deps, signal } = context;
    const pending = await findPendingCallback(deps.prisma, callbackId);
    if (pending === null) return;
    try {
      const outcome = await deliver(pending, context);
      await settleCallback(deps, pending, 'INFO', outcome);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof DeliveryRefused || error instanceof ForbiddenAddressError) {
        deps.log.info({ callbackId, err: error }, 'Callback:Refused');
        await settleCallback(deps, pending, 'ERROR', `${subjectOf(pending)} : ${callFailure(error)}`);
        return;
      }
      const attempt = `${subjectOf(pending)} : tentative ${context.attempt} en échec (${callFailure(error)})`;
      await logCallback(deps.prisma, pending, 'WARNING', attempt);
      throw error;
    }
  },

  async abandon({ callbackId }, { deps }) {
    const pending = await findPendingCallback(deps.prisma, callbackId);
    if (pending === null) return;
    await settleCallback(deps, pending, 'ERROR', `${subjectOf(pending)} : abandon après plusieurs échecs`);
  },
});

/** @returns sentence for the log of the execution */
async function deliver(pending: PendingCallback, context: JobContext): Promise<string> {
  const { callback } = pending;
  return callback.type === 'email' ? mailTo(pending, callback, context) : callApi(pending, callback, context);
}

async function mailTo(pending: PendingCallback, callback: EmailCallback, { deps }: JobContext): Promise<string> {
  const { config, prisma } = deps;
  const recipients = callback.to_address;
  const logLines = await lastLogLines(prisma, pending.report.execution, LOG_LINES);
  const message = callbackMail(pending.report, callback, { origin: originOf(deps), logLines });
  const mail = await keepMail(deps, { sourceId: pending.id, recipients, ...message });
  if (config.mail.smtpUrl === undefined) return `${subjectOf(pending)} : message déposé dans la boîte locale`;
  if (mail.sent !== null) return `${subjectOf(pending)} : message envoyé`;
  const rejected = await sendMail(config.mail.smtpUrl, {
    message: await mailBytes(deps, mail),
    from: config.mail.from,
    to: recipients,
  });
  await markMailSent(prisma, mail.id);
  const exception = rejected.length === 0 ? '' : `, sauf à ${rejected.join(', ')}`;
  return `${subjectOf(pending)} : message envoyé${exception}`;
}

async function callApi(pending: PendingCallback, callback: ApiCallback, { deps, signal }: JobContext): Promise<string> {
  const { allowedHosts, timeoutMs } = deps.config.callback;
  const url = new URL(callback.url);
  for (const [name, value] of Object.entries(callback.query_params ?? {})) url.searchParams.append(name, value);
  const status = await callOut(
    {
      method: callback.method,
      url,
      headers: {
        'user-agent': 'geopf-local',
        accept: '*/*',
        ...callback.headers,
        'content-type': 'application/json; charset=utf-8',
      },
      body: JSON.stringify(callbackBody(pending.report, originOf(deps))),
    },
    { allowed: publicAnd(readAllowedHosts(allowedHosts)), timeoutMs, signal },
  );
  const sentence = `réponse ${status}`;
  if (status >= 200 && status < 300) return `${subjectOf(pending)} : ${sentence}`;
  if (status >= 300 && status < 400) throw new DeliveryRefused(`${sentence}, les redirections ne sont pas suivies`);
  if (isPassing(status)) throw new Error(sentence);
  throw new DeliveryRefused(sentence);
}

/** Answers that a later call may not get: too early, too many, out of order. */
function isPassing(status: number): boolean {
  return status >= 500 || [408, 425, 429].includes(status);
}

/** The origin of the addresses that callbacks tell: nobody's request gives one here. */
function originOf({ config }: Pick<Deps, 'config'>): string {
  return new URL(config.issuer).origin;
}

/** What the log says was done; without the query of the address, which may hold secrets. */
function subjectOf({ callback }: PendingCallback): string {
  if (callback.type === 'email') return `Notification de fin à ${callback.to_address.join(', ')}`;
  const { origin, pathname } = new URL(callback.url);
  return `Notification de fin ${callback.method} ${origin}${pathname}`;
}
