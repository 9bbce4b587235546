import pg from 'pg';
import type { TaskDatabase } from './task.js';

/** Works on the database with a connection of its own, which ends with the work. */
export async function withDatabase<T>(
  { databaseUrl, applicationName }: TaskDatabase,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: applicationName });
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}
