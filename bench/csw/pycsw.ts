import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PYCSW } from '../../test/helpers/pycsw.js';
import { type Python, pythonWith } from '../../test/helpers/python.js';
import { freePort } from '../lib/emulator.js';
import type { BenchRecord } from './records.js';

/**
 * pycsw on the database of the emulator, as its manual advises: PostgreSQL with its full-text search and PostGIS, behind
 * gunicorn with one process, as our server is, and connections that are kept.
 */

const SETUP = `
import sys
from pycsw.core import admin, config
url, folder = sys.argv[1:]
admin.setup_db(url, 'records', folder, create_plpythonu_functions=False, language='french')
admin.load_records(config.StaticContext(), url, 'records', folder)
`;

export interface Pycsw {
  readonly base: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Installs pycsw, fills its table and starts it. @returns the reason when it cannot be installed */
export async function startPycsw(
  databaseUrl: string,
  records: readonly BenchRecord[],
): Promise<Pycsw | { missing: string }> {
  const python = await pythonWith(...PYCSW);
  if ('missing' in python) return python;
  const folder = await mkdtemp(join(tmpdir(), 'geopf-pycsw-'));
  try {
    return await start(python, folder, databaseUrl, records);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function start(
  python: Python,
  folder: string,
  databaseUrl: string,
  records: readonly BenchRecord[],
): Promise<Pycsw> {
  const files = join(folder, 'records');
  await mkdir(files);
  for (const { identifier, xml } of records) await writeFile(join(files, `${identifier}.xml`), xml);
  const url = databaseUrl.replace(/^postgres:/, 'postgresql:');
  const load = spawn(python.program, ['-W', 'ignore', '-c', SETUP, url, files], {
    env: python.env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(load, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`pycsw did not load the records (code ${code})`);
  const port = await freePort();
  const settings = join(folder, 'pycsw.cfg');
  await writeFile(settings, configuration(url, port));
  const server = spawn(
    python.program,
    [
      '-m',
      'gunicorn',
      '--workers',
      '1',
      '--threads',
      '8',
      '--keep-alive',
      '60',
      '--log-level',
      'error',
      '--control-socket',
      join(folder, 'gunicorn.ctl'),
      '-b',
      `127.0.0.1:${port}`,
      'pycsw.wsgi',
    ],
    {
      env: { ...python.env, PYCSW_CONFIG: settings, PYTHONWARNINGS: 'ignore' },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const base = `http://127.0.0.1:${port}/`;
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM');
    await once(server, 'exit');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await answering(`${base}?service=CSW&version=2.0.2&request=GetCapabilities`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { base, pid: server.pid ?? 0, stop };
}

function configuration(database: string, port: number): string {
  return `[server]
url=http://127.0.0.1:${port}/
mimetype=application/xml; charset=UTF-8
encoding=UTF-8
language=fr-FR
maxrecords=1000

[manager]
transactions=false

[metadata:main]
identification_title=bench
identification_abstract=bench
identification_keywords=bench
identification_keywords_type=theme
identification_fees=None
identification_accessconstraints=None
provider_name=bench
provider_url=http://127.0.0.1/
contact_name=bench
contact_position=bench
contact_address=bench
contact_city=bench
contact_stateorprovince=bench
contact_postalcode=0
contact_country=bench
contact_phone=0
contact_fax=0
contact_email=bench@example.test
contact_url=http://127.0.0.1/
contact_hours=0
contact_instructions=bench
contact_role=pointOfContact

[repository]
database=${database.replaceAll('%', '%%')}
table=records
`;
}

async function answering(url: string): Promise<void> {
  for (let left = 100; left > 0; left -= 1) {
    const isUp = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return;
    await wait(200);
  }
  throw new Error(`${url} does not answer`);
}
