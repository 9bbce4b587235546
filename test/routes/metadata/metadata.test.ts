import { readdir } from 'node:fs/promises';
import t from 'tap';
import { iso191153, iso19139 } from '../../../fixtures/generate/metadata.js';
import { logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { create, fileForm, sentences } from '../../helpers/diffusion.js';
import { DATASTORE, SANDBOX_DATASTORE } from '../../helpers/seed.js';

interface MetadataBody {
  _id: string;
  creation: string;
  update: string;
  type: string;
  open_data: boolean;
  level: string;
  file_identifier: string;
  tags: object;
}

const METADATA = `/datastores/${DATASTORE}/metadata`;

const ids = (list: readonly MetadataBody[]) => list.map(({ file_identifier }) => file_identifier);

await t.test('metadata', async (t) => {
  const emulator = await startApi(t);
  const producer = await logIn(emulator);
  const add = (identifier: string, fields: Readonly<Record<string, string>> = {}, level?: string) =>
    create<MetadataBody>(producer, METADATA, fileForm(iso19139({ identifier, ...(level && { level }) }), fields));

  await t.test('a record is read when it arrives', async (t) => {
    const body = await add('read.xml', {}, 'series');
    t.match(body, {
      type: 'ISOAP',
      open_data: false,
      level: 'SERIES',
      file_identifier: 'read.xml',
      tags: {},
      endpoints: [],
    });
    t.same((await producer.call('GET', `${METADATA}/${body._id}`)).body, body);
    const newer = iso191153({ identifier: 'newer', level: 'dataset' });
    t.match(await create(producer, METADATA, fileForm(newer)), { file_identifier: 'newer', level: 'DATASET' });
  });

  await t.test('neither a deleted record nor a refused one leaves anything in storage', async (t) => {
    const folders = () => readdir(emulator.deps.storage.localPath('metadata'));
    const { _id } = await add('gone');
    const before = await folders();
    t.equal((await producer.call('POST', METADATA, fileForm(iso19139({ identifier: 'gone' })))).status, 409);
    t.same(await folders(), before);
    t.equal((await producer.call('DELETE', `${METADATA}/${_id}`)).status, 204);
    t.same(
      await folders(),
      before.filter((name) => name !== _id),
    );
  });

  await t.test('type and open_data come in parts or in the query', async (t) => {
    t.match(await add('parts', { type: 'INSPIRE', open_data: 'True' }), { type: 'INSPIRE', open_data: true });
    const path = `${METADATA}?type=INSPIRE&open_data=True`;
    t.match(await create(producer, path, fileForm(iso19139({ identifier: 'query' }))), {
      type: 'INSPIRE',
      open_data: true,
    });
    const wrong = await producer.call('POST', METADATA, fileForm('x', { type: 'ISO', open_data: 'peut-être' }));
    t.equal(wrong.status, 400);
    t.match(sentences(wrong), /"type" doit être.*"open_data" est invalide/);
  });

  await t.test('a file that is no record is refused with its line', async (t) => {
    const broken = await producer.call('POST', METADATA, fileForm(iso19139({ identifier: 'a' }).slice(0, -3)));
    t.equal(broken.status, 422);
    t.match(broken.body, { error: 'unprocessable_entity' });
    t.match(sentences(broken), /ligne 2 : XML illisible \(la balise gmd:MD_Metadata n’est pas fermée\)/);
    const anonymous = await producer.call('POST', METADATA, fileForm(iso19139({ identifier: '' })));
    t.equal(anonymous.status, 422);
    t.match(sentences(anonymous), /fileIdentifier\/CharacterString/);
    const bomb = '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>';
    t.equal((await producer.call('POST', METADATA, fileForm(bomb))).status, 422);
    t.equal((await producer.call('POST', METADATA, fileForm(new Uint8Array([0xff])))).status, 422);
    t.equal((await producer.call('POST', METADATA, fileForm('x'.repeat(6 << 20)))).status, 413);
    t.match(sentences(await producer.call('POST', METADATA, new FormData())), /"file" est obligatoire/);
    const deep = `${'<a>\n'.repeat(40_000)}`;
    t.match(sentences(await producer.call('POST', METADATA, fileForm(deep))), /trop imbriqué/, 'in a thread too');
  });

  await t.test('an identifier is that of one record of the platform', async (t) => {
    await add('taken');
    const again = await producer.call('POST', METADATA, fileForm(iso19139({ identifier: 'taken' })));
    t.equal(again.status, 409);
    t.match(sentences(again), /"taken" est déjà/);
    const admin = await logIn(emulator, 'admin');
    const theirs = `/datastores/${SANDBOX_DATASTORE}/metadata`;
    await create(admin, theirs, fileForm(iso19139({ identifier: 'SANDBOX.a' })));
    const foreign = await producer.call('POST', METADATA, fileForm(iso19139({ identifier: 'SANDBOX.a' })));
    t.equal(foreign.status, 409, 'whatever the datastore');
    const rivals = await Promise.all(
      [1, 2].map(() => producer.call('POST', METADATA, fileForm(iso19139({ identifier: 'rivals' })))),
    );
    t.same(
      rivals.map(({ status }) => status).toSorted((a, b) => a - b),
      [201, 409],
    );
  });

  await t.test('the prefix of the datastore is imposed', async (t) => {
    const admin = await logIn(emulator, 'admin');
    const theirs = `/datastores/${SANDBOX_DATASTORE}/metadata`;
    for (const identifier of ['a', 'SANDBOX.', 'sandbox.a']) {
      const refused = await admin.call('POST', theirs, fileForm(iso19139({ identifier })));
      t.equal(refused.status, 422, identifier);
      t.match(sentences(refused), /préfixe de l'entrepôt "SANDBOX\."/);
    }
  });

  await t.test('the file comes back as it was sent, and changes by PUT', async (t) => {
    const first = iso19139({ identifier: 'file', level: 'dataset' });
    const body = await create<MetadataBody>(producer, METADATA, fileForm(first));
    const file = await producer.call('GET', `${METADATA}/${body._id}/file`);
    t.equal(file.body, first);
    t.equal(file.headers.get('content-type'), 'application/xml');
    t.match(file.headers.get('content-disposition'), /file\.xml/);
    const second = iso19139({ identifier: 'file', level: 'series', paragraphs: 2000 });
    const replaced = await producer.call<MetadataBody>('PUT', `${METADATA}/${body._id}`, fileForm(second));
    t.equal(replaced.status, 200);
    t.match(replaced.body, { level: 'SERIES', file_identifier: 'file' });
    t.not(replaced.body.update, body.update);
    t.equal((await producer.call('GET', `${METADATA}/${body._id}/file`)).body, second);
    const other = await producer.call('PUT', `${METADATA}/${body._id}`, fileForm(iso19139({ identifier: 'other' })));
    t.equal(other.status, 409);
    t.match(sentences(other), /"other" au lieu de "file"/);
    t.equal((await producer.call('PUT', `${METADATA}/${body._id}`, fileForm('<a'))).status, 422);
    t.equal((await producer.call('GET', `${METADATA}/${body._id}/file`)).body, second, 'refusals change nothing');
  });

  await t.test('PATCH changes type, open_data and extra, and not the date of update', async (t) => {
    const body = await add('patched');
    const change = { type: 'INSPIRE', open_data: 'true', extra: { a: [1] } };
    const patched = await producer.call<MetadataBody>('PATCH', `${METADATA}/${body._id}`, change);
    t.equal(patched.status, 200);
    t.match(patched.body, { type: 'INSPIRE', open_data: true, extra: { a: [1] }, update: body.update });
    t.match((await producer.call('PATCH', `${METADATA}/${body._id}`, { extra: {} })).body, {
      type: 'INSPIRE',
      open_data: true,
      extra: {},
    });
    t.equal((await producer.call('PATCH', `${METADATA}/${body._id}`, { type: 'X' })).status, 400);
  });

  await t.test('tags', async (t) => {
    const { _id } = await add('tagged');
    const path = `${METADATA}/${_id}/tags`;
    t.match((await producer.call('POST', path, { datasheet: 'a', year: 2026 })).body, {
      _id,
      tags: { datasheet: 'a', year: '2026' },
    });
    const found = await producer.call<MetadataBody[]>('GET', `${METADATA}?tags[datasheet]=a`);
    t.same(ids(found.body), ['tagged']);
    t.equal((await producer.call('DELETE', `${path}?tags=datasheet,unknown`)).status, 204);
    t.match((await producer.call('GET', `${METADATA}/${_id}`)).body, { tags: { year: '2026' } });
  });

  await t.test('the list is filtered and sorted', async (t) => {
    await add('list_1', { type: 'INSPIRE' }, 'series');
    await add('list_2', { open_data: '1' }, 'series');
    await add('list-3');
    const list = async (query: string) => {
      const { status, body, headers } = await producer.call<MetadataBody[]>('GET', `${METADATA}?${query}`);
      t.equal(status, 200, query);
      return [...ids(body), headers.get('content-range')];
    };
    t.same(await list('file_identifier=LIST%25'), ['list_1', 'list_2', 'list-3', '1-3/3']);
    t.same(await list('file_identifier=list_%25'), ['list_1', 'list_2', '1-2/2'], '_ is itself');
    t.same(await list('file_identifier=list%25&sort=creation,desc&limit=1'), ['list-3', '1-1/3']);
    t.same(await list('file_identifier=list%25&type=INSPIRE'), ['list_1', '1-1/1']);
    t.same(await list('file_identifier=list%25&level=DATASET'), ['list-3', '1-1/1']);
    t.same(await list('file_identifier=list%25&open_data=True'), ['list_2', '1-1/1']);
    t.same(await list('file_identifier=list%25&open_data=0'), ['list_1', 'list-3', '1-2/2']);
    t.same(await list('file_identifier=none'), ['0-0/0']);
    t.equal((await producer.call('GET', `${METADATA}?sort=name,asc`)).status, 400);
    t.equal((await producer.call('GET', `${METADATA}?level=SERVICE`)).status, 400);
  });

  await t.test('a record goes with its file', async (t) => {
    const { _id } = await add('gone');
    const { key } = await emulator.deps.prisma.metadata.findUniqueOrThrow({ where: { id: _id } });
    t.equal((await producer.call('DELETE', `${METADATA}/${_id}`)).status, 204);
    t.equal((await producer.call('GET', `${METADATA}/${_id}`)).status, 404);
    t.equal((await producer.call('DELETE', `${METADATA}/${_id}`)).status, 404);
    t.notOk(await emulator.deps.storage.exists(key));
    await add('gone');
  });

  await t.test('other datastores neither see nor touch it', async (t) => {
    const { _id } = await add('mine');
    const admin = await logIn(emulator, 'admin');
    const theirs = `/datastores/${SANDBOX_DATASTORE}/metadata/${_id}`;
    for (const [method, path, body] of [
      ['GET', theirs, undefined],
      ['GET', `${theirs}/file`, undefined],
      ['PUT', theirs, fileForm(iso19139({ identifier: 'mine' }))],
      ['PATCH', theirs, { open_data: true }],
      ['DELETE', theirs, undefined],
      ['POST', `${theirs}/tags`, { a: 'b' }],
      ['DELETE', `${theirs}/tags?tags=a`, undefined],
    ] as const) {
      t.equal((await admin.call(method, path, body)).status, 404, `${method} ${path}`);
    }
    t.match((await producer.call('GET', `${METADATA}/${_id}`)).body, { open_data: false, tags: {} });
  });

  await t.test('a member without the right BROADCAST may read, not write', async (t) => {
    const { _id } = await add('read only');
    const member = await logIn(emulator, 'membre');
    t.equal((await member.call('GET', `${METADATA}/${_id}/file`)).status, 200);
    t.equal((await member.call('PATCH', `${METADATA}/${_id}`, { open_data: true })).status, 403);
    t.equal((await member.call('POST', METADATA, fileForm(iso19139({ identifier: 'b' })))).status, 403);
  });

  await t.test('administrators read it with its place', async (t) => {
    const { _id } = await add('placed');
    const admin = await logIn(emulator, 'admin');
    const { status, body } = await admin.call('GET', `/administrator/metadata/${_id}`);
    t.equal(status, 200);
    t.match(body, { _id, file_identifier: 'placed', datastore: DATASTORE, community: /^[0-9a-f-]{36}$/ });
    t.equal((await admin.call('GET', `/administrator/metadata/${DATASTORE}`)).status, 404);
    t.equal((await producer.call('GET', `/administrator/metadata/${_id}`)).status, 403);
  });
});
