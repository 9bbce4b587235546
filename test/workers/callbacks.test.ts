import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { sweepLostJobs } from '../../src/workers/sweep.js';
import { type ApiUser, logIn, until } from '../helpers/api.js';
import { startTestEmulator, type TestEmulator } from '../helpers/app.js';
import { newUpload, startApi } from '../helpers/deposit.js';
import { create } from '../helpers/diffusion.js';
import { buildClosedUpload, integration, VECTOR_TO_DB } from '../helpers/executions.js';
import { logOf } from '../helpers/integration.js';
import { startReceiver } from '../helpers/receiver.js';
import { DATASTORE } from '../helpers/seed.js';
import { startSmtpServer } from '../helpers/smtp.js';
import { forkWorker } from '../helpers/worker.js';

const ROOT = `/datastores/${DATASTORE}`;
const FAST = { CALLBACK_ALLOWED_HOSTS: '127.0.0.1', CALLBACK_RETRY_DELAY: '5', CALLBACK_TIMEOUT: '2000' };

interface Aborted {
  readonly id: string;
  readonly path: string;
  readonly output: string;
}

/** An execution with a callback, aborted before its launch. */
async function abortWith(emulator: TestEmulator, user: ApiUser, callback: object): Promise<Aborted> {
  const upload = await buildClosedUpload(emulator.deps);
  const execution = await create<{ _id: string; output: { stored_data: { _id: string } } }>(
    user,
    `${ROOT}/processings/executions`,
    integration(upload, { callback }),
  );
  const path = `${ROOT}/processings/executions/${execution._id}`;
  const aborted = await user.call('POST', `${path}/abort`);
  if (aborted.status !== 204) throw new Error(`not aborted: ${JSON.stringify(aborted.body)}`);
  return { id: execution._id, path, output: execution.output.stored_data._id };
}

/** The log of an execution once nothing is left to tell. */
async function settledLog(emulator: TestEmulator, user: ApiUser, path: string): Promise<string> {
  await until(
    () => emulator.deps.prisma.pendingCallback.count(),
    (count) => count === 0,
  );
  return logOf(user, path);
}

async function mails(emulator: TestEmulator): Promise<{ id: string; to: string[]; text: string; sent?: string }[]> {
  const response = await fetch(`${emulator.origin}/_emulator/mails`);
  return (await response.json()) as { id: string; to: string[]; text: string; sent?: string }[];
}

