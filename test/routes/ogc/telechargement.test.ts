import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import t from 'tap';
import { archiveKeyOf } from '../../../src/domain/archive-files.js';
import { readXml, type ReadElement } from '../../../src/ogc/xml.js';
import { logIn, until } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { buildArchive, CHUNK_DOWNLOAD, downloadConfiguration, OPEN_DOWNLOAD } from '../../helpers/archives.js';
import { create, publish, sentences, waitForAbsence, waitForStatus } from '../../helpers/diffusion.js';
import { DATASTORE } from '../../helpers/seed.js';

const ROOT = `/datastores/${DATASTORE}`;
const PRIVATE_DOWNLOAD = 'b5bf7ab2-8998-4829-8c80-cd2ec02e6e58';

const emulator = await startTestEmulator(t);
const user = await logIn(emulator);

interface Entry {
  title?: string;
  id: string;
  updated?: string;
  content: string;
  polygon?: string;
  link: { href: string; rel: string; type: string; length?: number; bbox: string | null; hreflang?: string }[];
  [member: string]: unknown;
}
interface FeedBody {
  page: number;
  totalentries: number;
  title: string;
  link: Entry['link'];
  entry: Entry[];
  [member: string]: unknown;
}

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${emulator.origin}${path}`, { method, headers });

async function feed(path: string): Promise<FeedBody> {
  const answer = await get(`/telechargement${path}`, { accept: 'application/json' });
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as FeedBody;
}

/** Descriptors of this process on the files of a stored data. */
async function openFilesOf(storedData: string): Promise<string[]> {
  return (await readdir('/proc/self/fd')).filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes(`/stored-data/${storedData}/`);
    } catch {
      return false;
    }
  });
}

/** Ends of the ids of the entries. */
const names = ({ entry }: FeedBody) => entry.map(({ id }) => id.slice(id.lastIndexOf('/') + 1));

const square = (west: number, south: number, east: number, north: number) => [
  [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ],
];

const HOSTILE = `été "1"&<2>'100%?#;+.7z.001`;
const CONTENT = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251));
const MD5 = createHash('md5').update(CONTENT).digest('hex');

const departements = await buildArchive(user, [
  { path: 'x/DEPARTEMENT.shp', content: new Uint8Array(CONTENT) },
  { path: 'x/DEPARTEMENT.dbf', content: 'dbf' },
  { path: 'x/DEPARTEMENT.cpg', content: 'UTF-8' },
  { path: 'x/vide.prj', content: '' },
  { path: `y/${HOSTILE}`, content: 'volume' },
]);
const regions = await buildArchive(user, [{ path: 'regions.gpkg', content: 'gpkg' }], { srs: 'EPSG:4326' });
const bare = await buildArchive(user, [{ path: 'a.bin', content: 'a' }], { srs: 'IGNF:WGS84G' });
await user.call('PATCH', `${ROOT}/stored_data/${departements.storedData}`, {
  edition: { from: '2021-09-01', to: '2022-09-30' },
  // A triangle, and a square far from it.
  extent: {
    type: 'MultiPolygon',
    coordinates: [
      [
        [
          [0, 40],
          [10, 40],
          [0, 50],
          [0, 40],
        ],
      ],
      square(20, 40, 21, 41.123456789),
    ],
  },
});
await user.call('PATCH', `${ROOT}/stored_data/${regions.storedData}`, {
  edition: { from: '2023-05-01' },
  extent: { type: 'Polygon', coordinates: square(-5, 45, -4, 46) },
});

const limits = await publish(
  user,
  DATASTORE,
  downloadConfiguration(
    'limites',
    [
      {
        sub_name: 'departements',
        stored_data: departements.storedData,
        title: { fr: 'Départements', en: 'Zdepartments' },
        abstract: { fr: 'Les départements & <autres>' },
        format: 'SHP',
        zone: 'FXX',
        resolution: '1m',
        thematic: 'Unités administratives',
        rights: 'Licence ouverte',
      },
      {
        sub_name: 'regions',
        stored_data: regions.storedData,
        title: { fr: 'Régions' },
        format: 'GPKG',
        zone: 'Hors liste',
      },
      { sub_name: 'nues', stored_data: bare.storedData },
    ],
    {
      title: { fr: 'Limites', en: 'Boundaries' },
      abstract: { fr: 'Toutes les limites' },
      product_identifier: 'LIM-1',
      namespace: 'https://exemple.fr',
    },
  ),
  OPEN_DOWNLOAD,
);
await publish(
  user,
  DATASTORE,
  downloadConfiguration('autre', [{ sub_name: 'nues', stored_data: bare.storedData, zone: 'FXX' }]),
  OPEN_DOWNLOAD,
);

await t.test('an offering tells where its resource is', async (t) => {
  const { body } = await user.call<{ urls: unknown }>('GET', limits.offering);
  t.same(body.urls, [{ type: 'DOWNLOAD', url: `${emulator.origin}/telechargement/resource/limites` }]);
});

