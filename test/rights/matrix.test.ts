import { randomUUID } from 'node:crypto';
import t from 'tap';
import { COMMUNITY_RIGHTS } from '../../src/domain/access.js';
import { buildTestApp } from '../helpers/app.js';
import { CONTRACT_OPERATIONS, type ContractOperation } from '../helpers/contract.js';
import { bearer } from '../helpers/oidc.js';
import {
  ADMINISTRATOR,
  buildWorld,
  memberWith,
  ORGANIZATION_MEMBER,
  STRANGER,
  SUPERVISOR,
  TECHNICAL_NAME,
  WITHOUT_RIGHT,
  type World,
} from './world.js';

/**
 * The matrix of rights: every operation of the contract × who asks. What each may do is written here from access.md §4
 * and the rights of fixtures/contract/routes.json, not read from the routes.
 */

type Column = 'anonymous' | 'stranger' | 'member without right' | 'member with right' | 'supervisor' | 'administrator';

/** `true`: not refused for its rights, whatever else is wrong with the request. */
type Row = Readonly<Record<Column, true | 401 | 403>>;

const row = (...cells: readonly [true | 401, true | 403, true | 403, true | 403, true | 403, true | 403]): Row => ({
  anonymous: cells[0],
  stranger: cells[1],
  'member without right': cells[2],
  'member with right': cells[3],
  supervisor: cells[4],
  administrator: cells[5],
});

const ROWS: Readonly<Record<string, Row>> = {
  anonymous: row(true, true, true, true, true, true),
  authenticated: row(401, true, true, true, true, true),
  member: row(401, 403, true, true, true, 403),
  ...Object.fromEntries(COMMUNITY_RIGHTS.map((right) => [right, row(401, 403, 403, true, true, 403)])),
  // Belonging to a community of the organization, even as its supervisor, is not enough.
  organization: row(401, 403, 403, true, 403, 403),
  administrator: row(401, 403, 403, 403, 403, true),
};

const { app, deps } = await buildTestApp(t);
const world = await buildWorld({ app, deps });
const operations = CONTRACT_OPERATIONS.filter((one) => one.outside_api === undefined && one.tag !== 'Documentation');

function callerOf(column: Column, right: string): string | undefined {
  switch (column) {
    case 'anonymous':
      return undefined;
    case 'stranger':
      return STRANGER;
    case 'member without right':
      return WITHOUT_RIGHT;
    case 'member with right':
      if (right === 'organization') return ORGANIZATION_MEMBER;
      return COMMUNITY_RIGHTS.some((one) => one === right) ? memberWith(right) : WITHOUT_RIGHT;
    case 'supervisor':
      return SUPERVISOR;
    case 'administrator':
      return ADMINISTRATOR;
  }
}

/** The path with real workspaces and made-up entities: what is there does not matter to the rights. */
function urlOf({ path, right }: ContractOperation): string {
  const ids: Record<string, string> = ['administrator', 'authenticated'].includes(right)
    ? {}
    : { datastore: world.datastore, community: world.community, organization: world.organization };
  return `/api${path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? (name === 'technical_name' ? TECHNICAL_NAME : randomUUID()))}`;
}

