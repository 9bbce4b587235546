import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { startTestEmulator } from '../../helpers/app.js';
import { newUpload } from '../../helpers/deposit.js';
import { create, OPEN_WFS, SANDBOX_WFS, sentences, waitForStatus, wfsConfiguration } from '../../helpers/diffusion.js';
import { buildClosedUpload, integration } from '../../helpers/executions.js';
import { buildOffering } from '../../helpers/restricted.js';
import { CONSUMER, DATASTORE, SANDBOX_DATASTORE } from '../../helpers/seed.js';
import { buildStoredData } from '../../helpers/stored-data.js';

const UNKNOWN = '11111111-2222-4333-8444-555555555555';
const OURS = `/datastores/${DATASTORE}`;
const THEIRS = `/datastores/${SANDBOX_DATASTORE}`;

type Listed = { _id: string; name: string }[];

await t.test('sharings between datastores', async (t) => {
  const emulator = await startTestEmulator(t, { TIMING: 'realistic' });
  const { deps } = emulator;
  const [producer, member, receiver] = await Promise.all(
    ['producteur', 'membre', 'admin'].map((name) => logIn(emulator, name)),
  );
  if (producer === undefined || member === undefined || receiver === undefined) throw new Error('three users');

  await t.test('every family: added, listed, idempotent, removed in four spellings, refused by name', async (t) => {
    const upload = await newUpload(producer);
    const storedData = await buildStoredData(deps);
    const { _id: configuration } = await create(
      producer,
      `${OURS}/configurations`,
      wfsConfiguration(storedData, 'family'),
    );
    const offering = await create(producer, `${OURS}/configurations/${configuration}/offerings`, {
      endpoint: OPEN_WFS,
    });
    for (const path of [`uploads/${upload._id}`, `stored_data/${storedData}`, `offerings/${offering._id}`]) {
      const sharings = `${OURS}/${path}/sharings`;
      t.same((await producer.call('GET', sharings)).body, [], path);
      const added = path.startsWith('offerings')
        ? { status: 204 }
        : { status: 200, body: [{ _id: SANDBOX_DATASTORE }] };
      t.match(await producer.call('POST', sharings, [SANDBOX_DATASTORE]), added, path);
      t.match(
        await producer.call('POST', sharings, [SANDBOX_DATASTORE.toUpperCase(), SANDBOX_DATASTORE]),
        added,
        'again',
      );
      const listed = await member.call<Listed>('GET', sharings);
      t.match(listed, { status: 200, body: [{ _id: SANDBOX_DATASTORE, name: /./, creation: /Z$/, update: /Z$/ }] });
      t.equal(listed.body.length, 1);
      t.equal(listed.headers.get('content-range'), '1-1/1');
      t.equal((await member.call('POST', sharings, [SANDBOX_DATASTORE])).status, 403, 'without the right');

      const spellings = ['datastores=', 'datastores[]=', 'datastores[0]=', `datastores=${SANDBOX_DATASTORE},`];
      for (const spelling of spellings) {
        const query = `${sharings}?${spelling}${SANDBOX_DATASTORE}`;
        t.equal((await producer.call('DELETE', query)).status, 204, spelling);
        t.match(await producer.call('DELETE', query), { status: 404, body: { error_description: [/partage/] } });
        await producer.call('POST', sharings, [SANDBOX_DATASTORE]);
      }

      t.match(await producer.call('POST', sharings, [DATASTORE]), { status: 400, body: { error: 'bad_request' } });
      const unknown = await producer.call('POST', sharings, [UNKNOWN, SANDBOX_DATASTORE]);
      t.match(unknown, { status: 404, body: { error_description: [new RegExp(UNKNOWN)] } });
      for (const body of [[], ['x'], {}, 'a', undefined]) {
        t.equal((await producer.call('POST', sharings, body as object)).status, 400, JSON.stringify(body));
      }
      t.equal((await producer.call('DELETE', sharings)).status, 400, 'none named');
      t.equal((await producer.call('DELETE', `${sharings}?datastores=zzz`)).status, 400, 'malformed');
      const [family = ''] = path.split('/');
      for (const method of ['GET', 'POST', 'DELETE']) {
        const query = method === 'DELETE' ? `?datastores=${SANDBOX_DATASTORE}` : '';
        const body = method === 'POST' ? [SANDBOX_DATASTORE] : undefined;
        const nobody = await producer.call(method, `${OURS}/${family}/${UNKNOWN}/sharings${query}`, body);
        t.equal(nobody.status, 404, `${method} of an unknown entity`);
        const notOwner = await receiver.call(method, `${THEIRS}/${path}/sharings${query}`, body);
        t.equal(notOwner.status, 404, `${method} by the receiver`);
      }
    }
  });

  await t.test('a datastore that takes no shares refuses them', async (t) => {
    const upload = await newUpload(producer);
    await deps.prisma.datastore.update({ where: { id: SANDBOX_DATASTORE }, data: { sharings: false } });
    const refused = await producer.call('POST', `${OURS}/uploads/${upload._id}/sharings`, [SANDBOX_DATASTORE]);
    await deps.prisma.datastore.update({ where: { id: SANDBOX_DATASTORE }, data: { sharings: true } });
    t.match(refused, { status: 409, body: { error: 'conflict', error_description: [/partages/] } });
  });

  await t.test(
    'a shared upload is read, listed and processed by the receiver, and changed by nobody else',
    async (t) => {
      const id = await buildClosedUpload(deps);
      await deps.prisma.upload.update({ where: { id }, data: { name: 'prêtée', tags: { secret: 'yes' } } });
      const seen = `${THEIRS}/uploads/${id}`;
      const names = async (query = '') =>
        (await receiver.call<Listed>('GET', `${THEIRS}/uploads?name=prêtée${query}`)).body;
      t.equal((await receiver.call('GET', seen)).status, 404, 'not shared yet');
      t.equal((await receiver.call('POST', `${THEIRS}/processings/executions`, integration(id))).status, 404);
      await producer.call('POST', `${OURS}/uploads/${id}/sharings`, [SANDBOX_DATASTORE]);

      const detail = await receiver.call<object>('GET', seen);
      t.match(detail, { status: 200, body: { _id: id, name: 'prêtée', status: 'CLOSED' } });
      t.notOk('tags' in detail.body || 'last_event' in detail.body, 'the owner’s own remarks are not shared');
      t.match(await names(), [{ _id: id }], 'listed with the others');
      t.match(await names('&shared=true'), [{ _id: id }]);
      t.match(await names('&owned=false'), [{ _id: id }]);
      t.match(await names('&shared=true&owned=true'), [{ _id: id }]);
      t.same(await names('&owned=true'), []);
      t.same(await names('&shared=false'), []);
      t.same(await names('&tags[secret]=yes'), [], 'its tags find nothing');
      t.same(await names('&fields=tags,last_event'), [{ _id: id }], 'nor are they shown');
      const own = await producer.call<Listed>('GET', `${OURS}/uploads?name=prêtée&shared=true`);
      t.same(own.body, [], 'the owner has it from nobody');

      const refused: [string, string, object?][] = [
        ['PATCH', '', { name: 'x' }],
        ['DELETE', ''],
        ['POST', '/open'],
        ['POST', '/close'],
        ['POST', '/checks', [UNKNOWN]],
        ['POST', '/tags', { a: 'b' }],
        ['DELETE', '/tags?tags=secret'],
        ['POST', '/comments', { text: 'x' }],
        ['GET', '/comments'],
        ['GET', '/events'],
        ['DELETE', '/data?path=a'],
        ['DELETE', '/md5?path=a'],
        ['POST', '/sharings', [SANDBOX_DATASTORE]],
      ];
      for (const [method, path, body] of refused) {
        t.equal((await receiver.call(method, `${seen}${path}`, body)).status, 404, `${method} ${path}`);
      }
      t.match((await producer.call('GET', `${OURS}/uploads/${id}`)).body, { name: 'prêtée', tags: { secret: 'yes' } });

      const execution = await create(receiver, `${THEIRS}/processings/executions`, integration(id.toUpperCase()));
      const used = await producer.call('DELETE', `${OURS}/uploads/${id}/sharings?datastores=${SANDBOX_DATASTORE}`);
      t.equal(used.status, 409);
      t.match(sentences(used), new RegExp(execution._id));
      t.equal((await producer.call('DELETE', `${OURS}/uploads/${id}`)).status, 409, 'nor is it deleted meanwhile');
      t.equal((await receiver.call('DELETE', `${THEIRS}/processings/executions/${execution._id}`)).status, 204);
      const removed = await producer.call('DELETE', `${OURS}/uploads/${id}/sharings?datastores=${SANDBOX_DATASTORE}`);
      t.equal(removed.status, 204);
      t.equal((await receiver.call('GET', seen)).status, 404);
      t.same(await names(), []);
    },
  );

  await t.test('an open upload is read and processed by any datastore without being listed', async (t) => {
    const id = await buildClosedUpload(deps);
    await producer.call('PATCH', `${OURS}/uploads/${id}`, { name: 'ouverte', open: true });
    t.match(await receiver.call('GET', `${THEIRS}/uploads/${id}`), { status: 200, body: { open: true } });
    t.same((await receiver.call('GET', `${THEIRS}/uploads?name=ouverte`)).body, []);
    const execution = await create(receiver, `${THEIRS}/processings/executions`, integration(id));
    const closing = await producer.call('PATCH', `${OURS}/uploads/${id}`, { open: false });
    t.equal(closing.status, 409, 'not while it is processed elsewhere');
    t.match(sentences(closing), new RegExp(execution._id));
    await producer.call('POST', `${OURS}/uploads/${id}/sharings`, [SANDBOX_DATASTORE]);
    t.equal((await producer.call('PATCH', `${OURS}/uploads/${id}`, { open: false })).status, 200, 'the share suffices');
    await receiver.call('DELETE', `${THEIRS}/processings/executions/${execution._id}`);
  });

  await t.test('a shared stored data is published by the receiver; an open one only processed', async (t) => {
    const id = await buildStoredData(deps, { name: 'commune' });
    const body = wfsConfiguration(id, 'SANDBOX_shared');
    await producer.call('PATCH', `${OURS}/stored_data/${id}`, { open: true });
    t.match(await receiver.call('GET', `${THEIRS}/stored_data/${id}`), { status: 200, body: { open: true } });
    t.equal((await receiver.call('POST', `${THEIRS}/configurations`, body)).status, 404, 'open is not shared');
    await producer.call('PATCH', `${OURS}/stored_data/${id}`, { open: false });
    t.equal((await receiver.call('GET', `${THEIRS}/stored_data/${id}`)).status, 404);

    await producer.call('POST', `${OURS}/stored_data/${id}/sharings`, [SANDBOX_DATASTORE]);
    const detail = await receiver.call<object>('GET', `${THEIRS}/stored_data/${id}`);
    t.match(detail, { status: 200, body: { _id: id, type_infos: { relations: [{}, {}] } } });
    for (const hidden of ['tags', 'last_event', 'storage', 'public_activity']) t.notOk(hidden in detail.body, hidden);
    const listed = await receiver.call<Listed>(
      'GET',
      `${THEIRS}/stored_data?name=commune&shared=true&fields=name,tags`,
    );
    t.same(listed.body, [{ _id: id, name: 'commune' }]);
    for (const [method, path, sent] of [
      ['PATCH', '', { name: 'x' }],
      ['DELETE', '', undefined],
      ['POST', '/tags', { a: 'b' }],
      ['POST', '/visibility', [UNKNOWN]],
      ['GET', '/dependencies', undefined],
    ] as const) {
      const answer = await receiver.call(method, `${THEIRS}/stored_data/${id}${path}`, sent);
      t.equal(answer.status, 404, `${method} ${path}`);
    }
    const changed = await receiver.call('POST', `${THEIRS}/processings/executions`, {
      ...integration(await buildClosedUpload(deps)),
      output: { stored_data: { id } },
    });
    t.equal(changed.status, 404, 'no execution writes it');

    const { _id: configuration } = await create(receiver, `${THEIRS}/configurations`, body);
    const { _id: offering } = await create(receiver, `${THEIRS}/configurations/${configuration}/offerings`, {
      endpoint: SANDBOX_WFS,
    });
    await waitForStatus(receiver, `${THEIRS}/offerings/${offering}`, 'PUBLISHED');
    const query = 'SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES=SANDBOX_shared:towns&RESULTTYPE=hits';
    t.match(await (await fetch(`${emulator.origin}/sandbox/wfs?${query}`)).text(), 'numberMatched="3"');
    const refused = await producer.call('DELETE', `${OURS}/stored_data/${id}/sharings?datastores=${SANDBOX_DATASTORE}`);
    t.equal(refused.status, 409);
    t.match(sentences(refused), 'La configuration « SANDBOX_shared »');
    t.equal((await producer.call('DELETE', `${OURS}/stored_data/${id}`)).status, 409);
    const replaced = await receiver.call('PUT', `${THEIRS}/configurations/${configuration}`, body);
    t.equal(replaced.status, 200);
    await receiver.call('DELETE', `${THEIRS}/offerings/${offering}`);
    await waitForStatus(receiver, `${THEIRS}/configurations/${configuration}`, 'UNPUBLISHED');
    await receiver.call('DELETE', `${THEIRS}/configurations/${configuration}`);
    const removed = await producer.call('DELETE', `${OURS}/stored_data/${id}/sharings?datastores=${SANDBOX_DATASTORE}`);
    t.equal(removed.status, 204);
  });

  await t.test('a shared offering is usable for permissions, and stays shared while one is given', async (t) => {
    const id = await buildOffering(deps);
    const give = () =>
      receiver.call<Listed>('POST', `${THEIRS}/permissions`, { licence: 'x', offerings: [id], users: [CONSUMER] });
    t.match(await give(), { status: 400, body: { error_description: [/n'existe pas dans l'entrepôt/] } });
    await producer.call('POST', `${OURS}/offerings/${id}/sharings`, [SANDBOX_DATASTORE]);
    const given = await give();
    t.match(given, { status: 201, body: [{ offerings: [{ _id: id }], datastore_author: { _id: SANDBOX_DATASTORE } }] });
    const permission = given.body[0]?._id ?? '';
    const again = { offerings: [id], licence: 'y' };
    t.equal((await receiver.call('PATCH', `${THEIRS}/permissions/${permission}`, again)).status, 200);
    const path = `${OURS}/offerings/${id}/sharings?datastores=${SANDBOX_DATASTORE}`;
    const refused = await producer.call('DELETE', path);
    t.equal(refused.status, 409);
    t.match(sentences(refused), permission);
    t.equal((await receiver.call('DELETE', `${THEIRS}/permissions/${permission}`)).status, 204);
    t.equal((await producer.call('DELETE', path)).status, 204);
    t.equal((await give()).status, 400);
  });
});
