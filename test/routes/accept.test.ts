import t from 'tap';
import { preferredType } from '../../src/routes/accept.js';

void t.test('the type that a client prefers', async (t) => {
  const of = (header?: string) => preferredType(header, ['application/json', 'application/atom+xml']);
  for (const header of [undefined, '', '*/*', 'application/*', 'text/html', 'application/json, application/atom+xml']) {
    t.equal(of(header), 'application/json', header ?? 'no header');
  }
  for (const header of [
    'application/atom+xml',
    'Application/Atom+XML; q=0.2',
    'application/json;q=0.1, application/atom+xml;q=0.9',
    '*/*;q=0.1, application/atom+xml',
    'application/json;q=0, */*',
    'application/json;q=zero, application/atom+xml;q=0.1',
  ]) {
    t.equal(of(header), 'application/atom+xml', header);
  }
});
