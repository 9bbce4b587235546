import { type ApiAnswer, type ApiUser, until } from './api.js';

/** Short names for what tests of publications do through the API. */

export const OPEN_WFS = 'ae012611-13eb-4a18-8d04-9b7604a031cc';
export const OPEN_WMS_VECTOR = 'ae022611-13eb-4a18-8d04-9b7604a031cc';
export const SANDBOX_WFS = '00000000-0000-4000-8000-00000000e004';
export const PRIVATE_WFS = 'd02feec9-1169-403f-bfc3-7ba6d6015ed4';
export const OPEN_WMS_RASTER = 'ae042611-13eb-4a18-8d04-9b7604a031cc';
export const OPEN_WMTS_TMS = 'ae032611-13eb-4a18-8d04-9b7604a031cc';
export const PRIVATE_WMTS_TMS = '7e0a92d1-8213-4ce0-8903-eb4c305a1849';
export const OPEN_ALTIMETRY = '0ac92a1e-aa86-4843-8528-e303f12296e5';
export const OPEN_VECTOR_TMS = '00000000-0000-4000-8000-00000000e001';

interface Entity {
  _id: string;
  status: string;
}

/** The refusal of an answer: its sentences, one string. */
export function sentences(answer: Pick<ApiAnswer, 'body'>): string {
  return ((answer.body as { error_description?: string[] }).error_description ?? []).join(' ');
}

/** A WFS configuration of the relation `towns`. */
export function wfsConfiguration(storedData: string, layerName: string, title = 'Towns') {
  return {
    type: 'WFS',
    name: layerName,
    layer_name: layerName,
    type_infos: {
      used_data: [{ stored_data: storedData, relations: [{ native_name: 'towns', title, abstract: 'Small ones.' }] }],
    },
  };
}

/** Creates what the body says. @throws Error when it is refused */
export async function create<Body extends { _id: string } = Entity>(
  user: ApiUser,
  path: string,
  body: object,
): Promise<Body> {
  const answer = await user.call<Body>('POST', path, body);
  if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Waits for an entity to have one of the statuses. */
export async function waitForStatus<Body extends { status: string } = Entity>(
  user: ApiUser,
  path: string,
  ...statuses: string[]
): Promise<Body> {
  const answer = await until(
    () => user.call<Body>('GET', path),
    ({ body }) => statuses.includes(body.status),
  );
  return answer.body;
}

/** Waits for an entity to be gone. */
export async function waitForAbsence(user: ApiUser, path: string): Promise<void> {
  await until(
    () => user.call('GET', path),
    ({ status }) => status === 404,
  );
}

/** A form with one file, as clients send static files. */
export function fileForm(
  content: string | Uint8Array<ArrayBuffer>,
  fields: Readonly<Record<string, string>> = {},
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([content]), 'style.sld');
  return form;
}

/** A style that paints features by one attribute. */
export function styleOn(attribute: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc">
  <NamedLayer><Name>n</Name><UserStyle><FeatureTypeStyle><Rule>
    <ogc:Filter><ogc:PropertyIsEqualTo>
      <ogc:PropertyName>${attribute}</ogc:PropertyName><ogc:Literal>town 1</ogc:Literal>
    </ogc:PropertyIsEqualTo></ogc:Filter>
    <PointSymbolizer><Graphic><Mark><WellKnownName>circle</WellKnownName>
      <Fill><CssParameter name="fill">#ff0000</CssParameter></Fill></Mark><Size>8</Size></Graphic></PointSymbolizer>
  </Rule></FeatureTypeStyle></UserStyle></NamedLayer>
</StyledLayerDescriptor>`;
}

/** A pyramid, and the levels that a configuration takes of it. */
interface UsedPyramid {
  stored_data: string;
  bottom_level: string;
  top_level: string;
}

/** A WMTS-TMS configuration of pyramids, by the levels it takes of each. */
export function tmsConfiguration(layerName: string, used: readonly UsedPyramid[], more: object = {}) {
  return pyramidConfiguration('WMTS-TMS', layerName, used, more);
}

/** A WMS-RASTER configuration of pyramids. */
export function rasterConfiguration(layerName: string, used: readonly UsedPyramid[], more: object = {}) {
  return pyramidConfiguration('WMS-RASTER', layerName, used, more);
}

function pyramidConfiguration(type: string, layerName: string, used: readonly UsedPyramid[], more: object) {
  return {
    type,
    name: layerName,
    layer_name: layerName,
    type_infos: { title: 'Tiles', abstract: 'Of a pyramid.', used_data: used, ...more },
  };
}

/** Publishes a configuration on an endpoint. @returns path of the offering, once it is PUBLISHED */
export async function publish(
  user: ApiUser,
  datastore: string,
  configuration: object,
  endpoint: string,
): Promise<{ configuration: string; offering: string }> {
  const root = `/datastores/${datastore}`;
  const { _id } = await create(user, `${root}/configurations`, configuration);
  const offering = await create(user, `${root}/configurations/${_id}/offerings`, { endpoint, open: true });
  const path = `${root}/offerings/${offering._id}`;
  const { status } = await waitForStatus(user, path, 'PUBLISHED', 'UNSTABLE');
  if (status !== 'PUBLISHED') throw new Error(`${path} is ${status}`);
  return { configuration: `${root}/configurations/${_id}`, offering: path };
}