await t.test('configurations: what is refused', async (t) => {
  const used = { sub_name: 'a', stored_data: bare.storedData };
  const post = (configuration: object) => user.call('POST', `${ROOT}/configurations`, configuration);
  const twice = await post(downloadConfiguration('c1', [used, { ...used, stored_data: regions.storedData }, used]));
  t.equal(twice.status, 400);
  t.match(sentences(twice), /used_data\[1\]\.sub_name : "a" est déjà pris.*used_data\[2\]/);
  t.match(sentences(await post(downloadConfiguration('c1', [{ ...used, sub_name: '..' }]))), /"\.\." n'est pas un nom/);
  for (const sub_name of ['a/b', 'é', '', 'a b', 'a%2e']) {
    t.equal((await post(downloadConfiguration('c1', [{ ...used, sub_name }]))).status, 400, sub_name);
  }
  t.match(sentences(await post(downloadConfiguration('c1', [used], { title: {}, abstract: {} }))), /title.*abstract/);
  t.equal((await post(downloadConfiguration('c1', [used], { title: 'text' }))).status, 400);
  t.equal((await post(downloadConfiguration('c1', [used], { title: { french: 'x' } }))).status, 400);
  t.equal((await post(downloadConfiguration('c1', []))).status, 400);
  const unknown = await post(downloadConfiguration('c1', [{ ...used, stored_data: DATASTORE }]));
  t.equal(unknown.status, 404);
  t.equal((await post(downloadConfiguration('limites', [used]))).status, 409, 'the name of a layer is taken');
});

await t.test('terms that no nomenclature has are accepted, with a warning', async (t) => {
  const used = { sub_name: 'a', stored_data: bare.storedData, format: 'shp', zone: 'FXX', resolution: '1m' };
  const asked = downloadConfiguration('mots', [used, { ...used, sub_name: 'b', zone: 'FXXX' }]);
  const made = await user.call<{ _id: string }>('POST', `${ROOT}/configurations`, asked);
  t.equal(made.status, 201);
  t.match(made.headers.get('x-emulator-warning'), /^type_infos\.used_data\[1\]\.zone : "FXXX"[^:]*ZONE[^:]*$/);
  const warnings = async () =>
    (await (await get(`/_emulator/warnings?entity=${made.body._id}`)).json()) as { text: string }[];
  t.match(await warnings(), [{ text: /"FXXX" n'est pas un terme de la nomenclature ZONE/ }]);
  const path = `${ROOT}/configurations/${made.body._id}`;
  const fixed = await user.call('PUT', path, downloadConfiguration('mots', [used]));
  t.same([fixed.status, fixed.headers.get('x-emulator-warning')], [200, null]);
  t.same(await warnings(), []);
  t.equal((await user.call('DELETE', path)).status, 204);
});

await t.test('capabilities in JSON', async (t) => {
  const base = `${emulator.origin}/telechargement`;
  const found = await feed('/capabilities');
  t.match(found, {
    georssNs: 'http://www.georss.org/georss',
    gpfDlNs: 'https://data.geopf.fr/annexes/ressources/xsd/gpf_dl.xsd',
    xmlns: 'http://www.w3.org/2005/Atom',
    inspireDlsNs: 'http://inspire.ec.europa.eu/schemas/inspire_dls/1.0',
    lang: 'en',
    page: 1,
    pagesize: 10,
    pagecount: 1,
    totalentries: 2,
    title: 'Public Download Service of Géoplateforme',
    id: `${base}/capabilities`,
    updated: /^\d{4}-\d\d-\d\d$/,
    author: { name: String, email: String },
    rights: String,
  });
  t.same(
    found.link.map(({ rel, href, hreflang }) => [rel, href, hreflang]),
    [
      ['self', `${base}/capabilities`, undefined],
      ['alternate', `${base}/capabilities?lang=en`, 'en'],
      ['alternate', `${base}/capabilities?lang=fr`, 'fr'],
      ['up', `${base}/capabilities`, undefined],
    ],
  );
  t.same(names(found), ['autre', 'limites']);
  const [other, ours] = found.entry;
  t.match(other, { title: 'autre', category: [{ term: 'https://www.opengis.net/def/crs/IGNF/0/WGS84G' }], format: [] });
  t.notOk('polygon' in (other ?? {}));
  t.match(ours, {
    title: 'Boundaries',
    spatialDatasetIdentifierCode: 'LIM-1',
    spatialDatasetIdentifierNamespace: 'https://exemple.fr',
    id: `${base}/resource/limites`,
    content: 'Toutes les limites',
    polygon: '-5 40 21 40 21 50 -5 50 -5 40',
    editionDateStart: '2022-09-30',
    editionDateEnd: '2023-05-01',
    updated: /^\d{4}-\d\d-\d\d$/,
  });
  t.same(ours?.link, [
    { href: `${base}/resource/limites`, rel: 'alternate', type: 'application/atom+xml', bbox: null },
  ]);
  t.same(ours?.zone, [
    { term: 'FXX', label: 'France métropolitaine' },
    { term: 'Hors liste', label: 'Hors liste' },
  ]);
  t.same(ours?.format, [
    { term: 'GPKG', label: 'GeoPackage' },
    { term: 'SHP', label: 'Shapefile' },
  ]);
  t.same(ours?.resolution, [{ term: '1m', label: 'Précision à 1 mètre' }]);
  t.match(ours?.category, [
    { term: 'https://www.opengis.net/def/crs/EPSG/0/2154', label: /Lambert-93/ },
    { term: 'https://www.opengis.net/def/crs/EPSG/0/4326', label: /WGS 84/ },
    { term: 'https://www.opengis.net/def/crs/IGNF/0/WGS84G' },
  ]);
  t.equal((await get('/telechargement', { accept: 'application/json' })).status, 200, 'the base too');
});

await t.test('a resource and a part in JSON', async (t) => {
  const base = `${emulator.origin}/telechargement`;
  const parts = await feed('/resource/limites?lang=fr');
  t.match(parts, {
    lang: 'fr',
    title: 'Limites',
    subtitle: 'Toutes les limites',
    spatialDatasetIdentifierCode: 'LIM-1',
    editionDateStart: '2022-09-30',
    editionDateEnd: '2023-05-01',
    totalentries: 3,
  });
  t.same((parts.zone as unknown[]).length, 2);
  t.same((parts.category as unknown[]).length, 3);
  t.match(
    parts.link.map(({ rel, href }) => `${rel} ${href}`),
    [
      `alternate ${base}/resource/limites?lang=en`,
      `alternate ${base}/resource/limites?lang=fr`,
      `self ${base}/resource/limites`,
      `up ${base}/capabilities`,
    ],
  );
  const [archive, , regionsEntry] = parts.entry;
  t.match(archive, { title: 'archive', content: 'archive' }, 'without title, the name of the data');
  t.match(regionsEntry, { title: 'Régions', editionDate: '2023-05-01', link: [{ bbox: '-5 45 -4 46' }] });
  t.match(parts.entry[1], {
    title: 'Départements',
    rights: 'Licence ouverte',
    content: 'Les départements & <autres>',
    editionDate: '2022-09-30',
    polygon: '0 40 10 40 0 50 0 40 20 40 21 40 21 41.12345679 20 41.12345679 20 40',
    link: [{ title: 'Départements', bbox: '0 40 21 50' }],
  });

  const files = await feed('/resource/limites/departements');
  t.match(files, {
    title: 'Zdepartments',
    subtitle: 'Les départements & <autres>',
    zone: { term: 'FXX', label: 'France métropolitaine' },
    format: { term: 'SHP', label: 'Shapefile' },
    resolution: { term: '1m' },
    editionDate: '2022-09-30',
    totalentries: 5,
  });
  t.match(files.link.at(-1), { rel: 'up', href: `${base}/resource/limites` });
  t.equal(files.entry.length, 5);
  const [cpg, dbf, shp, empty, volume] = files.entry;
  t.match(cpg, { link: [{ type: 'image/x-cpg', length: 5, rel: 'alternate' }], mime_type: ['image/x-cpg'] });
  t.match(dbf, { mime_type: ['application/octet-stream'] });
  t.match(shp, {
    id: `${base}/download/limites/departements/DEPARTEMENT.shp`,
    content: MD5,
    category: [{ term: 'https://www.opengis.net/def/crs/EPSG/0/2154' }],
    link: [{ href: `${base}/download/limites/departements/DEPARTEMENT.shp`, length: 1000 }],
  });
  t.notOk('title' in (shp ?? {}));
  t.match(empty, { content: 'd41d8cd98f00b204e9800998ecf8427e', link: [{ length: 0 }] });
  t.match(volume, { link: [{ rel: 'section', type: 'application/x-7z-compressed' }] });
  const answer = await fetch(String(volume?.link[0]?.href));
  t.equal(await answer.text(), 'volume', 'the address of a hostile name is one of it');
});

await t.test('Atom says the same', async (t) => {
  const xmlOf = async (path: string) => {
    const answer = await get(`/telechargement${path}`);
    t.equal(answer.headers.get('content-type'), 'application/atom+xml; charset=utf-8');
    t.match(answer.headers.get('vary'), /accept/i);
    t.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    t.equal(answer.headers.get('access-control-allow-origin'), '*');
    const text = await answer.text();
    return { text, root: readXml(text) };
  };
  const childOf = (element: ReadElement | undefined, name: string) =>
    element?.children.filter((child) => child.name === name) ?? [];
  const { root, text } = await xmlOf('/capabilities');
  t.match(root, { name: 'feed', namespace: 'http://www.w3.org/2005/Atom' });
  t.match(text, /gpf_dl:page="1" gpf_dl:pagesize="10" gpf_dl:pagecount="1" gpf_dl:totalentries="2"/);
  t.match(text, /xml:lang="en"/);
  const [, entry] = childOf(root, 'entry');
  t.equal(childOf(entry, 'title')[0]?.text, 'Boundaries');
  t.match(childOf(entry, 'updated')[0]?.text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  t.equal(childOf(entry, 'polygon')[0]?.namespace, 'http://www.georss.org/georss');
  t.same(
    childOf(entry, 'zone').map(({ attributes }) => attributes.term),
    ['FXX', 'Hors liste'],
  );
  t.match(text, /<inspire_dls:spatial_dataset_identifier_code>LIM-1</);
  t.match(text, /<gpf_dl:editionDateStart>2022-09-30</);
  const parts = await xmlOf('/resource/limites?sortEntriesOrder=desc');
  t.match(parts.text, /<link [^>]*bbox="0 40 21 50"/);
  t.match(parts.text, /Les départements &amp; &lt;autres&gt;/);
  t.match(parts.text, /<gpf_dl:editionDate>2022-09-30</);
  const files = await xmlOf('/resource/limites/departements');
  const all = childOf(files.root, 'entry');
  t.equal(all.length, 5);
  t.match(childOf(all[2], 'link')[0]?.attributes, { length: '1000', type: 'application/x-shapefile' });
  t.equal(childOf(all[2], 'content')[0]?.text, MD5);
  t.equal(childOf(all[2], 'mime_type')[0]?.text, 'application/x-shapefile');
  t.equal(childOf(all[2], 'title').length, 0);

  for (const [query, accept, type] of [
    ['', '*/*', 'application/atom+xml'],
    ['', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'application/atom+xml'],
    ['', 'application/json, text/plain, */*', 'application/json'],
    ['?outputFormat=application/json', '*/*', 'application/json'],
    ['?outputFormat=application/atom%2Bxml', 'application/json', 'application/atom+xml'],
    ['?outputFormat=other', 'application/json', 'application/json'],
  ] as const) {
    const { headers } = await get(`/telechargement/capabilities${query}`, { accept });
    t.ok(headers.get('content-type')?.startsWith(type), `${query} ${accept}`);
  }
});

await t.test('pages', async (t) => {
  const page = await feed('/resource/limites/departements?limit=2&page=2');
  t.match(page, { page: 2, pagesize: 2, pagecount: 3, totalentries: 5 });
  t.same(names(page), ['DEPARTEMENT.shp', 'vide.prj']);
  t.match(await feed('/resource/limites/departements?limit=2&page=9'), { page: 9, totalentries: 5, entry: [] });
  t.match(await feed('/capabilities?limit=200&page=0'), { page: 1, pagesize: 50 });
  t.match(await feed('/capabilities?limit=1&page=2'), { pagecount: 2, entry: [{ title: 'Boundaries' }] });
});

await t.test('filters of resources', async (t) => {
  const today = new Date().toISOString().slice(0, 10);
  for (const [query, expected] of [
    ['zone=FXX', ['autre', 'limites']],
    ['zone=fxx&format=SHP', ['limites']],
    ['zone=France%20m%C3%A9tropolitaine&format=shapefile', ['limites']],
    ['zone=hors%20liste&format=SHP', []],
    ['zone=D075', []],
    ['crs=https://www.opengis.net/def/crs/EPSG/0/2154', ['limites']],
    ['crs=EPSG:4326&format=GPKG', ['limites']],
    ['crs=EPSG:4326&format=SHP', []],
    ['crs=IGNF:WGS84G', ['autre', 'limites']],
    ['thematic=unit%C3%A9s%20administratives', ['limites']],
    ['thematic=Transport', []],
    ['editionDateTo=2022-09-30', ['limites']],
    ['editionDateTo=2022-09-29', []],
    ['editionDateFrom=2022-10-01&editionDateTo=2023-04-30', []],
    ['editionDateFrom=2023-05-01', ['limites']],
    [`updatedFrom=${today}`, ['autre', 'limites']],
    [`updatedTo=${today}`, ['autre', 'limites']],
    ['updatedTo=2020-01-01', []],
    ['updatedFrom=2999-01-01', []],
    ['polygon=1,41;2,41;2,42', ['limites']],
    ['polygon=8,48;9,48;9,49', []],
    ['polygon=20.2,40.2;20.4,40.2;20.4,40.4;20.2,40.2', ['limites']],
    ['polygon=-4.5,45.5;-4.4,45.5;-4.4,45.6&format=GPKG', ['limites']],
    ['polygon=-4.5,45.5;-4.4,45.5;-4.4,45.6&format=SHP', []],
    ['polygon=-180,-90;180,-90;180,90;-180,90', ['limites']],
    // A figure of eight: one of its halves meets the triangle.
    ['polygon=1,41;3,43;3,41;1,43', ['limites']],
    ['zone=&format=&polygon=&updatedFrom=', ['autre', 'limites']],
  ] as const) {
    t.same(names(await feed(`/capabilities?${query}`)), expected, query);
  }
});

await t.test('filters and orders of parts', async (t) => {
  for (const [query, expected] of [
    ['', ['nues', 'regions', 'departements']],
    ['lang=fr', ['nues', 'departements', 'regions']],
    ['lang=fr&sortEntriesBy=title&sortEntriesOrder=desc', ['regions', 'departements', 'nues']],
    ['sortEntriesBy=editionDate', ['departements', 'regions', 'nues']],
    ['sortEntriesBy=editionDate&sortEntriesOrder=desc', ['regions', 'departements', 'nues']],
    ['sortEntriesOrder=desc', ['departements', 'regions', 'nues']],
    ['format=SHP', ['departements']],
    ['zone=FXX', ['departements']],
    ['crs=4326', ['regions']],
    ['editionDateFrom=2023-01-01', ['regions']],
    ['polygon=1,41;2,41;2,42', ['departements']],
    ['polygon=8,48;9,48;9,49', []],
    ['format=ABC', []],
    ['updatedFrom=2020-01-01', ['nues', 'regions', 'departements']],
    ['updatedTo=2020-01-01', []],
    ['updatedFrom=2999-01-01', []],
  ] as const) {
    t.same(names(await feed(`/resource/limites?${query}`)), expected, query);
  }
});

await t.test('a feed that a client has is not sent again', async (t) => {
  for (const path of ['/capabilities', '/resource/limites', '/resource/limites/departements']) {
    const url = `/telechargement${path}`;
    const first = await get(url);
    const etag = first.headers.get('etag') ?? '';
    t.match(etag, /^"[0-9a-f]{64}"$/);
    t.equal((await get(url)).headers.get('etag'), etag);
    const again = await get(url, { 'if-none-match': etag });
    t.equal(again.status, 304);
    t.equal(await again.text(), '');
    t.equal(again.headers.get('etag'), etag);
    t.equal((await get(url, { accept: 'application/json', 'if-none-match': etag })).status, 200, 'another form');
    t.equal((await get(`${url}?lang=fr&limit=1`, { 'if-none-match': etag })).status, 200, 'another page');
    t.equal((await get(url, { 'if-match': '"x"' })).status, 412);
    t.equal((await get(url, { 'if-match': etag })).status, 200);
  }
});

await t.test('requests that cannot be read are refused, each problem told', async (t) => {
  const refused = await get('/telechargement/capabilities?page=x&polygon=1&updatedTo=soon&zone=a&zone=b');
  t.equal(refused.status, 400);
  t.match(await refused.json(), { error: 'bad_request', error_description: { length: 4 } });
  for (const path of [
    '/resource/limites?sortEntriesBy=size',
    '/resource/limites?updatedTo=soon',
    '/resource/limites/departements?limit=ten',
  ]) {
    t.equal((await get(`/telechargement${path}`)).status, 400, path);
  }
  for (const path of [
    '/resource/inconnue',
    '/resource/limites/inconnue',
    '/resource/LIMITES',
    '/resource/%00',
    '/resource/limites/%00',
    '/download/limites/departements/inconnu.shp',
    '/download/limites/inconnue/DEPARTEMENT.shp',
    '/download/inconnue/departements/DEPARTEMENT.shp',
    '/download/limites/departements/',
    '/download/limites/departements',
    '/download/limites/departements/a%00b',
    '/download/limites/departements/descriptor.json',
    '/download/limites/departements/..%2F..%2Fdescriptor.json',
    '/download/limites/departements/%2e%2e/regions/regions.gpkg',
    '/download/limites/departements/x/DEPARTEMENT.shp',
    '/download/limites/departements%2FDEPARTEMENT.shp',
    '/download/limites%2Fdepartements%2FDEPARTEMENT.shp',
    '/download/limites/departements/x%2FDEPARTEMENT.shp',
    '/download/limites/departements/..%5CDEPARTEMENT.shp',
    '/download//limites/departements/DEPARTEMENT.shp',
    '/download/../telechargement/download/limites/departements/DEPARTEMENT.shp',
    '/download/limites/departements/DEPARTEMENT.shp%00',
    '/resource/limites%2Fdepartements',
    `/download/limites/departements/${'x'.repeat(3000)}`,
    '/autre',
  ]) {
    const { status, type, body } = await rawGet(path);
    t.equal(status, 404, path.slice(0, 80));
    t.match(type, /json/);
    t.match(JSON.parse(body), { error: 'not_found', error_description: [String] });
  }
  t.equal((await rawGet('/download/limites/departements/%E9%')).status, 400);
  t.equal((await rawGet('/download/limites/departements/vide.prj?x=/../y')).status, 200, 'queries are no part of it');
});

/** Sends a path as it is: fetch would resolve its dots. */
function rawGet(path: string): Promise<{ status: number; type: string; body: string }> {
  return new Promise((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port: emulator.config.port, path: `/telechargement${path}` }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: String(response.headers['content-type']), body }),
      );
    })
      .once('error', reject)
      .end();
  });
}

