import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Fastify from 'fastify';
import t from 'tap';
import { projectRoot } from '../../src/supervisor/paths.js';
import { ADAPTED_SCHEMAS, CONTRACT_OPERATIONS, contractObserver } from '../helpers/contract.js';
import { PRODUCER } from '../helpers/seed.js';

/** What the observer makes of an answer of GET /users/me/keys. */
async function observed(answer: { status: number; body: unknown; type?: string }) {
  const app = Fastify();
  await app.register(contractObserver);
  app.get('/api/users/me/keys', async (_request, reply) =>
    reply
      .code(answer.status)
      .type(answer.type ?? 'application/json')
      .send(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)),
  );
  const { statusCode, body } = await app.inject({ url: '/api/users/me/keys' });
  return { statusCode, body };
}

const KEY = {
  _id: PRODUCER,
  creation: '2026-01-01T00:00:00.000000Z',
  update: '2026-01-01T00:00:00.000000Z',
  name: 'clé',
  type: 'HASH',
};

void t.test('answers of the contract pass', async (t) => {
  t.equal((await observed({ status: 200, body: [KEY] })).statusCode, 200);
  t.equal(
    (await observed({ status: 404, body: { error: 'not_found', error_description: ['Rien.'] } })).statusCode,
    404,
  );
});

void t.test('others become a 500 that tells what is wrong', async (t) => {
  for (const [answer, fault] of [
    [{ status: 200, body: [{ ...KEY, name: undefined }] }, /name/],
    [{ status: 200, body: [{ ...KEY, type: 'PASSWORD' }] }, /\/0\/type/],
    [{ status: 200, body: KEY }, /not a list/],
    [{ status: 201, body: [KEY] }, /status 201/],
    [{ status: 400, body: { error: 'bad_request', error_description: 'Texte' } }, /error_description/],
    [{ status: 400, body: { error: 'bad_request', error_description: [] } }, /error_description/],
    [{ status: 500, body: 'panne', type: 'text/plain' }, /text\/plain/],
  ] as const) {
    const { statusCode, body } = await observed(answer);
    t.equal(statusCode, 500);
    t.match(body, fault);
  }
});

void t.test('every adaptation of the contract has its line in docs/differences.md', async (t) => {
  const differences = await readFile(join(projectRoot(), 'docs', 'differences.md'), 'utf8');
  const lines = [
    ...ADAPTED_SCHEMAS.map(({ line }) => line),
    ...CONTRACT_OPERATIONS.flatMap(({ adapted }) => adapted ?? []),
  ];
  t.ok(lines.length > 5);
  for (const line of new Set(lines)) t.match(differences, `- **${line}.**`, line);
});
