import t from 'tap';
import { iso19139 } from '../../fixtures/generate/metadata.js';
import { logIn } from '../helpers/api.js';
import { startApi } from '../helpers/deposit.js';
import { create, fileForm } from '../helpers/diffusion.js';
import { askCsw, CATALOGUE_ENDPOINT, findByCql, METADATA } from '../helpers/records.js';
import { DATASTORE } from '../helpers/seed.js';

/** Journey "metadata" (spec lifecycle §8), as the web application plays it. */
void t.test('a record is stored, published, read in the catalogue, named by a configuration, taken away', async (t) => {
  const emulator = await startApi(t);
  const producer = await logIn(emulator);
  const identifier = 'IGNF_ESSAI.xml';
  const xml = iso19139({ identifier, level: 'series', title: 'Carte d’essai', box: [-5, 41, 10, 51] });

  const { _id } = await create(producer, `${METADATA}?type=INSPIRE&open_data=true`, fileForm(xml));
  const publication = { file_identifiers: [identifier], endpoint: CATALOGUE_ENDPOINT };
  t.equal((await producer.call('POST', `${METADATA}/publication`, publication)).status, 204);
  t.match((await producer.call('GET', `${METADATA}/${_id}`)).body, { endpoints: [{ _id: CATALOGUE_ENDPOINT }] });

  const gmd = { REQUEST: 'GetRecordById', OUTPUTSCHEMA: 'http://www.isotc211.org/2005/gmd', ELEMENTSETNAME: 'full' };
  const read = await askCsw(emulator, { ...gmd, ID: identifier });
  t.match(read.root, { name: 'GetRecordByIdResponse', children: [{ name: 'MD_Metadata' }] });
  t.same(await findByCql(emulator, "AnyText LIKE '%cartes%'"), [identifier]);
  t.same(await findByCql(emulator, '', {}, '/csw/INSPIRE'), [identifier]);

  const url = `${emulator.origin}/csw?REQUEST=GetRecordById&ID=${identifier}`;
  const metadata = [{ format: 'application/xml', url, type: 'ISO19115:2003' }];
  const configuration = {
    type: 'DOWNLOAD',
    name: 'Essai',
    layer_name: 'essai',
    type_infos: { title: 'Essai', abstract: 'Essai', used_data: [] },
    metadata,
  };
  const answer = await producer.call('POST', `/datastores/${DATASTORE}/configurations`, configuration);
  t.notMatch(JSON.stringify(answer.body), /"metadata/, 'whatever else is wrong, the metadata are right');

  t.equal((await producer.call('DELETE', `${METADATA}/${_id}`)).status, 409);
  t.equal((await producer.call('POST', `${METADATA}/unpublication`, publication)).status, 204);
  t.same((await askCsw(emulator, { ...gmd, ID: identifier })).root.children, []);
  t.equal((await producer.call('DELETE', `${METADATA}/${_id}`)).status, 204);
});
