import t from 'tap';
import { evaluateConditions, isRangeWanted } from '../../src/routes/preconditions.js';

const lastModified = new Date('2026-05-06T10:00:00.700Z');
const file = { etag: '"a,b"', lastModified };
const SAME = 'Wed, 06 May 2026 10:00:00 GMT';
const BEFORE = 'Wed, 06 May 2026 09:59:59 GMT';

void t.test('conditions come to what RFC 9110 says', async (t) => {
  const cases: [Record<string, string>, 'go' | 'failed' | 'unchanged'][] = [
    [{}, 'go'],
    [{ 'if-match': '*' }, 'go'],
    [{ 'if-match': '"x", "a,b"' }, 'go'],
    [{ 'if-match': '"a"' }, 'failed'],
    [{ 'if-match': 'W/"a,b"' }, 'failed'],
    [{ 'if-unmodified-since': SAME }, 'go'],
    [{ 'if-unmodified-since': BEFORE }, 'failed'],
    [{ 'if-unmodified-since': BEFORE, 'if-match': '"a,b"' }, 'go'],
    [{ 'if-none-match': '"x", W/"a,b"' }, 'unchanged'],
    [{ 'if-none-match': '"x"', 'if-modified-since': SAME }, 'go'],
    [{ 'if-modified-since': SAME }, 'unchanged'],
    [{ 'if-modified-since': BEFORE }, 'go'],
    [{ 'if-modified-since': 'yesterday, perhaps' }, 'go'],
    [{ 'if-match': '"x"', 'if-none-match': '"a,b"' }, 'failed'],
  ];
  for (const [headers, outcome] of cases) t.equal(evaluateConditions(headers, file), outcome, JSON.stringify(headers));
  const undated = { etag: '"a"' };
  t.equal(evaluateConditions({ 'if-modified-since': SAME, 'if-unmodified-since': BEFORE }, undated), 'go');
});

void t.test('a range counts for the very representation that If-Range names', async (t) => {
  t.equal(isRangeWanted({}, file), true);
  t.equal(isRangeWanted({ 'if-range': '"a,b"' }, file), true);
  t.equal(isRangeWanted({ 'if-range': 'W/"a,b"' }, file), false);
  t.equal(isRangeWanted({ 'if-range': '"x"' }, file), false);
  t.equal(isRangeWanted({ 'if-range': SAME }, file), true);
  t.equal(isRangeWanted({ 'if-range': BEFORE }, file), false);
  t.equal(isRangeWanted({ 'if-range': SAME }, { etag: '"a"' }), false);
});