await t.test('a file, whole and in ranges', async (t) => {
  const path = '/telechargement/download/limites/departements/DEPARTEMENT.shp';
  const whole = await get(path, { origin: 'https://elsewhere.example' });
  t.equal(whole.status, 200);
  t.ok(Buffer.from(await whole.arrayBuffer()).equals(CONTENT));
  const header = (name: string) => whole.headers.get(name);
  t.equal(header('content-type'), 'application/x-shapefile');
  t.equal(header('content-length'), '1000');
  t.equal(header('etag'), `"${MD5}"`);
  t.equal(header('accept-ranges'), 'bytes');
  t.equal(header('access-control-allow-origin'), '*');
  t.equal(header('x-content-type-options'), 'nosniff');
  t.match(header('content-disposition'), /attachment.*DEPARTEMENT\.shp/);
  const modified = header('last-modified') ?? '';
  t.ok(Math.abs(Date.now() - Date.parse(modified)) < 600_000);

  const head = await get(path, {}, 'HEAD');
  t.equal(head.status, 200);
  t.equal(head.headers.get('content-length'), '1000');
  t.equal(head.headers.get('content-type'), 'application/x-shapefile');
  t.equal(await head.text(), '');
  t.equal((await get(path, { range: 'bytes=0-1' }, 'HEAD')).headers.get('content-length'), '1000');

  const preflight = { origin: 'https://elsewhere.example', 'access-control-request-method': 'GET' };
  const allowed = await get(path, { ...preflight, 'access-control-request-headers': 'range, if-range' }, 'OPTIONS');
  t.equal(allowed.status, 204);
  t.equal(allowed.headers.get('access-control-allow-origin'), '*');
  t.equal(allowed.headers.get('access-control-allow-headers'), 'range, if-range');
  t.match(header('access-control-expose-headers'), /Content-Range.*ETag/);

  const range = async (value: string, more: Record<string, string> = {}) => {
    const answer = await get(path, { range: value, ...more });
    return {
      status: answer.status,
      range: answer.headers.get('content-range'),
      bytes: Buffer.from(await answer.arrayBuffer()),
    };
  };
  t.match(await range('bytes=10-19'), { status: 206, range: 'bytes 10-19/1000', bytes: CONTENT.subarray(10, 20) });
  t.match(await range('bytes=990-'), { status: 206, range: 'bytes 990-999/1000', bytes: CONTENT.subarray(990) });
  t.match(await range('bytes=-5'), { status: 206, range: 'bytes 995-999/1000', bytes: CONTENT.subarray(995) });
  t.match(await range('bytes=1000-'), { status: 416, range: 'bytes */1000' });
  t.match(await range('bytes=0-9', { 'if-range': `"${MD5}"` }), { status: 206 });
  t.match(await range('bytes=0-9', { 'if-range': modified }), { status: 206 });
  t.match(await range('bytes=0-9', { 'if-range': '"other"' }), { status: 200 });
  t.equal((await get(path, { 'if-none-match': `"${MD5}"` })).status, 304);
  t.equal((await get(path, { 'if-modified-since': modified })).status, 304);
  t.equal((await get(path, { 'if-match': '"other"' })).status, 412);

  const several = await get(path, { range: 'bytes=0-4,100-102,-2' });
  t.equal(several.status, 206);
  const boundary = /^multipart\/byteranges; boundary=(.+)$/.exec(several.headers.get('content-type') ?? '')?.[1];
  const body = Buffer.from(await several.arrayBuffer());
  t.equal(several.headers.get('content-length'), String(body.length));
  const pieces = body.toString('latin1').split(`\r\n--${boundary}`).slice(1, -1);
  t.same(
    pieces.map((piece) => {
      const [head = '', bytes = ''] = piece.split('\r\n\r\n');
      return [/Content-Range: (.*)/.exec(head)?.[1], Buffer.from(bytes, 'latin1')];
    }),
    [
      ['bytes 0-4/1000', CONTENT.subarray(0, 5)],
      ['bytes 100-102/1000', CONTENT.subarray(100, 103)],
      ['bytes 998-999/1000', CONTENT.subarray(998)],
    ],
  );
  const hostile = await get(`/telechargement/download/limites/departements/${encodeURIComponent(HOSTILE)}`);
  t.equal(
    hostile.headers.get('content-disposition'),
    "attachment; filename*=UTF-8''%C3%A9t%C3%A9%20%221%22%26%3C2%3E%27100%25%3F%23%3B%2B.7z.001",
  );
  t.equal(await hostile.text(), 'volume');
  const empty = await get('/telechargement/download/limites/departements/vide.prj');
  t.same([empty.status, empty.headers.get('content-length'), await empty.text()], [200, '0', '']);
});

