import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { childEnvironment } from '../../src/config.js';
import { logIn } from '../helpers/api.js';
import { startTestEmulator } from '../helpers/app.js';
import { buildArchive, downloadConfiguration, OPEN_DOWNLOAD } from '../helpers/archives.js';
import { publish } from '../helpers/diffusion.js';
import { DATASTORE } from '../helpers/seed.js';

/** Downloads that curl (Debian package) takes up again. */

const CURL = '/usr/bin/curl';
const skip = existsSync(CURL) ? false : 'no curl on this machine';

/** Exit code of curl when the server sends all of the file. */
const CANNOT_RESUME = 33;
/** The same for a status of 400 or more. */
const REFUSED = 22;

void t.test('curl takes a download up again', { skip }, async (t) => {
  const emulator = await startTestEmulator(t);
  const user = await logIn(emulator);
  const first = Buffer.alloc(2_000_000, 'first ');
  const second = Buffer.alloc(2_500_000, 'second ');
  const { storedData } = await buildArchive(user, [{ path: 'large.bin', content: new Uint8Array(first) }]);
  const used = [{ sub_name: 's', stored_data: storedData }];
  await publish(user, DATASTORE, downloadConfiguration('curl', used), OPEN_DOWNLOAD);
  const url = `${emulator.origin}/telechargement/download/curl/s/large.bin`;
  const target = join(t.testdir(), 'large.bin');
  /** @returns its exit code */
  const curl = (...more: string[]) =>
    new Promise<number>((resolve) => {
      const args = ['--silent', '--show-error', '--fail', '-C', '-', '--output', target, ...more, url];
      execFile(CURL, args, { env: childEnvironment({}) }, (error) => resolve(Number(error?.code ?? 0)));
    });

  t.equal(await curl(), 0);
  t.ok((await readFile(target)).equals(first), 'whole');
  await truncate(target, 700_001);
  const etag = (await fetch(url, { method: 'HEAD' })).headers.get('etag') ?? '';
  t.equal(await curl(), 0);
  t.ok((await readFile(target)).equals(first), 'the rest');
  await truncate(target, 10);
  t.equal(await curl('--header', `If-Range: ${etag}`), 0);
  t.ok((await readFile(target)).equals(first), 'the rest of what has not changed');

  await truncate(target, 700_001);
  await buildArchive(user, [{ path: 'large.bin', content: new Uint8Array(second) }], { into: storedData });
  t.equal(await curl('--header', `If-Range: ${etag}`), CANNOT_RESUME, 'the file is another one');
  t.ok((await readFile(target)).equals(first.subarray(0, 700_001)), 'no mixture of both');
  t.equal(await curl('--header', `If-Match: ${etag}`), REFUSED, 'refused');
  await truncate(target, 0);
  t.equal(await curl(), 0);
  t.ok((await readFile(target)).equals(second), 'whole again');
});
