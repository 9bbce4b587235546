import type { RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import t from 'tap';
import { buildApp } from '../../src/app.js';
import { buildTestApp } from '../helpers/app.js';
import { CONTRACT_OPERATIONS, operationShape } from '../helpers/contract.js';

/** Assets of the documentation page, which are no operations. */
const DOCUMENTATION = /^\/api\/swagger-ui(?!\/index\.html)/;

/** The emulator's own control, which the platform does not have. */
const EMULATOR = [
  'GET /_emulator/health',
  'GET /_emulator/ready',
  'GET /_emulator/version',
  'POST /_emulator/reset',
  'POST /_emulator/seed',
  'GET /_emulator/warnings',
  'GET /_emulator/exposure',
  'GET /_emulator/mails',
  'GET /_emulator/mails/?',
  'DELETE /_emulator/mails',
];

/** Services that answer by their own protocols. */
const SERVICES =
  /^\/(realms|private|wfs|wms-v|wms-r|wmts|tms|vector-tms|altimetrie|telechargement|chunk\/telechargement|csw|sandbox|geonetwork|catalogue)(\/|$)/;

/** Every route of the application: operations and public files, then the emulator's own. */
async function registeredRoutes(): Promise<RouteOptions[]> {
  const { deps } = await buildTestApp(t);
  const seen: RouteOptions[] = [];
  const recorder = fp(async (instance) => {
    instance.addHook('onRoute', (route) => {
      seen.push(route);
    });
  });
  const app = await buildApp(deps, [recorder]);
  t.teardown(() => app.close());
  return seen.filter(({ method, url }) => {
    const isOurs = !SERVICES.test(url) && !DOCUMENTATION.test(url);
    return isOurs && ![method].flat().every((one) => one === 'HEAD' || one === 'OPTIONS');
  });
}

const registered = await registeredRoutes();
const routes = registered.filter(({ url }) => !url.startsWith('/_emulator'));
const control = registered.filter(({ url }) => url.startsWith('/_emulator'));
const shapes = new Set(routes.map(({ method, url }) => operationShape(String(method), url)));
const contract = new Set(
  CONTRACT_OPERATIONS.map((one) => operationShape(one.method, `${one.outside_api ? '' : '/api'}${one.path}`)),
);

void t.test('every operation of the contract is registered', async (t) => {
  t.equal(contract.size, 266);
  t.strictSame(
    [...contract].filter((shape) => !shapes.has(shape)),
    [],
  );
});

void t.test('every registered route is an operation of the contract', async (t) => {
  t.strictSame(
    [...shapes].filter((shape) => !contract.has(shape)),
    [],
  );
});

void t.test('the other routes are the control of the emulator', async (t) => {
  t.strictSame(control.map(({ method, url }) => operationShape(String(method), url)).toSorted(), EMULATOR.toSorted());
});

void t.test('every route says how well its behaviour is known', async (t) => {
  const unlabelled = routes.filter(({ config }) => config?.fidelity === undefined);
  t.strictSame(
    unlabelled.map(({ method, url }) => `${String(method)} ${url}`),
    [],
  );
});

void t.test('an answer carries the label', async (t) => {
  const { app } = await buildTestApp(t);
  const answer = await app.inject({ url: '/api/users/me' });
  t.equal(answer.statusCode, 401);
  t.equal(answer.headers['x-emulator-fidelity'], 'documented');
});