await t.test('a large file, stopped and taken up again', async (t) => {
  // No two pieces are the same: one that is sent twice, or too early, shows.
  const bytes = Buffer.from(Uint32Array.from({ length: 750_000 }, (_, at) => at).buffer);
  const longest = `${'é'.repeat(126)}.7z`;
  const { storedData } = await buildArchive(user, [
    { path: 'large.bin', content: new Uint8Array(bytes) },
    { path: longest, content: 'long' },
  ]);
  await publish(
    user,
    DATASTORE,
    downloadConfiguration('large', [{ sub_name: 'l', stored_data: storedData }]),
    OPEN_DOWNLOAD,
  );
  const path = '/telechargement/download/large/l/large.bin';
  const first = await new Promise<Buffer>((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port: emulator.config.port, path }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => {
        parts.push(part);
        if (Buffer.concat(parts).length > 1_000_000) response.destroy();
      });
      response.once('close', () => resolve(Buffer.concat(parts)));
    })
      .once('error', reject)
      .end();
  });
  const held = () => openFilesOf(storedData);
  await until(held, (open) => open.length === 0);
  const rest = await get(path, { range: `bytes=${first.length}-` });
  t.equal(rest.status, 206);
  t.ok(Buffer.concat([first, Buffer.from(await rest.arrayBuffer())]).equals(bytes));
  const { entry } = await feed('/resource/large/l');
  t.equal(await (await fetch(entry[1]?.id ?? '')).text(), 'long', 'a name of 255 bytes');
  const two = await get(path, { range: 'bytes=0-999999,2000000-2999999' });
  const body = Buffer.from(await two.arrayBuffer());
  t.equal(body.length, Number(two.headers.get('content-length')));
  for (const range of [bytes.subarray(0, 1_000_000), bytes.subarray(2_000_000)]) t.ok(body.includes(range));
  const answers = await Promise.all(Array.from({ length: 20 }, () => get(path)));
  const bodies = await Promise.all(answers.map(async (answer) => Buffer.from(await answer.arrayBuffer())));
  t.ok(
    bodies.every((whole) => whole.equals(bytes)),
    'for many at once',
  );
  await until(held, (open) => open.length === 0);
});

