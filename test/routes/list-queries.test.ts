import t, { type Test } from 'tap';
import { CHECKS } from '../../src/catalogue/checks.js';
import { type ApiUser, logIn } from '../helpers/api.js';
import { newUpload, sendFile, startApi } from '../helpers/deposit.js';
import { create, OPEN_WFS, PRIVATE_WFS, wfsConfiguration } from '../helpers/diffusion.js';
import { buildClosedUpload, integration, VECTOR_TO_DB } from '../helpers/executions.js';
import { DATASTORE } from '../helpers/seed.js';
import { buildStoredData } from '../helpers/stored-data.js';

/** Every query parameter of the lists of uploads, checks, data, processings, configurations and offerings. */

const UNKNOWN = '11111111-2222-4333-8444-555555555555';
const ROOT = `/datastores/${DATASTORE}`;
const RECENT = 'after=2020-01-01';
const POINT = 'lon=0.5&lat=1.5';
const EXTENT = {
  type: 'Feature',
  properties: {},
  geometry: {
    type: 'Polygon',
    crs: { type: 'name', properties: { name: 'nowhere' } },
    coordinates: [
      [
        [0, 0],
        [1, 0],
        [1, 2],
        [0, 2],
        [0, 0],
      ],
    ],
  },
};

type Item = Readonly<Record<string, unknown>> & { _id?: string };

/** A list, one entity of it, and what the contract lets one ask. */
interface List {
  readonly path: string;
  /** An entity of the list; of logs, there is none. */
  readonly id: string;
  /** Queries that select it. */
  readonly with: readonly string[];
  /** Queries that do not. */
  readonly without: readonly string[];
  readonly refused: readonly string[];
  readonly sorts: readonly string[];
  /** Default members, then all the legal ones; absent where the list knows no `fields`. */
  readonly fields?: { readonly defaults: readonly string[]; readonly legal: readonly string[] };
}

async function get(user: ApiUser, path: string, query: string) {
  return user.call<Item[]>('GET', `${path}?${query}`);
}

/** What every list does, whatever it lists. */
async function testPages(t: Test, user: ApiUser, path: string): Promise<void> {
  for (const query of ['limit=0', 'limit=101', 'limit=x', 'limit=-1', 'page=0', 'page=x']) {
    t.equal((await get(user, path, query)).status, 400, query);
  }
  const all = await get(user, path, 'limit=100');
  const total = all.body.length;
  t.equal(all.headers.get('content-range'), total === 0 ? '0-0/0' : `1-${total}/${total}`);
  const first = await get(user, path, 'limit=1');
  t.equal(first.headers.get('content-range'), total === 0 ? '0-0/0' : `1-1/${total}`);
  const second = await get(user, path, 'limit=1&page=2');
  t.same(second.body, all.body.slice(1, 2), 'pages follow one another');
  const past = await get(user, path, 'limit=50&page=1000');
  t.match(past, { status: 200, body: [] });
  t.equal(past.body.length, 0);
  t.equal(past.headers.get('content-range'), `0-0/${total}`);
  t.equal((await get(user, path, '')).body.length, Math.min(10, total), 'ten by default');
}

