import t from 'tap';
import { ApiError } from '../../src/errors.js';
import {
  pickFields,
  readDate,
  readFields,
  readPage,
  readSort,
  readTagFilters,
  readWords,
  readRepeated,
  sendPage,
} from '../../src/routes/lists.js';

const refusal = new ApiError('bad_request');

/** What `sendPage` puts in Content-Range. */
function contentRange(page: { offset: number; limit: number }, found: { items: unknown[]; total: number }): string {
  let range = '';
  const reply = { header: (_name: string, value: string) => (range = value) };
  sendPage(reply as unknown as Parameters<typeof sendPage>[0], page, found);
  return range;
}

void t.test('a page starts after the pages before it', async (t) => {
  t.strictSame(readPage({}), { offset: 0, limit: 10 });
  t.strictSame(readPage({ page: 3, limit: 50 }), { offset: 100, limit: 50 });
});

void t.test('Content-Range counts from 1, both ends included', async (t) => {
  t.equal(contentRange({ offset: 0, limit: 10 }, { items: Array(10).fill(0), total: 12 }), '1-10/12');
  t.equal(contentRange({ offset: 10, limit: 10 }, { items: [1, 2], total: 12 }), '11-12/12');
  t.equal(contentRange({ offset: 0, limit: 10 }, { items: [], total: 0 }), '0-0/0');
  t.equal(contentRange({ offset: 20, limit: 10 }, { items: [], total: 12 }), '0-0/12', 'past the last page');
});

void t.test('fields come comma-separated or repeated, replace the defaults and know aliases', async (t) => {
  const options = {
    defaults: ['name'],
    legal: ['name', 'size', 'output_types'],
    aliases: { output_types: 'output_type' },
  };
  t.strictSame(readFields({}, options), ['name']);
  t.strictSame(readFields({ fields: 'size, name' }, options), ['size', 'name']);
  t.strictSame(readFields({ fields: ['size', 'output_types'] }, options), ['size', 'output_type']);
  t.throws(() => readFields({ fields: 'size,_id,x' }, options), refusal);
  t.throws(() => readFields({ fields: 'toString' }, options), refusal, 'not the name of a method');
});

void t.test('a reduced item keeps its _id and omits what it does not have', async (t) => {
  t.strictSame(pickFields({ _id: '1', name: 'a', size: 3 }, ['size', 'bbox']), { _id: '1', size: 3 });
});

void t.test('dates are those that PostgreSQL can compare', async (t) => {
  t.equal(readDate('before', undefined), undefined);
  t.strictSame(readDate('before', '2026-05-10T14:42:29+02:00'), new Date('2026-05-10T12:42:29Z'));
  t.strictSame(readDate('before', '2026-05-10T14:42'), new Date('2026-05-10T14:42:00Z'), 'UTC without zone');
  for (const text of ['pizza', '', '1', '05/10/2026', '-000001-01-01', '0001-01-01', '+275760-01-01', '2026-13-01']) {
    t.throws(() => readDate('before', text), refusal, text);
  }
});

void t.test('sort reads field and direction, repeated', async (t) => {
  const legal = ['creation', 'last_event'] as const;
  t.strictSame(readSort({}, legal), []);
  t.strictSame(readSort({ sort: 'creation' }, legal), [{ field: 'creation', descending: false }]);
  t.strictSame(readSort({ sort: ['last_event,DESC', 'creation,asc'] }, legal), [
    { field: 'last_event', descending: true },
    { field: 'creation', descending: false },
  ]);
  for (const sort of ['size,asc', 'creation:desc', 'creation,up', 'creation,asc,desc']) {
    t.throws(() => readSort({ sort }, legal), refusal, sort);
  }
});

void t.test('tag filters are read from bracketed names', async (t) => {
  t.equal(readTagFilters({ page: 1 }), null);
  t.strictSame(readTagFilters({ 'tags[a]': 'x', 'tags[b c]': ['y', 'z'] }), { a: 'x', 'b c': 'z' });
});

void t.test('tag keys are read in the four spellings of the clients', async (t) => {
  for (const query of [
    { tags: ['a', 'b'] },
    { tags: 'a,b' },
    { 'tags[]': ['a', 'b'] },
    { 'tags[0]': 'a', 'tags[1]': 'b' },
  ]) {
    t.strictSame(readRepeated(query, 'tags'), ['a', 'b'], JSON.stringify(query));
  }
  t.strictSame(readWords({ labels: ['a', 'b,a'], 'labels[2]': 'c', label: 'd' }, 'labels'), ['a', 'b', 'c']);
  t.strictSame(readRepeated({ datastores: 'a', tags: 'b' }, 'datastores'), ['a'], 'of that name only');
  t.throws(() => readRepeated({ 'tags[key]': 'value' }, 'tags'), refusal);
});
