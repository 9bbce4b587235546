import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { testServices } from './services.js';

/** What helpers need of a tap test. */
export interface Teardown {
  teardown(work: () => unknown): void;
}

/**
 * A database of the test's own, migrated and seeded, copied from the template of the run and dropped
 * when the test ends. Its instance id is new: roles and Redis keys never meet those of another test.
 */
export async function createTestDatabase(t: Teardown): Promise<string> {
  const { databaseUrl } = await testServices();
  const id = randomBytes(6).toString('hex');
  const url = new URL(databaseUrl);
  const template = url.pathname.slice(1);
  const name = `test_${id}`;
  await administrate(databaseUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  t.teardown(() => dropDatabase(databaseUrl, name));
  url.pathname = name;
  await withClient(url.href, async (client) => {
    await client.query(`UPDATE geopf.setting SET value = $1 WHERE name = 'instance_id'`, [id]);
  });
  return url.href;
}

/** SQLSTATE of a database that is still in use after the 5 seconds that PostgreSQL waits. */
const OBJECT_IN_USE = '55006';

/**
 * Connections that are just closing are waited for: one that is told by force, with nobody listening any more, would
 * be an uncaught error. Those that a test forgot are cut.
 */
async function dropDatabase(databaseUrl: string, name: string): Promise<void> {
  try {
    await administrate(databaseUrl, `DROP DATABASE ${name}`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== OBJECT_IN_USE) throw error;
    await administrate(databaseUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

/** The template must have no connection: orders go through the `postgres` database. */
async function administrate(databaseUrl: string, sql: string): Promise<void> {
  const url = new URL(databaseUrl);
  url.pathname = 'postgres';
  await withClient(url.href, async (client) => {
    await client.query(sql);
  });
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