async function testList(t: Test, user: ApiUser, list: List): Promise<void> {
  const { path, id, fields } = list;
  await testPages(t, user, path);
  const has = async (query: string) => {
    const { status, headers, body } = await get(user, path, `${query}&limit=100`);
    t.equal(status, 200, query);
    t.match(headers.get('content-range'), new RegExp(`/${body.length}$`), 'the total follows the filter');
    return body.some((item) => item._id === id);
  };
  for (const query of list.with) t.equal(await has(query), true, `${query} selects it`);
  for (const query of list.without) t.equal(await has(query), false, `${query} does not`);
  for (const query of [...list.refused, 'sort=nope,asc', 'sort=creation,up']) {
    t.equal((await get(user, path, query)).status, 400, query);
  }
  for (const sort of list.sorts) {
    const ids = async (direction: string) =>
      (await get(user, path, `limit=100&sort=${sort},${direction}`)).body.map((item) => item._id);
    const [up, down] = [await ids('asc'), await ids('desc')];
    t.same(new Set(up), new Set(down), `sort=${sort} loses nothing`);
    // Checks and processings of the catalogue, and the executions of one closing, were created together.
    if (sort === 'creation' && !/\/(checks|processings)$|checks\/executions$/.test(path)) {
      t.same(up.toReversed(), down, 'one is the other upside down');
    }
  }
  if (fields === undefined) return;
  const [one] = (await get(user, path, `${list.with[0]}&limit=100`)).body.filter((item) => item._id === id);
  t.same(Object.keys(one ?? {}).toSorted(), ['_id', ...fields.defaults].toSorted(), 'default members');
  const chosen = fields.legal.join(',');
  const [complete] = (await get(user, path, `${list.with[0]}&limit=100&fields=${chosen}`)).body.filter(
    (item) => item._id === id,
  );
  const shown = fields.legal.map((name) => FIELD_MEMBERS[name] ?? name);
  t.same(Object.keys(complete ?? {}).toSorted(), ['_id', ...shown].toSorted(), 'all the members');
  for (const name of fields.legal) {
    const { status, body } = await get(user, path, `limit=1&fields=${name}&fields=${name}`);
    t.equal(status, 200, name);
    t.ok(Object.keys(body[0] ?? {}).length <= 2, `${name} alone`);
  }
  for (const name of ['_id', 'nope', 'extent']) {
    t.equal((await get(user, path, `fields=${name}`)).status, 400, `fields=${name}`);
  }
}

/** Values of `fields` that name another member. */
const FIELD_MEMBERS: Readonly<Record<string, string>> = {
  attributions: 'attribution',
  metadatas: 'metadata',
  output_types: 'output_type',
};

