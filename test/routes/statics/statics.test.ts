import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { startApi } from '../../helpers/deposit.js';
import { matchContract } from '../../helpers/contract.js';
import { fileForm, sentences, styleOn } from '../../helpers/diffusion.js';
import { DATASTORE } from '../../helpers/seed.js';
import { buildStoredData } from '../../helpers/stored-data.js';

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

  await t.test('a template tells the attributes it shows', async (t) => {
    const ftl = { type: 'GEOSERVER-FTL', name: 'info' };
    const template = '<#list features as feature>${feature.name.value}</#list>';
    const { status, body } = await producer.call<StaticBody>('POST', statics, fileForm(template, ftl));
    t.equal(status, 201);
    t.same(body.type_infos, { used_attributes: ['name'] });
    t.equal((await producer.call('GET', `${statics}/${body._id}/file`)).body, template);
    const broken = await producer.call('PUT', `${statics}/${body._id}`, fileForm('<#list features as feature>'));
    t.equal(broken.status, 400);
    t.match(sentences(broken), /ligne 1 : la balise <#list> n'est pas fermée/);
    const dangerous = await producer.call('POST', statics, fileForm('${"Execute"?new()("id")}', ftl));
    t.equal(dangerous.status, 400);
    t.match(sentences(dangerous), /\?new n'est pas autorisée/);
    t.equal((await producer.call('GET', `${statics}/${body._id}/file`)).body, template, 'the file stays as it was');
  });

  await t.test('a ROK4 style tells its identifier and legend', async (t) => {
    const rok4 = { type: 'ROK4-STYLE', name: 'relief' };
    const legend = { format: 'image/png', url: '/annexes/legende.png', width: 10, height: 10 };
    const scales = { min_scale_denominator: 0, max_scale_denominator: 1000 };
    const style = JSON.stringify({ identifier: 'hypso', legend: { ...legend, ...scales } });
    const { status, body } = await producer.call<StaticBody>('POST', statics, fileForm(style, rok4));
    t.equal(status, 201);
    t.same(body.type_infos, { identifier: 'hypso', legend_url: '/annexes/legende.png' });
    const wrong = await producer.call('POST', statics, fileForm(JSON.stringify({ legend }), rok4));
    t.equal(wrong.status, 400);
    t.match(sentences(wrong), /"identifier" est obligatoire.*"legend.min_scale_denominator" est obligatoire/);
  });

  await t.test('a derivation tells its variables', async (t) => {
    const derivation = { type: 'DERIVATION-SQL', name: 'multiply' };
    const sql = 'CREATE TABLE b AS SELECT n * {{ params.multiply }} FROM {{ inputs.1 }}.a';
    const { status, body } = await producer.call<StaticBody>('POST', statics, fileForm(sql, derivation));
    t.equal(status, 201);
    t.same(body.type_infos, { used_variables: ['params.multiply', 'inputs.1'] });
    const refused = await producer.call('POST', statics, fileForm('DROP SCHEMA public', derivation));
    t.equal(refused.status, 400);
    t.match(sentences(refused), /DROP SCHEMA n'est pas autorisée/);
  });

  await t.test('every type is a text', async (t) => {
    for (const type of ['GEOSERVER-STYLE', 'GEOSERVER-FTL', 'ROK4-STYLE', 'DERIVATION-SQL']) {
      const form = fileForm(new Uint8Array([0x61, 0xff, 0x62]), { type, name: 'n' });
      const refused = await producer.call('POST', statics, form);
      t.equal(refused.status, 400);
      t.match(sentences(refused), /encodage utf-8/);
      t.match(sentences(await producer.call('POST', statics, fileForm('a\0b', { type, name: 'n' }))), /U\+0000/);
    }
  });

  await t.test('a configuration takes a template of its type, whose attributes the table has', async (t) => {
    const storedData = await buildStoredData(emulator.deps);
    const configure = (layer_name: string, relation: object) =>
      producer.call('POST', `/datastores/${DATASTORE}/configurations`, {
        type: 'WMS-VECTOR',
        name: layer_name,
        layer_name,
        type_infos: {
          title: 't',
          abstract: 'a',
          used_data: [{ stored_data: storedData, relations: [{ name: 'towns', ...relation }] }],
        },
      });
    const store = async (content: string, type: string) =>
      (await producer.call<StaticBody>('POST', statics, fileForm(content, { type, name: `by ${type}` }))).body._id;
    const good = await store('${feature.population.value}', 'GEOSERVER-FTL');
    t.equal((await configure('with_ftl', { ftl: good })).status, 201);
    t.equal((await producer.call('DELETE', `${statics}/${good}`)).status, 409);
    const absent = await configure('absent', { ftl: await store('${feature.mayor.value}', 'GEOSERVER-FTL') });
    t.equal(absent.status, 400);
    t.match(sentences(absent), /\.ftl : l'attribut "mayor" utilisé par « by GEOSERVER-FTL » n'existe pas/);
    const rok4 = await store('{"identifier": "normal"}', 'ROK4-STYLE');
    const wrong = await configure('wrong', { ftl: rok4, style: rok4 });
    t.match(sentences(wrong), /\.style : .*ROK4-STYLE au lieu de GEOSERVER-STYLE/);
    t.match(sentences(wrong), /\.ftl : .*ROK4-STYLE au lieu de GEOSERVER-FTL/);
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
