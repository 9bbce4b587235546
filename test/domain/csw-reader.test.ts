import t from 'tap';
import { readCswRequestText } from '../../src/domain/csw-reader.js';
import { readCswText, type WrittenCswRequest } from '../../src/ogc/csw/read.js';
import { OwsException } from '../../src/ogc/ows/exceptions.js';

/** A search for as many identifiers as are allowed at once, of this length. */
function search(length: number, more = ''): WrittenCswRequest {
  const values = Array.from({ length: 900 }, (_, i) => `'${String(i).padStart(length, 'x')}'`);
  return {
    encoding: 'xml',
    text: `<GetRecords xmlns="http://www.opengis.net/cat/csw/2.0.2" service="CSW" version="2.0.2"><Query typeNames="csw:Record">
      <Constraint version="1.1.0"><CqlText>Identifier IN (${values.join()}) ${more}</CqlText></Constraint></Query></GetRecords>`,
  };
}

void t.test('a request is read alike, short or long, in both encodings', async (t) => {
  for (const length of [3, 200]) t.strictSame(await readCswRequestText(search(length)), readCswText(search(length)));
  const kvp = {
    encoding: 'kvp',
    text: `service=CSW&version=2.0.2&request=GetRecordById&id=a&unused=${'x'.repeat(100_000)}`,
  } as const;
  t.match(await readCswRequestText(kvp), { operation: 'GetRecordById', ids: ['a'] });
});

void t.test('a refusal is the same, from a thread or not', async (t) => {
  for (const length of [3, 200]) {
    const refusal = await readCswRequestText(search(length, 'AND')).catch((error: unknown) => error);
    t.ok(refusal instanceof OwsException);
    t.match(refusal, { code: 'InvalidParameterValue', locator: 'constraint', status: 400 });
  }
});

void t.test('too many long requests at once are refused, those that wait are read', async (t) => {
  const answers = await Promise.allSettled(Array.from({ length: 12 }, () => readCswRequestText(search(200))));
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  t.equal(answers.length - refused.length, 9, 'one is read, eight wait');
  t.ok(refused.every((reason) => reason instanceof OwsException && reason.status === 503));
  t.match(await readCswRequestText(search(200)), { operation: 'GetRecords' }, 'later there is room again');
});

void t.test('long requests leave the process free, and short ones do not wait for them', async (t) => {
  let turns = 0;
  let timer = setImmediate(function count() {
    turns += 1;
    timer = setImmediate(count);
  });
  const ended: string[] = [];
  const long = [1, 2, 3].map(async () => {
    await readCswRequestText(search(500));
    ended.push('long');
  });
  await readCswRequestText(search(3)).then(() => ended.push('short'));
  await Promise.all(long);
  clearImmediate(timer);
  t.ok(turns > 0);
  t.same(ended, ['short', 'long', 'long', 'long']);
});