await t.test('clients that leave hold no file, whatever they have read or asked for ahead', async () => {
  const { storedData } = await buildArchive(user, [{ path: 'left.bin', content: new Uint8Array(8_000_000) }]);
  const used = [{ sub_name: 's', stored_data: storedData }];
  await publish(user, DATASTORE, downloadConfiguration('left', used), OPEN_DOWNLOAD);
  const ask = 'GET /telechargement/download/left/s/left.bin HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const clients = Array.from({ length: 20 }, (_, at) => {
    const client = connect(emulator.config.port, '127.0.0.1').on('error', () => undefined);
    client.write(ask.repeat(1 + (at % 3)));
    return client;
  });
  // They read the beginning, then nothing more.
  await Promise.all(
    clients.map(async (client) => {
      await once(client, 'readable');
      client.read(1);
    }),
  );
  await until(
    () => openFilesOf(storedData),
    (open) => open.length === 39,
  );
  for (const client of clients) client.destroy();
  await until(
    () => openFilesOf(storedData),
    (open) => open.length === 0,
  );
});

await t.test('HEAD opens nothing', async (t) => {
  const { storedData } = await buildArchive(user, [{ path: 'a.bin', content: 'gone' }]);
  const used = [{ sub_name: 's', stored_data: storedData }];
  await publish(user, DATASTORE, downloadConfiguration('perdue', used), OPEN_DOWNLOAD);
  const path = '/telechargement/download/perdue/s/a.bin';
  t.equal(await (await get(path)).text(), 'gone');
  const { filesKey } = await emulator.deps.prisma.storedData.findUniqueOrThrow({ where: { id: storedData } });
  await rm(emulator.deps.storage.localPath(`${filesKey}/${archiveKeyOf('a.bin')}`));
  t.not((await get(path)).status, 200, 'its bytes are not there any more');
  const head = await get(path, {}, 'HEAD');
  t.same([head.status, head.headers.get('content-length')], [200, '4']);
});

