import t from 'tap';
import { logIn, until } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { buildArchive, downloadConfiguration, OPEN_DOWNLOAD } from '../../helpers/archives.js';
import { publish } from '../../helpers/diffusion.js';
import { DATASTORE } from '../../helpers/seed.js';

const SIZE = 3_000_000;

await t.test('answers count for the bytes of their bodies, whatever they are made of', async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);
  const { storedData } = await buildArchive(user, [{ path: 'a.bin', content: new Uint8Array(SIZE) }]);
  const used = [{ sub_name: 's', stored_data: storedData }];
  const { offering } = await publish(user, DATASTORE, downloadConfiguration('comptee', used), OPEN_DOWNLOAD);
  const url = `${emulator.origin}/telechargement/download/comptee/s/a.bin`;
  let hits = 0;
  let transferred = 0;
  const count = async (what: string, init: RequestInit, expected: { status: number; bytes: number }) => {
    const answer = await fetch(url, init);
    const { byteLength } = await answer.arrayBuffer();
    t.match([answer.status, byteLength], [expected.status, expected.bytes], what);
    hits += 1;
    transferred += expected.bytes;
    const { body } = await until(
      () => user.call<{ total: { hits: number; data_transfer: number } }>('GET', `${offering}/stats`),
      ({ body: { total } }) => total.hits >= hits,
    );
    t.match(body.total, { hits, data_transfer: transferred }, what);
    return answer;
  };
  const whole = await count('a stream', {}, { status: 200, bytes: SIZE });
  const validator = whole.headers.get('etag') ?? '';
  await count('no body', { method: 'HEAD' }, { status: 200, bytes: 0 });
  await count('a piece', { headers: { range: 'bytes=10-29' } }, { status: 206, bytes: 20 });
  await count('a large piece', { headers: { range: 'bytes=0-1999999' } }, { status: 206, bytes: 2_000_000 });
  await count('nothing new', { headers: { 'if-none-match': validator } }, { status: 304, bytes: 0 });
});