async function ask(operation: ContractOperation, url: string, caller: string | undefined, body?: object | string) {
  const token = caller === undefined ? undefined : world.tokens[caller];
  const deletesByBody = operation.path.endsWith('/visibility');
  const hasBody = operation.method !== 'GET' && (operation.method !== 'DELETE' || deletesByBody);
  return app.inject({
    method: operation.method as 'GET',
    url,
    headers: {
      ...(token === undefined ? {} : bearer(token)),
      ...(typeof body === 'string' ? { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` } : {}),
    },
    ...(hasBody ? { payload: body ?? {} } : {}),
  });
}

for (const operation of operations) {
  const name = `${operation.method} ${operation.path}`;
  void t.test(name, async (t) => {
    const expected = ROWS[operation.right];
    if (expected === undefined) return t.fail(`no row for the right "${operation.right}"`);
    for (const [column, cell] of Object.entries(expected) as [Column, Row[Column]][]) {
      const { statusCode, body } = await ask(operation, urlOf(operation), callerOf(column, operation.right));
      if (cell === true) {
        t.notOk([401, 403].includes(statusCode), `${column}: not refused (${statusCode} ${body.slice(0, 200)})`);
        t.ok(statusCode < 500, `${column}: served (${statusCode} ${body.slice(0, 500)})`);
      } else {
        t.equal(statusCode, cell, column);
      }
    }
  });
}

void t.test('an inactive datastore refuses everything, its supervisor included', async (t) => {
  const inactive = world.otherDatastore;
  await deps.prisma.datastore.update({ where: { id: inactive }, data: { active: false } });
  for (const operation of operations.filter((one) => one.path.startsWith('/datastores/{datastore}'))) {
    const { statusCode } = await ask(operation, urlOf(operation).replace(world.datastore, inactive), SUPERVISOR);
    t.equal(statusCode, 403, `${operation.method} ${operation.path}`);
  }
  await deps.prisma.datastore.update({ where: { id: inactive }, data: { active: true } });
});

const BOUNDARY = 'matrix';
const FILE_PART = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\na\r\n--${BOUNDARY}--\r\n`;

/** Bodies that would be accepted on the entity's own datastore, so that only its absence can be told. */
const BODIES: readonly (readonly [pattern: RegExp, body: (world: World) => object | string])[] = [
  [/^PUT .*\/(statics|annexes|metadata)\/\{\w+\}$/, () => FILE_PART],
  [/\/uploads\/\{upload\}\/(data|md5)$/, () => FILE_PART],
  [/\/uploads\/\{upload\}\/checks$/, () => [randomUUID()]],
  [/\/comments(\/|$)/, () => ({ text: 'Remarque' })],
  [/\/tags$/, () => ({ clé: 'valeur' })],
  [/\/(sharings|visibility)$/, () => [randomUUID()]],
  [/^POST .*\/configurations\/\{configuration\}\/offerings$/, () => ({ endpoint: randomUUID(), open: true })],
  [
    /^(PUT|PATCH) .*\/configurations\/\{configuration\}$/,
    ({ entities }) => ({
      type: 'WFS',
      name: 'Configuration',
      type_infos: {
        used_data: [
          { stored_data: entities.stored_data, relations: [{ native_name: 't', title: 't', abstract: 't' }] },
        ],
      },
    }),
  ],
  [/\/checks\/executions\/\{execution\}$/, () => ({ callback: { type: 'email', to_address: ['a@example.org'] } })],
];

/** The entity parameters of a path, with the real entities of the first datastore; `null` when it has none. */
function urlInOtherDatastore({ path }: ContractOperation): string | null {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').slice(1);
  if (names.length === 0 || names.some((name) => ['check', 'processing', 'endpoint'].includes(name))) return null;
  const subject = names[0] ?? '';
  const idOf = (name: string) => {
    if (name === 'datastore') return world.otherDatastore;
    if (name === 'execution')
      return world.entities[path.includes('/checks/') ? 'checks/executions' : 'processings/executions'];
    return world.entities[name === 'comment' ? `${subject}/comment` : name];
  };
  return `/api${path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const id = idOf(name);
    if (id === undefined) throw new Error(`the world has no ${name} for ${path}`);
    return id;
  })}`;
}

void t.test('an entity does not exist in another datastore', async (t) => {
  for (const operation of operations.filter((one) => one.path.startsWith('/datastores/{datastore}/'))) {
    const name = `${operation.method} ${operation.path}`;
    const url = urlInOtherDatastore(operation);
    if (url === null) continue;
    const query = url.endsWith('/tags') ? '?tags=a' : /\/(sharings)$/.test(url) ? `?datastores=${randomUUID()}` : '';
    const body = BODIES.find(([pattern]) => pattern.test(name))?.[1](world);
    const { statusCode, body: answer } = await ask(operation, `${url}${query}`, SUPERVISOR, body);
    t.equal(statusCode, 404, `${name} ${answer.slice(0, 300)}`);
  }
});