await t.test('what is not there for everybody', async (t) => {
  const used = [{ sub_name: 'a', stored_data: bare.storedData }];
  await publish(user, DATASTORE, downloadConfiguration('reserve', used), PRIVATE_DOWNLOAD);
  await publish(user, DATASTORE, downloadConfiguration('morceaux', used), CHUNK_DOWNLOAD);
  t.equal((await get('/telechargement/resource/reserve')).status, 404);
  t.equal((await get('/telechargement/resource/morceaux')).status, 404);
  t.equal((await get('/telechargement/download/reserve/a/a.bin')).status, 404);
  const chunk = await get('/chunk/telechargement/resource/morceaux/a', { accept: 'application/json' });
  const { entry } = (await chunk.json()) as FeedBody;
  const href = entry[0]?.link[0]?.href ?? '';
  t.equal(href, `${emulator.origin}/chunk/telechargement/download/morceaux/a/a.bin`);
  t.equal(await (await fetch(href)).text(), 'a');
  t.same(
    names(
      (await (await get('/chunk/telechargement/capabilities/', { accept: 'application/json' })).json()) as FeedBody,
    ),
    ['morceaux'],
  );
});

await t.test('changes of files show at once, changes of what is said at the next synchronisation', async (t) => {
  const { storedData } = await buildArchive(user, [
    { path: 'a.txt', content: 'a1' },
    { path: 'b.txt', content: 'b1' },
  ]);
  const used = [{ sub_name: 's', stored_data: storedData }];
  const { configuration, offering } = await publish(
    user,
    DATASTORE,
    downloadConfiguration('vivante', used),
    OPEN_DOWNLOAD,
  );
  const read = async (file: string) => (await get(`/telechargement/download/vivante/s/${file}`)).text();
  t.equal(await read('b.txt'), 'b1');
  const before = (await get('/telechargement/download/vivante/s/a.txt', {}, 'HEAD')).headers;
  const changed = await buildArchive(
    user,
    [
      { path: 'b.txt', content: 'b2!' },
      { path: 'c.txt', content: 'c1' },
    ],
    { into: storedData },
  );
  t.equal(changed.status, 'SUCCESS');
  t.same(names(await feed('/resource/vivante/s')), ['a.txt', 'b.txt', 'c.txt']);
  t.same([await read('a.txt'), await read('b.txt'), await read('c.txt')], ['a1', 'b2!', 'c1']);
  const after = (await get('/telechargement/download/vivante/s/a.txt', {}, 'HEAD')).headers;
  for (const name of ['etag', 'last-modified']) t.equal(after.get(name), before.get(name), 'a download may go on');

  await user.call('PATCH', `${ROOT}/stored_data/${storedData}`, { edition: { to: '2020-02-02' } });
  await user.call('PUT', configuration, {
    ...downloadConfiguration('vivante', used, { title: { fr: 'Neuve' } }),
    layer_name: undefined,
  });
  t.notOk('editionDate' in (await feed('/resource/vivante/s')));
  t.equal((await user.call('PUT', offering)).status, 200);
  await waitForStatus(user, offering, 'PUBLISHED');
  t.match(await feed('/resource/vivante'), { title: 'Neuve', entry: [{ editionDate: '2020-02-02' }] });

  t.equal((await user.call('DELETE', `${ROOT}/stored_data/${storedData}`)).status, 409, 'it is published');
  // The configuration names another one, which shows at the next synchronisation only.
  const other = [{ sub_name: 's', stored_data: bare.storedData }];
  await user.call('PUT', configuration, { ...downloadConfiguration('vivante', other), layer_name: undefined });
  t.equal((await user.call('DELETE', `${ROOT}/stored_data/${storedData}`)).status, 409, 'it still shows');
  t.equal(await read('a.txt'), 'a1');

  await user.call('DELETE', offering);
  await waitForAbsence(user, offering);
  t.equal((await get('/telechargement/download/vivante/s/a.txt')).status, 404);
  t.equal((await get('/telechargement/resource/vivante')).status, 404);
});