void t.test('API callbacks', async (t) => {
  const emulator = await startTestEmulator(t, FAST);
  const user = await logIn(emulator);

  await t.test('the end of a processing is told with its status and addresses', async (t) => {
    const receiver = await startReceiver(t);
    const { id, path } = await abortWith(emulator, user, {
      type: 'api',
      url: `${receiver.origin}/told?a=1`,
      method: 'PUT',
      query_params: { clé: 'b&c' },
      headers: { Authorization: 'Bearer theirs' },
    });
    const log = await settledLog(emulator, user, path);
    t.match(log, `INFO||callback||1||Notification de fin PUT ${receiver.origin}/told : réponse 204`);
    t.notMatch(log, 'a=1', 'the query may hold secrets');
    t.match(receiver.received, [
      {
        method: 'PUT',
        url: '/told?a=1&cl%C3%A9=b%26c',
        headers: { authorization: 'Bearer theirs', 'content-type': 'application/json; charset=utf-8' },
      },
    ]);
    const execution = `${emulator.origin}/api${path}`;
    t.strictSame(JSON.parse(receiver.received[0]?.body ?? ''), {
      type: 'PROCESSING',
      id,
      status: 'ABORTED',
      execution_url: execution,
      log_url: `${execution}/logs`,
    });
  });

  await t.test('each check of a closed upload tells its end', async (t) => {
    const receiver = await startReceiver(t);
    const { _id } = await newUpload(user);
    const callback = { type: 'api', url: receiver.origin, method: 'POST' };
    t.equal((await user.call('POST', `${ROOT}/uploads/${_id}/close`, { callback })).status, 204);
    await until(
      async () => receiver.received.length,
      (count) => count === 2,
    );
    const bodies = receiver.received.map(({ body }) => JSON.parse(body) as { id: string; log_url: string });
    for (const body of bodies) {
      t.match(body, { type: 'CHECK', status: /^(SUCCESS|FAILURE)$/ });
      t.match(await settledLog(emulator, user, `${ROOT}/checks/executions/${body.id}`), /Notification de fin POST/);
    }
    t.not(bodies[0]?.id, bodies[1]?.id);
  });

  await t.test('a server that fails is called again, and the log tells each attempt', async (t) => {
    let failures = 2;
    const receiver = await startReceiver(t, (_request, response) => {
      failures -= 1;
      response.writeHead(failures >= 0 ? 503 : 200).end();
    });
    const { path } = await abortWith(emulator, user, { type: 'api', url: receiver.origin, method: 'POST' });
    const log = await settledLog(emulator, user, path);
    t.equal(receiver.received.length, 3);
    t.match(log, /WARNING.*tentative 1 en échec \(réponse 503\)/);
    t.match(log, /WARNING.*tentative 2 en échec \(réponse 503\)/);
    t.match(log, /INFO.*réponse 200/);
  });

  await t.test('it is given up in the end', async (t) => {
    const { path } = await abortWith(emulator, user, { type: 'api', url: 'http://127.0.0.1:1/', method: 'POST' });
    const log = await settledLog(emulator, user, path);
    t.match(log, /tentative 5 en échec \(connexion refusée\)/);
    t.match(log, /ERROR.*abandon après plusieurs échecs/);
    t.match((await user.call('GET', path)).body, { status: 'ABORTED' });
  });

  await t.test('a redirection or a refusal ends it at once', async (t) => {
    for (const [status, reason] of [
      [302, 'réponse 302, les redirections ne sont pas suivies'],
      [404, 'réponse 404'],
    ] as const) {
      const receiver = await startReceiver(t, (_request, response) =>
        response.writeHead(status, { location: '/elsewhere' }).end(),
      );
      const { path } = await abortWith(emulator, user, { type: 'api', url: receiver.origin, method: 'POST' });
      const log = await settledLog(emulator, user, path);
      t.ok(log.includes(`ERROR||callback||1||Notification de fin POST ${receiver.origin}/ : ${reason}`), log);
      t.equal(receiver.received.length, 1);
    }
  });

  await t.test('forbidden addresses are not called', async (t) => {
    const receiver = await startReceiver(t);
    for (const host of ['127.0.0.2', '0.0.0.0', '[::ffff:127.0.0.1]', '169.254.169.254', '10.0.0.1']) {
      const url = `http://${host}:${receiver.port}/`;
      const { path } = await abortWith(emulator, user, { type: 'api', url, method: 'POST' });
      t.match(await settledLog(emulator, user, path), /ERROR.*l'adresse de .* est interdite/, host);
    }
    t.same(receiver.received, []);
  });

  await t.test('an execution that is removed at once is told all the same', async (t) => {
    const receiver = await startReceiver(t, (_request, response) => setTimeout(() => response.end(), 50));
    const { id, path } = await abortWith(emulator, user, { type: 'api', url: receiver.origin, method: 'POST' });
    t.equal((await user.call('DELETE', path)).status, 204);
    await until(
      () => emulator.deps.prisma.pendingCallback.count(),
      (count) => count === 0,
    );
    t.match(receiver.received[0]?.body, id);
    t.equal(await emulator.deps.prisma.logLine.count({ where: { executionId: id } }), 0, 'no log without execution');
  });
});

void t.test('e-mail callbacks', async (t) => {
  const smtp = await startSmtpServer(t);
  const emulator = await startTestEmulator(t, { ...FAST, SMTP_URL: smtp.url, MAIL_FROM: 'from@emulator.example' });
  const user = await logIn(emulator);

  await t.test('the message says what ended, how, and where to look; it is sent, and kept', async (t) => {
    const { id, path, output } = await abortWith(emulator, user, {
      type: 'email',
      to_address: ['a@example.org', 'b@example.org'],
      to: ['b@example.org'],
      entity_url: 'https://portal.example/{{datastore}}/{{ output }}?p={{ processing }}&c={{check}}{{ unknown }}',
    });
    t.match(await settledLog(emulator, user, path), /INFO.*à a@example.org, b@example.org : message envoyé$/);
    const [mail] = await mails(emulator);
    t.match(mail, { to: ['a@example.org', 'b@example.org'], sent: String });
    const text = mail?.text ?? '';
    t.match(text, 'Le traitement « Intégration de données vecteur livrées en base » est interrompu (ABORTED).');
    t.match(text, `Donnée stockée : integrated (${output})`);
    t.match(text, `Consulter l'entité : https://portal.example/${DATASTORE}/${output}?p=${VECTOR_TO_DB}&c=\n`);
    t.match(text, `Consulter l'exécution : ${emulator.origin}/api${path}\n`);
    t.match(text, id);
    t.match(smtp.taken, [{ from: 'from@emulator.example', to: ['a@example.org', 'b@example.org'] }]);
    const folder = join(emulator.config.dataDir, 'mails');
    t.same(await readdir(folder), [`${mail?.id}.eml`]);
    const file = await readFile(join(folder, `${mail?.id}.eml`), 'utf8');
    t.equal(file.trimEnd(), smtp.taken[0]?.data.trimEnd());
  });

  await t.test('a check tells its upload and the end of its log', async (t) => {
    const { _id } = await newUpload(user, { name: 'Sans fichier' });
    const callback = { type: 'email', to: ['c@example.org'] };
    t.equal((await user.call('POST', `${ROOT}/uploads/${_id}/close`, { callback })).status, 204);
    const found = await until(
      async () => (await mails(emulator)).filter(({ to, sent }) => to.includes('c@example.org') && sent !== undefined),
      (list) => list.length === 2,
    );
    for (const { text } of found) {
      t.match(text, /La vérification « Vérification \w+ » est (terminée avec succès|en échec)/);
      t.match(text, `Livraison : Sans fichier (${_id})`);
      t.match(text, /Dernières lignes du journal :\n {2}\d{4}-/);
    }
  });

  await t.test('a server that refuses for a while gets the message once', async (t) => {
    smtp.refusals = 2;
    const before = smtp.taken.length;
    const { path } = await abortWith(emulator, user, { type: 'email', to_address: ['d@example.org'] });
    t.match(await settledLog(emulator, user, path), /tentative 2 en échec/);
    t.equal(smtp.taken.length, before + 1);
    t.equal((await mails(emulator)).filter(({ to }) => to.includes('d@example.org')).length, 1);
  });

  await t.test('a server that takes nothing does not lose the message', async (t) => {
    const { path } = await abortWith(emulator, user, { type: 'email', to_address: ['e@refused.example'] });
    t.match(await settledLog(emulator, user, path), /ERROR.*abandon après plusieurs échecs/);
    const [mail] = await mails(emulator);
    t.match(mail?.to, ['e@refused.example']);
    t.equal(mail?.sent, undefined);
  });
});

void t.test('a callback outlives the worker that dies while it calls', async (t) => {
  const emulator = await startApi(t, FAST);
  const user = await logIn(emulator);
  const receiver = await startReceiver(t, (_request, response) => {
    if (receiver.received.length > 1) response.writeHead(204).end();
  });
  const slow = { ...FAST, CALLBACK_TIMEOUT: '60000' };
  const doomed = await forkWorker(t, emulator, slow);
  const { path } = await abortWith(emulator, user, { type: 'api', url: receiver.origin, method: 'POST' });
  await until(
    async () => receiver.received.length,
    (count) => count === 1,
  );
  doomed.kill('SIGKILL');
  await once(doomed, 'exit');
  t.equal(await emulator.deps.prisma.pendingCallback.count(), 1);
  await forkWorker(t, emulator, slow);
  t.match(await settledLog(emulator, user, path), /INFO.*réponse 204/);
  t.equal(receiver.received.length, 2);
  t.equal(receiver.received[0]?.body, receiver.received[1]?.body);
});

void t.test('a callback that the queue forgot is queued again', async (t) => {
  const emulator = await startApi(t, FAST);
  const { deps } = emulator;
  const user = await logIn(emulator);
  const receiver = await startReceiver(t);
  const { path } = await abortWith(emulator, user, { type: 'api', url: receiver.origin, method: 'POST' });
  t.equal(await sweepLostJobs(deps), 0, 'it waits in the queue');
  await deps.jobs.pauseAndDrain();
  await deps.jobs.resume();
  t.equal(await sweepLostJobs(deps), 1);
  await forkWorker(t, emulator, FAST);
  t.match(await settledLog(emulator, user, path), /réponse 204/);
  t.equal(receiver.received.length, 1);
});

void t.test('callbacks that could not be delivered are refused with every fault', async (t) => {
  const emulator = await startApi(t);
  const user = await logIn(emulator);
  const upload = await buildClosedUpload(emulator.deps);
  const ask = (callback: object) =>
    user.call<{ error_description: string[] }>(
      'POST',
      `${ROOT}/processings/executions`,
      integration(upload, { callback }),
    );
  const refused: [object, number][] = [
    [{ type: 'email' }, 1],
    [{ type: 'email', to_address: ['nobody', 'a@b\r\nBcc: c@d', 'ok@example.org'], entity_url: 'javascript:x' }, 3],
    [
      {
        type: 'email',
        to: Array.from({ length: 15 }, (_, n) => `a${n}@b.fr`),
        to_address: Array.from({ length: 15 }, (_, n) => `b${n}@b.fr`),
      },
      1,
    ],
    [{ type: 'api', method: 'POST', url: 'ftp://example.org/' }, 1],
    [{ type: 'api', method: 'POST', url: 'http://user:secret@example.org/' }, 1],
    [
      {
        type: 'api',
        method: 'POST',
        url: 'x',
        headers: { Host: 'a', 'a b': 'c', 'Proxy-Authorization': 'd', e: 'f\ng' },
      },
      5,
    ],
  ];
  for (const [callback, faults] of refused) {
    const { status, body } = await ask(callback);
    t.equal(status, 400, JSON.stringify(callback));
    t.equal(body.error_description.length, faults, JSON.stringify(body));
  }
  t.equal((await ask({ type: 'api', method: 'GET', url: 'http://example.org/' })).status, 400);
  const { _id } = await newUpload(user);
  const closed = await user.call('POST', `${ROOT}/uploads/${_id}/close`, {
    callback: { type: 'email', to: ['nobody'] },
  });
  t.equal(closed.status, 400);
  t.match((await user.call('GET', `${ROOT}/uploads/${_id}`)).body, { status: 'OPEN' });
});
