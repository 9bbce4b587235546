import t from 'tap';
import { composeMail, sendMail } from '../../src/outbound/mail.js';
import { startSmtpServer } from '../helpers/smtp.js';

const CONTENT = {
  id: 'one',
  from: 'no-reply@emulator.example',
  to: ['a@example.org', 'b@example.org'],
  date: new Date('2026-01-02T03:04:05Z'),
  subject: 'Été "à\r\nBcc: c@example.org',
  text: 'Première ligne\n.\n.Point\n',
};

void t.test('a message is always the same bytes, and holds one message', async (t) => {
  const message = (await composeMail(CONTENT)).toString();
  t.equal((await composeMail(CONTENT)).toString(), message);
  const [head = '', body = ''] = message.split('\r\n\r\n');
  t.match(head, /^Message-ID: <one@emulator\.example>$/im);
  t.match(head, /^Date: Fri, 02 Jan 2026 03:04:05 \+0000$/im);
  t.match(head, /^To: a@example\.org, b@example\.org$/im);
  t.notMatch(head, /^Bcc/im);
  t.notMatch(message, /[^\r]\n/, 'lines end as RFC 5322 says');
  t.match(body, /Premi=C3=A8re ligne/);
});

void t.test('a server takes it, as it is', async (t) => {
  const server = await startSmtpServer(t);
  const message = await composeMail(CONTENT);
  t.same(await sendMail(server.url, { message, from: CONTENT.from, to: CONTENT.to }), []);
  t.match(server.taken, [{ from: CONTENT.from, to: CONTENT.to }]);
  t.equal(server.taken[0]?.data.trimEnd(), message.toString().trimEnd());
});

void t.test('refused recipients are told, a refused message is an error', async (t) => {
  const server = await startSmtpServer(t);
  const message = await composeMail(CONTENT);
  const to = ['x@refused.example', 'a@example.org'];
  t.same(await sendMail(server.url, { message, from: CONTENT.from, to }), ['x@refused.example']);
  await t.rejects(sendMail(server.url, { message, from: CONTENT.from, to: ['x@refused.example'] }));
  server.refusals = 1;
  await t.rejects(sendMail(server.url, { message, from: CONTENT.from, to: ['a@example.org'] }));
  t.equal(server.taken.length, 1);
});
