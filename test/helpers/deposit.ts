import { type ApiUser } from './api.js';
import { buildTestApp, type TestEmulator } from './app.js';
import type { Teardown } from './database.js';
import { DATASTORE } from './seed.js';

/** The API over HTTP without a worker: executions stay WAITING until the test ends them. */
export async function startApi(t: Teardown, overrides: Readonly<Record<string, string>> = {}): Promise<TestEmulator> {
  const built = await buildTestApp(t, overrides);
  await built.app.listen({ port: built.config.port, host: built.config.host });
  return { ...built, origin: `http://localhost:${built.config.port}` };
}

/** Creates an open vector upload in {@link DATASTORE}. */
export async function newUpload(
  user: ApiUser,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<{ _id: string; update: string }> {
  const { status, body } = await user.call<{ _id: string; update: string }>(
    'POST',
    `/datastores/${DATASTORE}/uploads`,
    { name: 'Livraison', description: 'Pour un test', type: 'VECTOR', srs: 'EPSG:4326', ...overrides },
  );
  if (status !== 201) throw new Error(`no upload: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** Sends one file of an upload; `path` undefined leaves the parameter out. */
export function sendFile(
  user: ApiUser,
  upload: string,
  file: { path?: string; content: string | Uint8Array<ArrayBuffer>; name?: string; kind?: 'data' | 'md5' },
): Promise<{ status: number; body: unknown }> {
  const form = new FormData();
  form.append('file', new Blob([file.content]), file.name ?? 'x.bin');
  const query = file.path === undefined ? '' : `?path=${encodeURIComponent(file.path)}`;
  return user.call('POST', `/datastores/${DATASTORE}/uploads/${upload}/${file.kind ?? 'data'}${query}`, form);
}
