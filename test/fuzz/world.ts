import { until } from '../helpers/api.js';
import { OPEN_WFS } from '../helpers/diffusion.js';
import { VECTOR_TO_DB } from '../helpers/executions.js';
import { DATASTORE, MEMBER, PRODUCER, PRODUCER_COMMUNITY } from '../helpers/seed.js';
import type { World } from './requests.js';

/** The world of the fuzz: one entity of every family, made through the API as a producer would. */

/** Of the default seed. */
const STORED_DATA = '9a3c5c1e-6f0b-4f0e-8d4e-2b7f4c1a3001';

const ROOT = `/datastores/${DATASTORE}`;

/** Calls the API as the producer. */
export type Call = (method: string, path: string, body?: object) => Promise<{ status: number; body: unknown }>;

const STYLE = `<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld"><NamedLayer><Name>n</Name>
<UserStyle><FeatureTypeStyle><Rule><PointSymbolizer><Graphic><Mark><WellKnownName>circle</WellKnownName></Mark>
<Size>8</Size></Graphic></PointSymbolizer></Rule></FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>`;

const RECORD = (identifier: string) => `<?xml version="1.0" encoding="UTF-8"?>
<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco">
<gmd:fileIdentifier><gco:CharacterString>${identifier}</gco:CharacterString></gmd:fileIdentifier>
<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation><gmd:title>
<gco:CharacterString>Essai</gco:CharacterString></gmd:title></gmd:CI_Citation></gmd:citation></gmd:MD_DataIdentification>
</gmd:identificationInfo></gmd:MD_Metadata>`;

/**
 * Makes the entities on a seed that was just reset.
 * @throws Error when the API refuses what every producer may do
 */
export async function makeWorld(call: Call): Promise<Omit<World, 'components' | 'callers'>> {
  async function make(path: string, body: object): Promise<string> {
    const answer = await call('POST', path, body);
    const made = [answer.body].flat()[0] as { _id?: string } | undefined;
    if (answer.status >= 300 || made?._id === undefined) {
      throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return made._id;
  }

  const upload = await make(`${ROOT}/uploads`, { name: 'L', description: 'd', type: 'VECTOR', srs: 'EPSG:4326' });
  await call('POST', `${ROOT}/uploads/${upload}/data?path=data/a.csv`, form('a.csv', 'id,lon,lat\n1,2,48\n'));
  await call('POST', `${ROOT}/uploads/${upload}/close`);
  const checks = (await call('GET', `${ROOT}/checks/executions?limit=1`)).body as { _id: string }[];
  const closed = await make(`${ROOT}/uploads`, { name: 'L2', description: 'd', type: 'VECTOR', srs: 'EPSG:4326' });
  const executions = (await call('GET', `${ROOT}/processings/executions?limit=1`)).body as { _id: string }[];
  const configurations = (await call('GET', `${ROOT}/configurations?limit=1`)).body as { _id: string }[];
  const offerings = (await call('GET', `${ROOT}/offerings?limit=1`)).body as { _id: string }[];
  const endpoints = (await call('GET', `${ROOT}/endpoints?open=false&type=WFS`)).body as {
    endpoint: { _id: string };
  }[];
  const organizations = (await call('GET', '/catalogs/organizations')).body as { _id: string }[];
  const restricted = await make(`${ROOT}/configurations`, {
    type: 'WFS',
    name: 'Restreint',
    layer_name: 'restreint',
    type_infos: {
      used_data: [{ stored_data: STORED_DATA, relations: [{ native_name: 'chefs_lieux', title: 'T', abstract: 'A' }] }],
    },
  });
  const offering = await make(`${ROOT}/configurations/${restricted}/offerings`, {
    endpoint: endpoints[0]?.endpoint._id,
    open: false,
  });
  await until(
    () => call('GET', `${ROOT}/offerings/${offering}`),
    ({ body }) => (body as { status: string }).status === 'PUBLISHED',
  );
  const permission = await make(`${ROOT}/permissions`, {
    licence: 'Licence',
    type: 'ACCOUNT',
    users: [PRODUCER],
    offerings: [offering],
  });
  const key = await make('/users/me/keys', { name: 'clé', type: 'HASH', type_infos: {} });
  await call('POST', `/users/me/keys/${key}/accesses`, { permission, offerings: [offering] });
  const accesses = (await call('GET', `/users/me/keys/${key}/accesses`)).body as { _id: string }[];
  const entities: Record<string, string | undefined> = {
    datastore: DATASTORE,
    community: PRODUCER_COMMUNITY,
    organization: organizations[0]?._id,
    technical_name: 'producteur-demo',
    user: MEMBER,
    upload: closed,
    stored_data: STORED_DATA,
    check: await firstId(call, `${ROOT}/checks`),
    processing: VECTOR_TO_DB,
    endpoint: OPEN_WFS,
    execution: executions[0]?._id ?? checks[0]?._id,
    configuration: configurations[0]?._id,
    offering: offerings[0]?._id,
    static: await make(`${ROOT}/statics`, form('a.sld', STYLE, { name: 'S', type: 'GEOSERVER-STYLE' })),
    annex: await make(`${ROOT}/annexes`, form('a.txt', 'texte', { paths: '/a.txt', published: 'true' })),
    metadata: await make(`${ROOT}/metadata`, form('a.xml', RECORD('fuzz.record'), { type: 'ISOAP' })),
    document: await make('/users/me/documents', form('a.txt', 'texte', { name: 'Document' })),
    permission,
    key,
    access: accesses[0]?._id,
    comment: await make(`${ROOT}/uploads/${closed}/comments`, { text: 'Remarque' }),
    tms: 'PM',
  };
  const known = Object.fromEntries(
    Object.entries(entities).flatMap(([name, id]) => (id === undefined ? [] : [[name, id]])),
  );
  return { entities: known, ids: Object.values(known).filter((id) => id.length === 36) };
}

async function firstId(call: Call, path: string): Promise<string | undefined> {
  return ((await call('GET', path)).body as { _id: string }[])[0]?._id;
}

/** A multipart body with one file. */
function form(name: string, content: string, fields: Readonly<Record<string, string>> = {}): FormData {
  const data = new FormData();
  for (const [key, value] of Object.entries(fields)) data.set(key, value);
  data.set('file', new Blob([content]), name);
  return data;
}
