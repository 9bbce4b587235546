import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';

const run = promisify(execFile);

/** Stores 8 MiB in a process that may write no file beyond 1 MiB; prints the code of the error. */
const SCRIPT = `
  import { Readable } from 'node:stream';
  const { createFileStorage } = await import(process.argv[1]);
  process.on('SIGXFSZ', () => undefined);
  const blocks = Array.from({ length: 128 }, () => Buffer.alloc(65536, 1));
  const { code } = await createFileStorage(process.argv[2]).write('uploads/a', Readable.from(blocks)).catch((error) => error);
  process.stdout.write(String(code));
`;

void t.test('a disk that takes no more makes an error, and leaves nothing', async (t) => {
  const folder = t.testdir();
  const module = new URL('../../src/storage/storage.js', import.meta.url).href;
  const { stdout } = await run('/bin/bash', [
    '-c',
    'ulimit -f 1024; exec "$0" --input-type=module -e "$1" "$2" "$3"',
    process.execPath,
    SCRIPT,
    module,
    folder,
  ]);
  t.equal(stdout, 'EFBIG');
  t.same(readdirSync(join(folder, 'tmp')), []);
});
