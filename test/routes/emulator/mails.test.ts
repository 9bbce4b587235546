import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import t from 'tap';
import { keepMail } from '../../../src/domain/mails.js';
import { buildTestApp } from '../../helpers/app.js';

const { app, deps, config } = await buildTestApp(t);

interface Item {
  id: string;
  to: string[];
  subject: string;
}

const keep = (subject: string, ...recipients: string[]) =>
  keepMail(deps, { sourceId: randomUUID(), recipients, subject, text: `Texte de ${subject}\n` });
const files = () => readdir(join(config.dataDir, 'mails')).catch(() => []);
const list = async (query = '') => {
  const response = await app.inject({ url: `/_emulator/mails${query}` });
  t.equal(response.statusCode, 200, response.body);
  return { range: response.headers['content-range'], subjects: response.json<Item[]>().map(({ subject }) => subject) };
};

void t.test('the mailbox is listed newest first, by pages, and by recipient', async (t) => {
  t.same(await list(), { range: '0-0/0', subjects: [] });
  await keep('un', 'a@example.org', 'b@example.org');
  await keep('deux', 'B@example.org');
  await keep('trois', 'c@example.org');
  t.same(await list(), { range: '1-3/3', subjects: ['trois', 'deux', 'un'] });
  t.same(await list('?page=2&limit=2'), { range: '3-3/3', subjects: ['un'] });
  t.same(await list('?to=b@example.org'), { range: '1-2/2', subjects: ['deux', 'un'] });
  t.same(await list('?to=%25@example.org&limit=1'), { range: '1-1/3', subjects: ['trois'] });
  t.same(await list('?to=example.org'), { range: '0-0/0', subjects: [] });
  for (const query of ['?limit=0', '?page=x', '?to=%00']) {
    t.equal((await app.inject({ url: `/_emulator/mails${query}` })).statusCode, 400, query);
  }
});

void t.test('a message is read as JSON or as it travels', async (t) => {
  const { id } = await keep('été', 'a@example.org');
  const json = await app.inject({ url: `/_emulator/mails/${id}` });
  t.match(json.json(), {
    id: String(id),
    to: ['a@example.org'],
    subject: 'été',
    text: 'Texte de été\n',
    creation: /Z$/,
  });
  const raw = await app.inject({ url: `/_emulator/mails/${id}`, headers: { accept: 'message/rfc822' } });
  t.equal(raw.headers['content-type'], 'message/rfc822');
  t.match(raw.body, /^To: a@example.org\r$/m);
  t.equal((await app.inject({ url: '/_emulator/mails/999999' })).statusCode, 404);
  for (const name of ['x', '-1', '1e3', '9999999999999999999']) {
    t.equal((await app.inject({ url: `/_emulator/mails/${name}` })).statusCode, 400, name);
  }
});

void t.test('the mailbox is emptied with its files, by itself or by a reset', async (t) => {
  t.ok((await files()).length > 0);
  t.equal((await app.inject({ method: 'DELETE', url: '/_emulator/mails' })).statusCode, 204);
  t.same(await files(), []);
  t.same((await list()).subjects, []);
  await keep('un', 'a@example.org');
  t.equal((await files()).length, 1);
  t.equal((await app.inject({ method: 'POST', url: '/_emulator/reset' })).statusCode, 204);
  t.same(await files(), []);
  t.same((await list()).subjects, []);
});

void t.test('the mailbox asks for EMULATOR_TOKEN as the rest of the control API', async (t) => {
  const guarded = await buildTestApp(t, { EMULATOR_TOKEN: 'a-token-of-the-emulator' });
  for (const [method, url] of [
    ['GET', '/_emulator/mails'],
    ['GET', '/_emulator/mails/1'],
    ['DELETE', '/_emulator/mails'],
  ] as const) {
    t.equal((await guarded.app.inject({ method, url })).statusCode, 401, `${method} ${url}`);
  }
});
