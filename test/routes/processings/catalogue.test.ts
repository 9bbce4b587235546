import t from 'tap';
import { logIn } from '../../helpers/api.js';
import { matchContract } from '../../helpers/contract.js';
import { startApi } from '../../helpers/deposit.js';
import { DATASTORE } from '../../helpers/seed.js';

interface Item {
  _id: string;
  name: string;
}

void t.test('the processings over HTTP', async (t) => {
  const api = await startApi(t);
  const producer = await logIn(api);
  const path = `/datastores/${DATASTORE}/processings`;
  const ids = async (query: string) =>
    (await producer.call<Item[]>('GET', `${path}?${query}`)).body.map((processing) => processing._id);

  await t.test('a list item holds name and description, or the fields asked for', async (t) => {
    const list = await producer.call<object[]>('GET', `${path}?limit=3`);
    t.equal(list.headers.get('content-range'), '1-3/12');
    t.same(Object.keys(list.body[0] ?? {}), ['_id', 'name', 'description']);
    const chosen = await producer.call<object[]>('GET', `${path}?limit=1&fields=input_types,output_types`);
    t.same(chosen.body, [
      {
        _id: '0de8c60b-9938-4be9-aa36-9026b77c3c96',
        input_types: { upload: ['VECTOR'], stored_data: [] },
        output_type: { stored_data: 'VECTOR-DB', storage: ['POSTGRESQL'] },
      },
    ]);
    for (const item of [...list.body, ...chosen.body]) {
      matchContract(t, 'ProcessingListResponseDto', item, { partial: true });
    }
  });

  await t.test('the name filter finds the names of every source', async (t) => {
    const vectorTiles = ['aa5f9391-0bdb-4b97-9209-fcde351b82f6'];
    t.same(await ids('name=Calcul de pyramide vecteur'), vectorTiles);
    t.same(await ids('name=Calcul ou mise à jour de pyramide vecteur'), vectorTiles);
    t.same(await ids("name=Recopie d'une archive livrée"), ['12cdc646-3976-4f18-b273-f34fca37e2a6']);
    t.same(await ids('name=zzz'), []);
  });

  await t.test('types of input and output filter', async (t) => {
    t.same(await ids('input_upload_type=VECTOR'), ['0de8c60b-9938-4be9-aa36-9026b77c3c96']);
    t.same(await ids('output_upload_type=ARCHIVE'), ['75dad665-45e6-493a-88da-c604d59aac45']);
    t.equal((await ids('output_stored_data_type=ROK4-PYRAMID-RASTER')).length, 4);
    t.equal((await ids('input_stored_data_type=VECTOR-DB')).length, 3);
  });

  await t.test('every processing reads back as the contract says', async (t) => {
    for (const id of await ids('limit=100')) {
      const { status, body } = await producer.call('GET', `${path}/${id}`);
      t.equal(status, 200);
      matchContract(t, 'ProcessingStandardDetailResponseDto', body);
    }
  });

  await t.test(
    'vector_to_db shows its parameters and required checks, and answers to the id of its twin',
    async (t) => {
      for (const id of ['0de8c60b-9938-4be9-aa36-9026b77c3c96', '5a348542-61a7-4289-a950-8544bb0ce2b8']) {
        const { body } = await producer.call<{ parameters: { name: string }[] }>('GET', `${path}/${id}`);
        t.match(body, {
          _id: '0de8c60b-9938-4be9-aa36-9026b77c3c96',
          name: 'Intégration de données vecteur livrées en base',
          priority: 'STANDARD',
          required_checks: [{ name: 'Vérification standard' }, { name: 'Vérification vecteur' }],
        });
        t.same(
          body.parameters.map(({ name }) => name),
          ['srs', 'update', 'delete', 'multigeom_layers'],
        );
        t.notOk('other_names' in body || 'definition' in body, 'what is ours stays ours');
      }
      t.equal((await producer.call('GET', `${path}/11111111-2222-4333-8444-555555555555`)).status, 404);
    },
  );
});
