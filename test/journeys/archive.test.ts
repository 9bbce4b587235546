import { createHash } from 'node:crypto';
import t from 'tap';
import { logIn, until } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { DATASTORE } from '../helpers/seed.js';

/** Journey (c) of lifecycle §8: ten delivered files, downloaded. HTTP only, ids found as clients find them. */

const ROOT = `/datastores/${DATASTORE}`;
const EXTENSIONS = ['cpg', 'dbf', 'prj', 'shp', 'shx'];
const NAMES = ['DEPARTEMENT', 'LIMITE_DEPARTEMENT'].flatMap((name) =>
  EXTENSIONS.map((extension) => `${name}.${extension}`),
);

interface Named {
  _id: string;
  name: string;
}
interface Feed {
  totalentries: number;
  entry: { title?: string; id: string; content: string; link: { href: string; length: number }[] }[];
}

void t.test('an archive, from delivery to download', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);
  const ok = async <Body>(method: string, path: string, body?: object) => {
    const answer = await user.call<Body>(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  // Deliver, with digests, and check.
  const contents = new Map(NAMES.map((name) => [name, `content of ${name} `.repeat(50)]));
  const digests = new Map([...contents].map(([name, text]) => [name, createHash('md5').update(text).digest('hex')]));
  const upload = await ok<Named>('POST', `${ROOT}/uploads`, {
    name: 'Départements',
    description: 'Départements et limites',
    type: 'ARCHIVE',
    srs: 'EPSG:2154',
  });
  const send = (kind: string, path: string, text: string) => {
    const form = new FormData();
    form.set('file', new Blob([text]), path.slice(path.lastIndexOf('/') + 1));
    return ok('POST', `${ROOT}/uploads/${upload._id}/${kind}?path=${encodeURIComponent(path)}`, form);
  };
  for (const [name, text] of contents) await send('data', `ADMIN/${name}`, text);
  await send('md5', 'archive.md5', [...digests].map(([name, md5]) => `${md5}  ADMIN/${name}\n`).join(''));
  await ok('POST', `${ROOT}/uploads/${upload._id}/close`);
  const closed = await until(
    () => ok<{ status: string }>('GET', `${ROOT}/uploads/${upload._id}`),
    ({ status }) => status !== 'CHECKING',
  );
  t.equal(closed.status, 'CLOSED');
  const checks = await ok<{ passed: { check: Named }[] }>('GET', `${ROOT}/uploads/${upload._id}/checks`);
  t.same(
    new Set(checks.passed.map(({ check }) => check.name)),
    new Set(['Vérification standard', 'Vérification archive']),
  );

  // Copy into an archive; the processing is found by its name.
  const processings = await ok<Named[]>('GET', `${ROOT}/processings?limit=100`);
  const processing = processings.find(({ name }) => name === "Recopie d'une archive livrée");
  const execution = await ok<{ _id: string; output: { stored_data: Named } }>(
    'POST',
    `${ROOT}/processings/executions`,
    {
      processing: processing?._id,
      inputs: { upload: [upload._id] },
      output: { stored_data: { name: 'Données départementales', storage_tags: ['ARCHIVE'] } },
    },
  );
  const storedData = `${ROOT}/stored_data/${execution.output.stored_data._id}`;
  await ok('POST', `${ROOT}/processings/executions/${execution._id}/launch`);
  const generated = await until(
    () => ok<{ status: string; type_infos: unknown }>('GET', storedData),
    ({ status }) => ['GENERATED', 'UNSTABLE'].includes(status),
  );
  t.match(generated, { status: 'GENERATED', srs: 'EPSG:2154', type_infos: { files_number: 10 } });
  await ok('DELETE', `${ROOT}/uploads/${upload._id}`);
  const ring = [
    [-5, 41],
    [9, 41],
    [9, 51],
    [-5, 51],
    [-5, 41],
  ];
  await ok('PATCH', storedData, {
    edition: { from: '2021-09-01', to: '2022-09-30' },
    extent: { type: 'Polygon', coordinates: [ring] },
  });

  // Configure with terms of the nomenclatures, publish.
  const zones = await ok<{ term: string; label: string }[]>(
    'GET',
    '/statics/nomenclatures?type=ZONE&label=France%20m%C3%A9tropolitaine',
  );
  const configuration = await ok<Named>('POST', `${ROOT}/configurations`, {
    type: 'DOWNLOAD',
    name: 'Limites administratives',
    layer_name: 'limites_administratives',
    type_infos: {
      title: { fr: 'Limites administratives', en: 'Administrative units' },
      abstract: { fr: 'Limites administratives, France métropolitaine' },
      keywords: ['Limites'],
      product_identifier: 'Admin Express',
      used_data: [
        {
          sub_name: 'departements',
          title: { fr: 'Données départementales' },
          abstract: { fr: 'Départements et limites' },
          keywords: ['Départements'],
          format: 'SHP',
          zone: zones[0]?.term,
          stored_data: execution.output.stored_data._id,
        },
      ],
    },
  });
  const datastore = await ok<{ endpoints: { endpoint: Named & { type: string; open: boolean } }[] }>('GET', ROOT);
  const endpoint = datastore.endpoints.find(({ endpoint: { type, open } }) => type === 'DOWNLOAD' && open)?.endpoint;
  const offering = await ok<{ _id: string }>('POST', `${ROOT}/configurations/${configuration._id}/offerings`, {
    endpoint: endpoint?._id,
    open: true,
  });
  const published = await until(
    () => ok<{ status: string; urls: { url: string }[] }>('GET', `${ROOT}/offerings/${offering._id}`),
    ({ status }) => status !== 'PUBLISHING',
  );
  t.equal(published.status, 'PUBLISHED');

  // As an end user: from the capabilities to the files, by links only.
  const json = async (url: string) =>
    (await (await fetch(url, { headers: { accept: 'application/json' } })).json()) as Feed;
  const search = 'zone=FXX&format=SHP&editionDateTo=2024-09-16&crs=https://www.opengis.net/def/crs/EPSG/0/2154';
  const capabilities = await json(`${emulator.origin}/telechargement/capabilities?${search}`);
  t.match(capabilities, { totalentries: 1, entry: [{ title: 'Administrative units', id: published.urls[0]?.url }] });
  const parts = await json(capabilities.entry[0]?.link[0]?.href ?? '');
  t.match(parts, { totalentries: 1, entry: [{ title: 'Données départementales' }] });
  const files = await json(parts.entry[0]?.link[0]?.href ?? '');
  t.equal(files.totalentries, 10);
  for (const { id, content, link } of files.entry) {
    const name = id.slice(id.lastIndexOf('/') + 1);
    const [address] = link;
    const head = await fetch(address?.href ?? '', { method: 'HEAD' });
    t.equal(head.headers.get('content-length'), String(address?.length), name);
    // As a download manager does: a first piece, then the rest if nothing changed.
    const first = await fetch(address?.href ?? '', { headers: { range: 'bytes=0-99' } });
    const etag = first.headers.get('etag') ?? '';
    const rest = await fetch(address?.href ?? '', { headers: { range: 'bytes=100-', 'if-range': etag } });
    t.same([first.status, rest.status], [206, 206]);
    const text = (await first.text()) + (await rest.text());
    t.equal(text, contents.get(name));
    t.equal(createHash('md5').update(text).digest('hex'), content, 'the digest of the feed');
  }

  // Undo.
  await ok('DELETE', `${ROOT}/offerings/${offering._id}`);
  await until(
    () => user.call('GET', `${ROOT}/offerings/${offering._id}`),
    ({ status }) => status === 404,
  );
  t.equal((await fetch(files.entry[0]?.id ?? '')).status, 404);
  await ok('DELETE', `${ROOT}/configurations/${configuration._id}`);
  await ok('DELETE', storedData);
});
