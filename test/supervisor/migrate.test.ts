import { createHash } from 'node:crypto';
import pg from 'pg';
import t from 'tap';
import { migrate, type Migration, MigrationError, readMigrations } from '../../src/supervisor/migrate.js';
import { createTestDatabase } from '../helpers/database.js';

const more = (name: string, sql: string): Migration => ({
  name,
  sql,
  checksum: createHash('sha256').update(sql).digest('hex'),
});

async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

void t.test('an up-to-date database is left alone', async (t) => {
  t.strictSame(await migrate(await createTestDatabase(t)), []);
});

void t.test('a new migration is applied once and recorded as Prisma does', async (t) => {
  const url = await createTestDatabase(t);
  const migrations = [...(await readMigrations()), more('29990101000000_more', 'CREATE TABLE more (id int)')];
  const outcomes = await Promise.all([migrate(url, migrations), migrate(url, migrations)]);
  t.strictSame(outcomes.flat(), ['29990101000000_more'], 'one of two concurrent runs applies it');
  const rows = await query<{ checksum: string; applied_steps_count: number }>(
    url,
    `SELECT checksum, applied_steps_count FROM geopf._prisma_migrations WHERE migration_name = '29990101000000_more'`,
  );
  t.strictSame(rows, [{ checksum: migrations.at(-1)?.checksum, applied_steps_count: 1 }]);
  t.strictSame(await query(url, 'SELECT * FROM geopf.more'), [], 'the table is in the registry schema');
});

void t.test('a migration that fails leaves nothing behind', async (t) => {
  const url = await createTestDatabase(t);
  const broken = more('29990101000000_broken', 'CREATE TABLE half (id int); SELECT * FROM nowhere');
  await t.rejects(migrate(url, [...(await readMigrations()), broken]), {
    name: 'MigrationError',
    message: /29990101000000_broken a échoué : .*nowhere/,
  });
  t.strictSame(await query(url, `SELECT to_regclass('geopf.half') AS half`), [{ half: null }]);
});

void t.test('a migration changed after it was applied is refused', async (t) => {
  const url = await createTestDatabase(t);
  const [first, ...others] = await readMigrations();
  if (first === undefined) throw new Error('there is a first migration');
  const changed = more(first.name, `${first.sql}\n-- changed`);
  await t.rejects(migrate(url, [changed, ...others]), { message: new RegExp(`${first.name} a changé`) });
});

void t.test('a database of a later version is refused', async (t) => {
  const url = await createTestDatabase(t);
  await t.rejects(migrate(url, []), { name: 'MigrationError', message: /version plus récente/ });
});

void t.test('a database role without CREATEROLE is refused with the reason', async (t) => {
  const url = new URL(await createTestDatabase(t));
  const owner = url.href;
  await query(owner, 'CREATE ROLE plain LOGIN');
  t.teardown(() => query(owner, 'DROP ROLE plain'));
  url.username = 'plain';
  await t.rejects(migrate(url.href), { name: 'MigrationError', message: /CREATEROLE ; .*droit CREATE/ });
});

void t.test('an unreachable database is named as such', async (t) => {
  await t.rejects(migrate('postgresql://nobody@127.0.0.1:1/nothing'), MigrationError);
});
