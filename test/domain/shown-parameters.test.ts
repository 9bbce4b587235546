import t from 'tap';
import { shownParameters } from '../../src/domain/shown-parameters.js';

void t.test('values that may be secret are not shown', (t) => {
  const kept = { harvest_layers: 'a', bottom: '14' };
  t.same(shownParameters({ ...kept, harvest_extras: '?apikey=a=b&x=&alone&token=%3D+', harvest_url: 'https://a/b' }), {
    ...kept,
    harvest_extras: '?apikey=***&x=***&alone&token=***',
    harvest_url: 'https://a/b',
  });
  t.same(shownParameters({ harvest_url: 'https://a/b?map=c&key=1' }), { harvest_url: 'https://a/b?map=***&key=***' });
  t.same(shownParameters(kept), kept);
  t.end();
});