await t.test('whoever downloads while files are replaced gets one version or the other', async (t) => {
  const { storedData } = await buildArchive(user, [{ path: 'a.txt', content: '0'.repeat(100_000) }]);
  await publish(
    user,
    DATASTORE,
    downloadConfiguration('mouvante', [{ sub_name: 's', stored_data: storedData }]),
    OPEN_DOWNLOAD,
  );
  const seen = new Set<string>();
  let isOver = false;
  const reader = async () => {
    while (!isOver) {
      const answer = await get('/telechargement/download/mouvante/s/a.txt');
      const text = await answer.text();
      const etag = `"${createHash('md5').update(text).digest('hex')}"`;
      if (answer.status !== 200 || answer.headers.get('etag') !== etag) return `${answer.status} ${text.slice(0, 80)}`;
      seen.add(text.slice(0, 1));
    }
    return null;
  };
  const readers = Promise.all([reader(), reader(), reader()]);
  // Small ones and large ones are read in two ways.
  for (const content of ['1', '2'.repeat(100_000), '3']) {
    await buildArchive(user, [{ path: 'a.txt', content }], { into: storedData });
    await until(async () => seen.has(content.slice(0, 1)), Boolean);
  }
  isOver = true;
  t.same(await readers, [null, null, null]);
  t.same(
    [...seen].sort((one, other) => one.localeCompare(other)),
    ['0', '1', '2', '3'],
  );
});

