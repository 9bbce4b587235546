import t from 'tap';
import { isStorableText } from '../../src/plugins/text.js';
import { logIn } from '../helpers/api.js';
import { startApi } from '../helpers/deposit.js';
import { fileForm, sentences, styleOn } from '../helpers/diffusion.js';
import { DATASTORE } from '../helpers/seed.js';
import { buildStoredData } from '../helpers/stored-data.js';

await t.test('isStorableText refuses NUL and lone surrogates only', async (t) => {
  t.equal(isStorableText('é € 😀 \n\t'), true);
  t.equal(isStorableText('a\u0000b'), false);
  t.equal(isStorableText('\ud83d'), false);
  t.equal(isStorableText('\ude00x'), false);
});

await t.test('a text that cannot be kept is refused wherever it comes, never a 500', async (t) => {
  const api = await startApi(t);
  const producer = await logIn(api);
  const root = `/datastores/${DATASTORE}`;
  const path = `${root}/stored_data/${await buildStoredData(api.deps)}`;
  const style = { type: 'GEOSERVER-STYLE', name: 'a\u0000' };
  const answers = [
    await producer.call('PATCH', path, { name: 'a\u0000b' }),
    await producer.call('PATCH', path, { extra: { deep: ['\ud800'] } }),
    await producer.call('POST', `${path}/tags`, { 'a\u0000': 'b' }),
    await producer.call('GET', `${root}/stored_data?name=a%00`),
    await producer.call('GET', `${root}/configurations?tags[a]=%00`),
    await producer.call('POST', `${root}/statics`, fileForm(styleOn('name'), style)),
  ];
  for (const answer of answers) {
    t.equal(answer.status, 400);
    t.match(sentences(answer), /U\+0000/);
  }
});
