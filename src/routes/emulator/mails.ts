import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { emptyMailbox, findMail, listMails, mailBytes } from '../../domain/mails.js';
import type { Mail } from '../../generated/prisma/client.js';
import { preferredType } from '../accept.js';
import { readPage, sendPage } from '../lists.js';
import { presentInstant, presentOptional } from '../present.js';
import { type MailItem, MailList, MailParams, MailsQuery } from './schema.js';

/** The local mailbox: what the emulator writes to people, whether or not an SMTP server took it too. */
export const mailRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const { deps } = app;

  app.get('/', { schema: { querystring: MailsQuery, response: { 200: MailList } } }, async (request, reply) => {
    const page = readPage(request.query);
    return sendPage(reply, page, await listMails(deps.prisma, { to: request.query.to, page })).map(presentMail);
  });

  app.get('/:mail', { schema: { params: MailParams } }, async (request, reply) => {
    const mail = await findMail(deps.prisma, BigInt(request.params.mail));
    reply.header('vary', 'accept');
    if (preferredType(request.headers.accept, ['application/json', 'message/rfc822']) === 'application/json') {
      return presentMail(mail);
    }
    return reply.type('message/rfc822').send(await mailBytes(deps, mail));
  });

  app.delete('/', async (_request, reply) => {
    await emptyMailbox(deps);
    return reply.code(204).send();
  });
};

function presentMail({ id, creation, recipients, subject, text, sent }: Mail): MailItem {
  return {
    id: String(id),
    creation: presentInstant(creation),
    to: recipients,
    subject,
    text,
    ...presentOptional({ sent: sent === null ? undefined : presentInstant(sent) }),
  };
}