await t.test('lists of the datastore', async (t) => {
  const api = await startApi(t);
  const { deps } = api;
  const user = await logIn(api);
  const tagged = async (path: string) => {
    await user.call('POST', `${path}/tags`, { theme: 'a_b', year: 2026 });
    return path;
  };

  const { _id: upload } = await newUpload(user, { name: 'Zone_1', srs: 'EPSG:2154' });
  await newUpload(user, { name: 'ZoneX1', type: 'ARCHIVE' });
  await sendFile(user, upload, { path: 'a.txt', content: 'a' });
  await user.call('PATCH', await tagged(`${ROOT}/uploads/${upload}`), { extent: EXTENT, open: true });
  await user.call('POST', `${ROOT}/uploads/${upload}/close`);
  const checks = await user.call<{ _id: string; check: { _id: string } }[]>('GET', `${ROOT}/checks/executions`);
  const [check] = checks.body;
  if (check === undefined) throw new Error('no check was launched');

  const storedData = await buildStoredData(deps, { name: 'Zone_1' });
  const edition = { from: '2025-01-01' };
  await user.call('PATCH', await tagged(`${ROOT}/stored_data/${storedData}`), {
    extent: EXTENT,
    open: true,
    description: 'x',
    edition,
  });
  await user.call('DELETE', `${ROOT}/stored_data/${await buildStoredData(deps)}`);

  const input = await buildClosedUpload(deps);
  const { _id: execution } = await create(user, `${ROOT}/processings/executions`, integration(input));
  const output = { stored_data: { id: storedData } };
  const { _id: rewriting } = await create(user, `${ROOT}/processings/executions`, integration(input, { output }));
  await user.call('POST', `${ROOT}/processings/executions/${rewriting}/abort`);

  const { _id: configuration } = await create(user, `${ROOT}/configurations`, {
    ...wfsConfiguration(storedData, 'Layer_1'),
    attribution: { title: 'IGN', url: 'https://example.org' },
    metadata: [{ format: 'text/xml', url: 'https://example.org/m', type: 'ISO19115:2003' }],
  });
  await create(user, `${ROOT}/configurations`, wfsConfiguration(await buildStoredData(deps), 'LayerX1'));
  await tagged(`${ROOT}/configurations/${configuration}`);
  const offers = `${ROOT}/configurations/${configuration}/offerings`;
  const { _id: offering } = await create(user, offers, { endpoint: OPEN_WFS });
  await user.call('PATCH', `${ROOT}/offerings/${offering}`, { extra: { a: 1 } });

  const names = { with: ['name=zone_1', 'name=ZONE%25', 'name=%25_1'], without: ['name=zone', 'name=zone_'] };
  const tags = { with: ['tags[theme]=a_b', 'tags%5Byear%5D=2026&tags[theme]=a_b'], without: ['tags[theme]=a%25b'] };
  const opened = {
    with: ['open=true', 'open=True', 'open=1', 'owned=true', 'owned=1', 'shared=False', 'owned=true&shared=true'],
    without: ['open=false', 'open=0', 'owned=false', 'shared=true'],
  };
  const located = {
    with: [POINT, RECENT, 'before=2100-01-01T00:00:00Z'],
    without: ['lon=50&lat=1', 'before=2020-01-01'],
  };
  const misplaced = [
    'lon=1',
    'lat=1',
    'lon=x&lat=1',
    'lon=181&lat=0',
    'before=x',
    'open=x',
    'owned=x',
    'type=x',
    'status=x',
  ];

  const lists: readonly List[] = [
    {
      path: `${ROOT}/uploads`,
      id: upload,
      with: [
        ...names.with,
        ...tags.with,
        ...opened.with,
        ...located.with,
        'type=VECTOR',
        'status=CHECKING',
        'srs=epsg:2154',
      ],
      without: [
        ...names.without,
        ...tags.without,
        ...opened.without,
        ...located.without,
        'type=ARCHIVE',
        'status=OPEN',
        'srs=2154',
      ],
      refused: misplaced,
      sorts: ['creation', 'last_event'],
      fields: {
        defaults: ['type', 'name', 'open', 'srs', 'description', 'status'],
        legal: [
          'name',
          'description',
          'type',
          'open',
          'status',
          'srs',
          'contact',
          'size',
          'last_event',
          'tags',
          'creation',
          'bbox',
        ],
      },
    },
    {
      path: `${ROOT}/checks`,
      id: CHECKS.find(({ jobName }) => jobName === 'vector')?.id ?? '',
      with: ['name=v%25rification vect%25', 'default_upload_type=VECTOR'],
      without: ['name=vecteur', 'default_upload_type=ARCHIVE'],
      refused: ['default_upload_type=x'],
      sorts: ['creation'],
    },
    {
      path: `${ROOT}/checks/executions`,
      id: check._id,
      with: ['status=WAITING', `upload=${upload}`, `check=${check.check._id.toUpperCase()}`],
      without: ['status=SUCCESS', `upload=${UNKNOWN}`, `check=${UNKNOWN}`],
      refused: ['status=x', 'upload=x', 'check=x'],
      sorts: ['creation'],
    },
    {
      path: `${ROOT}/stored_data`,
      id: storedData,
      with: [
        ...names.with,
        ...tags.with,
        ...opened.with,
        ...located.with,
        'type=VECTOR-DB',
        'status=GENERATED',
        'srs=EPSG:%25',
      ],
      without: [
        ...names.without,
        ...tags.without,
        ...opened.without,
        ...located.without,
        'type=ARCHIVE',
        'status=DELETED',
        'srs=4326',
      ],
      refused: misplaced,
      sorts: ['creation', 'last_event'],
      fields: {
        defaults: ['name', 'type', 'open', 'srs'],
        legal: [
          'name',
          'type',
          'open',
          'srs',
          'description',
          'status',
          'contact',
          'edition',
          'size',
          'tags',
          'creation',
          'bbox',
          'public_activity',
        ],
      },
    },
    {
      path: `${ROOT}/processings`,
      id: VECTOR_TO_DB,
      with: ['name=int%25gration de donn%25', 'input_upload_type=VECTOR', 'output_stored_data_type=VECTOR-DB'],
      without: [
        'name=intégration',
        'input_upload_type=RASTER',
        'input_stored_data_type=VECTOR-DB',
        'output_upload_type=ARCHIVE',
      ],
      refused: ['input_upload_type=x'],
      sorts: ['creation'],
      fields: {
        defaults: ['name', 'description'],
        legal: ['name', 'description', 'creation', 'priority', 'input_types', 'output_types'],
      },
    },
    {
      path: `${ROOT}/processings/executions`,
      id: rewriting,
      with: [
        'status=ABORTED',
        `input_upload=${input}`,
        `output_stored_data=${storedData}`,
        `processing=${VECTOR_TO_DB}`,
      ],
      without: [
        'status=CREATED',
        `input_stored_data=${storedData}`,
        `output_upload=${input}`,
        `processing=${UNKNOWN}`,
        `input_upload=${upload}`,
      ],
      refused: ['status=x', 'input_upload=x'],
      sorts: ['creation'],
    },
    {
      path: `${ROOT}/configurations`,
      id: configuration,
      with: [
        'name=layer_1',
        'layer_name=LAYER%25',
        'type=WFS',
        'status=UNPUBLISHED',
        ...tags.with,
        `stored_data=${storedData}`,
      ],
      without: [
        'name=layer',
        'layer_name=layer_',
        'type=WMS-VECTOR',
        'status=PUBLISHED',
        ...tags.without,
        `stored_data=${UNKNOWN}`,
      ],
      refused: ['type=x', 'status=x', 'stored_data=x'],
      sorts: ['creation', 'update', 'last_event'],
      fields: {
        defaults: ['name', 'layer_name', 'type', 'status'],
        legal: [
          'name',
          'layer_name',
          'type',
          'status',
          'attributions',
          'metadatas',
          'tags',
          'creation',
          'last_event',
          'update',
        ],
      },
    },
    {
      path: `${ROOT}/offerings`,
      id: offering,
      with: [
        'layer_name=layer_1',
        'layer_name=%25_1',
        'type=WFS',
        'status=PUBLISHING',
        `stored_data=${storedData}`,
        `endpoint=${OPEN_WFS}`,
        `configuration=${configuration}`,
        'is_open=True',
      ],
      without: [
        'layer_name=layer',
        'type=WMS-VECTOR',
        'status=PUBLISHED',
        `stored_data=${UNKNOWN}`,
        `endpoint=${PRIVATE_WFS}`,
        `configuration=${UNKNOWN}`,
        'is_open=0',
      ],
      refused: ['type=x', 'status=x', 'endpoint=x', 'is_open=x'],
      sorts: ['creation', 'update'],
      fields: {
        defaults: ['open', 'available', 'layer_name', 'type', 'status'],
        legal: [
          'open',
          'available',
          'layer_name',
          'type',
          'status',
          'endpoint',
          'configuration',
          'urls',
          'creation',
          'extra',
          'update',
          'public_activity',
        ],
      },
    },
  ];
  for (const list of lists) await t.test(list.path.slice(ROOT.length), (t) => testList(t, user, list));

  await t.test('lists below an entity have pages too', async (t) => {
    for (const text of ['a', 'b', 'c']) await user.call('POST', `${ROOT}/uploads/${upload}/comments`, { text });
    const lines = ['one', 'two', 'three'];
    for (const executionId of [execution, check._id]) {
      await deps.prisma.logLine.createMany({ data: lines.map((line) => ({ executionId, line })) });
    }
    for (const path of [
      `/uploads/${upload}/events`,
      `/uploads/${upload}/comments`,
      `/stored_data/${storedData}/comments`,
      `/configurations/${configuration}/events`,
      `/configurations/${configuration}/offerings`,
      `/processings/executions/${execution}/logs`,
      `/checks/executions/${check._id}/logs`,
    ]) {
      await t.test(path, (t) => testPages(t, user, `${ROOT}${path}`));
    }
    const chosen = await get(user, offers, 'fields=urls,extra');
    t.match(chosen.body, [{ _id: offering, extra: { a: 1 }, urls: [{ type: 'WFS' }] }]);
  });
});
