import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { databaseEnvironment } from '../../src/render/database-environment.js';
import { freePort } from './emulator.js';

/** MapServer as its manual advises: FastCGI processes behind nginx. Debian: cgi-mapserver, spawn-fcgi, nginx-light. */

const run = promisify(execFile);

/** As many as we have render processes. */
const PROCESSES = 2;

const MAPSERV = '/usr/lib/cgi-bin/mapserv';

export interface MapServer {
  /** Address of its WMS or WFS, query string begun. */
  readonly base: string;
  /** Ids of the FastCGI processes. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/**
 * Starts MapServer on a map file.
 * @param template path of a map file in which `{{NAME}}` stands for `values.NAME`
 */
export async function startMapServer(template: string, values: Readonly<Record<string, string>>): Promise<MapServer> {
  const folder = await mkdtemp(join(tmpdir(), 'geopf-mapserver-'));
  await chmod(folder, 0o755);
  const mapFile = join(folder, 'bench.map');
  const text = await readFile(template, 'utf8');
  await writeFile(
    mapFile,
    text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? ''),
  );
  const settings = join(folder, 'mapserver.conf');
  await writeFile(settings, `CONFIG\n  ENV\n    MS_MAPFILE "${mapFile}"\n    MS_MAP_PATTERN "."\n  END\nEND\n`);
  const socket = join(folder, 'mapserv.sock');
  const { stdout } = await run('spawn-fcgi', ['-s', socket, '-M', '0777', '-F', String(PROCESSES), '--', MAPSERV], {
    env: { PATH: '/usr/bin:/bin', MAPSERVER_CONFIG_FILE: settings },
  });
  const pids = [...stdout.matchAll(/PID: (\d+)/g)].map((match) => Number(match[1]));
  const port = await freePort();
  const nginx = await startNginx({ folder, socket, settings, port });
  return {
    base: `http://127.0.0.1:${port}/?map=${encodeURIComponent(mapFile)}&`,
    pids,
    async stop() {
      nginx.kill('SIGTERM');
      await once(nginx, 'exit');
      // A FastCGI process ends at SIGTERM only once it has answered one more request.
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** MapServer's CONNECTION wants libpq's `key=value` form. */
export function libpqConnection(databaseUrl: string): string {
  const environment = databaseEnvironment(databaseUrl, 0);
  const names = { host: 'PGHOST', port: 'PGPORT', user: 'PGUSER', password: 'PGPASSWORD', dbname: 'PGDATABASE' };
  return Object.entries(names)
    .flatMap(([key, name]) => (environment[name] === undefined ? [] : [`${key}=${environment[name]}`]))
    .join(' ');
}

interface NginxOptions {
  readonly folder: string;
  readonly socket: string;
  readonly settings: string;
  readonly port: number;
}

async function startNginx({ folder, socket, settings, port }: NginxOptions): Promise<ChildProcess> {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ');
  const configuration = `
daemon off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log; worker_processes 1;
events { worker_connections 256; }
http {
  access_log off; keepalive_requests 1000000; ${temporary}
  fastcgi_buffers 64 64k; fastcgi_buffer_size 64k; fastcgi_max_temp_file_size 0;
  server {
    listen 127.0.0.1:${port};
    location / {
      fastcgi_pass unix:${socket};
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param SCRIPT_NAME /;
      fastcgi_param SERVER_NAME localhost;
      fastcgi_param SERVER_PORT ${port};
      fastcgi_param SERVER_PROTOCOL HTTP/1.1;
      fastcgi_param MAPSERVER_CONFIG_FILE ${settings};
    }
  }
}`;
  const path = join(folder, 'nginx.conf');
  await writeFile(path, configuration);
  const nginx = spawn('nginx', ['-c', path], { stdio: ['ignore', 'inherit', 'inherit'] });
  await once(nginx, 'spawn');
  const pidFile = join(folder, 'nginx.pid');
  for (let tries = 0; tries < 200; tries += 1) {
    if (await exists(pidFile)) return nginx;
    if (nginx.exitCode !== null) throw new Error('nginx ended at start');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('nginx did not start');
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
