import { ConfigError, loadConfig } from '../config.js';
import { databaseContents } from './contents.js';

/** Migrates and seeds the database of DATABASE_URL, then ends: the first step of a deployment in containers. */
async function main(): Promise<void> {
  const config = loadConfig();
  if (config.databaseUrl === undefined) throw new Error('DATABASE_URL est nécessaire');
  const contents = await databaseContents(config);
  const done = await contents.fill(config.databaseUrl);
  process.stdout.write(`${done.length === 0 ? 'base à jour' : done.join('\n')}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : (error as Error).message}\n`);
  process.exitCode = 1;
}
