import t from 'tap';
import { logIn } from '../helpers/api.js';
import { DATASTORE, startApi } from '../helpers/deposit.js';
import { matchContract } from '../helpers/contract.js';
import { fileForm, sentences, styleOn } from '../helpers/diffusion.js';
import { buildStoredData } from '../helpers/stored-data.js';

interface StaticBody {
  _id: string;
  name: string;
  description?: string;
  creation: string;
  update: string;
  type_infos: object;
}

await t.test('statics', async (t) => {
  const emulator = await startApi(t);
  const producer = await logIn(emulator);
  const statics = `/datastores/${DATASTORE}/statics`;
  const style = { type: 'GEOSERVER-STYLE', name: 'towns' };

  await t.test('a style tells the attributes it uses', async (t) => {
    const { status, body } = await producer.call<StaticBody>('POST', statics, fileForm(styleOn('name'), style));
    t.equal(status, 201);
    t.same(body.type_infos, { used_attributes: ['name'] });
    const list = await producer.call<StaticBody[]>('GET', `${statics}?name=TOWN%25&type=GEOSERVER-STYLE`);
    t.same(
      list.body.map(({ _id }) => _id),
      [body._id],
    );
    t.equal(list.headers.get('content-range'), '1-1/1');
    matchContract(t, 'StaticFileStandardDetailResponseDto', body);
    matchContract(t, 'StaticFileStandardListResponseDto', list.body[0]);
  });

  await t.test('fields may come in the query, as the SDK sends them', async (t) => {
    const query = 'type=GEOSERVER-STYLE&name=from%20query&description=d';
    const { status, body } = await producer.call<StaticBody>('POST', `${statics}?${query}`, fileForm(styleOn('name')));
    t.equal(status, 201);
    t.match(body, { name: 'from query', description: 'd' });
  });

  await t.test('the file comes back as it was sent, and changes by PUT', async (t) => {
    const { body } = await producer.call<StaticBody>('POST', statics, fileForm(styleOn('name'), style));
    t.equal((await producer.call('GET', `${statics}/${body._id}/file`)).body, styleOn('name'));
    const replaced = await producer.call<StaticBody>('PUT', `${statics}/${body._id}`, fileForm(styleOn('population')));
    t.same(replaced.body.type_infos, { used_attributes: ['population'] });
    t.not(replaced.body.update, body.update, 'the update date moves with the file');
    t.equal((await producer.call('GET', `${statics}/${body._id}/file`)).body, styleOn('population'));
    const renamed = await producer.call<StaticBody>('PATCH', `${statics}/${body._id}`, {
      name: 'new',
      extra: { a: 1 },
    });
    t.match(renamed.body, { name: 'new', extra: { a: 1 } });
    t.equal((await producer.call('DELETE', `${statics}/${body._id}`)).status, 204);
    t.equal((await producer.call('GET', `${statics}/${body._id}`)).status, 404);
  });

  await t.test('a style of version 1.1.0 is taken with a warning', async (t) => {
    const newer = styleOn('name').replace('version="1.0.0"', 'version="1.1.0"');
    const { status, headers, body } = await producer.call<StaticBody>('POST', statics, fileForm(newer, style));
    t.equal(status, 201);
    t.match(headers.get('x-emulator-warning'), /1\.1\.0/);
    t.equal(await emulator.deps.prisma.warning.count({ where: { entityId: body._id } }), 1);
  });

  await t.test('what cannot be a style is refused with its line', async (t) => {
    const broken = await producer.call('POST', statics, fileForm('<StyledLayerDescriptor', style));
    t.equal(broken.status, 400);
    t.match(sentences(broken), /ligne 1/);
    const bomb = `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><StyledLayerDescriptor>&b;</StyledLayerDescriptor>`;
    t.equal((await producer.call('POST', statics, fileForm(bomb, style))).status, 400);
    t.equal((await producer.call('POST', statics, fileForm('x'.repeat(3 << 20), style))).status, 413);
  });

  await t.test('missing parts are named', async (t) => {
    const empty = new FormData();
    empty.set('name', 'n');
    t.match(sentences(await producer.call('POST', statics, empty)), /"file" est obligatoire/);
    t.match(sentences(await producer.call('POST', statics, fileForm('x', { name: 'n' }))), /"type" est obligatoire/);
  });

  await t.test('types that are not built answer 501', async (t) => {
    const form = fileForm('${feature.name.value}', { type: 'GEOSERVER-FTL', name: 'n' });
    t.equal((await producer.call('POST', statics, form)).status, 501);
  });

  await t.test('a style that a configuration uses cannot be deleted', async (t) => {
    const { body } = await producer.call<StaticBody>('POST', statics, fileForm(styleOn('name'), style));
    const configuration = {
      type: 'WMS-VECTOR',
      name: 'uses a style',
      layer_name: 'uses_style',
      type_infos: {
        title: 't',
        abstract: 'a',
        used_data: [
          { stored_data: await buildStoredData(emulator.deps), relations: [{ name: 'towns', style: body._id }] },
        ],
      },
    };
    t.equal((await producer.call('POST', `/datastores/${DATASTORE}/configurations`, configuration)).status, 201);
    const refused = await producer.call('DELETE', `${statics}/${body._id}`);
    t.equal(refused.status, 409);
    t.match(sentences(refused), /uses a style/);
  });

  await t.test('a member without the right BROADCAST may read, not write', async (t) => {
    const member = await logIn(emulator, 'membre');
    t.equal((await member.call('GET', statics)).status, 200);
    t.equal((await member.call('POST', statics, fileForm(styleOn('name'), style))).status, 403);
  });
});

await t.test('with STRICT=1 a style of version 1.1.0 is refused, as by the platform', async (t) => {
  const emulator = await startApi(t, { STRICT: '1' });
  const producer = await logIn(emulator);
  const newer = styleOn('name').replace('version="1.0.0"', 'version="1.1.0"');
  const form = fileForm(newer, { type: 'GEOSERVER-STYLE', name: 'newer' });
  const refused = await producer.call('POST', `/datastores/${DATASTORE}/statics`, form);
  t.equal(refused.status, 400);
  t.match(sentences(refused), /1\.1\.0/);
});
