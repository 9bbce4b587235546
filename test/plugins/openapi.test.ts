import { readFile } from 'node:fs/promises';
import t from 'tap';
import { buildTestApp } from '../helpers/app.js';
import { CONTRACT_OPERATIONS } from '../helpers/contract.js';
import { openapiFile, openapiText } from '../helpers/openapi.js';

interface Operation {
  operationId?: string;
  tags?: string[];
  'x-right'?: string;
  security?: object[];
  responses: Record<string, { content?: Record<string, { schema?: object }> }>;
}

void t.test('the OpenAPI document and its page', async (t) => {
  const { app } = await buildTestApp(t);
  const answer = await app.inject({ url: '/api/v3/api-docs' });
  const document = answer.json<{ paths: Record<string, Record<string, Operation>>; servers: unknown }>();
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
  );

  await t.test('it is JSON, without token, and the same on every machine', async (t) => {
    t.equal(answer.statusCode, 200);
    t.equal(answer.headers['content-type'], 'application/json');
    t.notMatch(answer.body, /localhost|127\.0\.0\.1/);
    t.same(document.servers, [{ url: '/api' }]);
  });

  await t.test('docs/openapi.json is the document of the code (script/generate-openapi.mjs writes it)', async (t) => {
    t.equal(await readFile(openapiFile, 'utf8'), await openapiText(app));
  });

  await t.test('every operation states tag, right, security, expected answer and 401', async (t) => {
    t.ok(operations.length > 30);
    for (const { name, operationId, tags, security, responses, ...rest } of operations) {
      t.ok(operationId, `${name} has an operationId`);
      t.equal(tags?.length, 1, `${name} has one tag`);
      t.type(rest['x-right'], 'string', `${name} has a right`);
      t.equal(security?.length, rest['x-right'] === 'anonymous' ? 0 : 1, `${name} has its security`);
      t.ok(
        Object.keys(responses).some((status) => status.startsWith('2')),
        `${name} has an expected answer`,
      );
    }
    const ids = operations.map(({ operationId }) => operationId);
    t.equal(new Set(ids).size, ids.length, 'operation ids are unique');
  });

  await t.test('it has every operation of the contract below /api, the documentation excepted', async (t) => {
    const expected = CONTRACT_OPERATIONS.filter((one) => one.outside_api === undefined && one.tag !== 'Documentation');
    const shape = (name: string) => name.replaceAll(/\{\w+\}/g, '?').toLowerCase();
    t.strictSame(
      operations.map(({ name }) => shape(name)).toSorted(),
      expected.map(({ method, path }) => shape(`${method} ${path}`)).toSorted(),
    );
  });

  await t.test('the page and everything it loads are served', async (t) => {
    const page = await app.inject({ url: '/api/swagger-ui/index.html' });
    t.equal(page.statusCode, 200);
    const links = [...page.body.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map((match) => match[1] ?? '');
    t.ok(links.length >= 5);
    for (const link of links) t.equal((await app.inject({ url: `/api/swagger-ui/${link}` })).statusCode, 200, link);
    const redirect = await app.inject({ url: '/api/swagger-ui/oauth2-redirect.html?code=x&state=y' });
    t.equal(redirect.headers.location, './static/oauth2-redirect.html?code=x&state=y');
    t.equal((await app.inject({ url: '/api/swagger-ui/static/oauth2-redirect.html' })).statusCode, 200);
  });
});
