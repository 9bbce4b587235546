import t from 'tap';
import { closeDeps, createDeps } from '../src/deps.js';
import { createLogger } from '../src/log.js';
import { testConfig } from './helpers/app.js';

void t.test('dates are right on a cluster that is not in UTC', async (t) => {
  const config = await testConfig(t);
  const log = createLogger(config, 'test');
  const first = await createDeps(config, log);
  await first.pool.query(
    `ALTER DATABASE ${new URL(config.databaseUrl ?? '').pathname.slice(1)} SET TimeZone = 'Pacific/Auckland'`,
  );
  await closeDeps(first);

  const deps = await createDeps(config, log);
  t.teardown(() => closeDeps(deps));
  const written = new Date('2026-05-10T14:42:29.004Z');
  const { id } = await deps.prisma.apiUser.create({
    data: { id: '11111111-2222-4333-8444-555555555555', email: 'a@example.org', creation: written },
  });
  const read = await deps.prisma.apiUser.findUniqueOrThrow({ where: { id } });
  t.strictSame(read.creation, written, 'what Prisma wrote and read');
  const { rows } = await deps.pool.query<{ creation: Date }>('SELECT creation FROM geopf.api_user WHERE id = $1', [id]);
  t.strictSame(rows[0]?.creation, written, 'what is in the database');
});
