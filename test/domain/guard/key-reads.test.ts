import { randomUUID } from 'node:crypto';
import pg from 'pg';
import t from 'tap';
import { KeyReads } from '../../../src/domain/guard/key-reads.js';
import { buildTestApp } from '../../helpers/app.js';
import { CONSUMER } from '../../helpers/seed.js';

const { config, deps } = await buildTestApp(t);

await t.test('keys that are asked for together are read by one question', async (t) => {
  const digests = Array.from({ length: 40 }, () => randomUUID());
  await deps.prisma.userKey.createMany({
    data: digests.map((digest) => ({ id: digest, userId: CONSUMER, name: digest, type: 'HASH', digest })),
  });
  // Questions that are asked at once open a connection each.
  const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 10 });
  t.teardown(() => pool.end());
  const reads = new KeyReads(pool);
  const read = (value: string) => reads.read({ by: 'HASH', value });
  const absent = randomUUID();
  const found = await Promise.all([...digests, digests[0] ?? '', absent].map(read));
  t.equal(pool.totalCount, 1);
  t.ok(found.slice(0, -1).every((key) => key !== null));
  t.equal(new Set(found).size, 41, 'to each its own');
  t.equal(found.at(-1), null, 'and what nobody has is nobody’s');
  const all = await Promise.all([read(absent), reads.read({ by: 'OAUTH2', value: CONSUMER }), read(digests[1] ?? '')]);
  t.same(all.slice(0, 2), [null, null], 'each by what it is looked for');
  t.ok(all[2]);
});

await t.test('a question that fails is asked again', async (t) => {
  const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 1 });
  t.teardown(() => pool.end());
  const reads = new KeyReads(pool);
  await t.rejects(reads.read({ by: 'OAUTH2', value: 'no uuid' }));
  t.equal(await reads.read({ by: 'OAUTH2', value: CONSUMER }), null);
});