await t.test('downloads are counted, refusals and feeds are not', async (t) => {
  const used = [{ sub_name: 's', stored_data: departements.storedData }];
  const { offering } = await publish(user, DATASTORE, downloadConfiguration('comptee', used), OPEN_DOWNLOAD);
  const path = '/telechargement/download/comptee/s/DEPARTEMENT.shp';
  await (await get(path)).arrayBuffer();
  await (await get(path, { range: 'bytes=0-99' })).arrayBuffer();
  await (await get(path, { range: 'bytes=5000-' })).arrayBuffer();
  await get(path, { 'if-match': '"other"' });
  await get('/telechargement/resource/comptee');
  await get('/telechargement/resource/comptee/s');
  const { body } = await until(
    () => user.call<{ total: { hits: number; data_transfer: number } }>('GET', `${offering}/stats`),
    (answer) => answer.body.total.hits >= 2,
  );
  t.match(body.total, { hits: 2, data_transfer: 1100 });
});

await t.test('a stored data that is used cannot be withdrawn from under its configuration', async (t) => {
  const { _id } = await create(
    user,
    `${ROOT}/configurations`,
    downloadConfiguration('tenue', [{ sub_name: 'a', stored_data: regions.storedData }]),
  );
  t.equal((await user.call('DELETE', `${ROOT}/stored_data/${regions.storedData}`)).status, 409);
  t.equal((await user.call('DELETE', `${ROOT}/configurations/${_id}`)).status, 204);
});
