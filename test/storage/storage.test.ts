import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { readStartSync, SecondReading } from '../../src/storage/open-file.js';
import { createFileStorage, FileTooLargeError } from '../../src/storage/storage.js';

void t.test('a slow disk is not waited for twice', async (t) => {
  const path = join(t.testdir({ small: 'abc' }), 'small');
  const read = () => readStartSync(path, 3).toString();
  const again = new SecondReading(0);
  t.equal(again.attempt(read), 'abc');
  t.equal(again.attempt(read), null);
  t.equal(new SecondReading().attempt(read), 'abc');
});

void t.test('a stored file is read whole or by range, and forgotten', async (t) => {
  const storage = createFileStorage(t.testdir());
  t.equal(await storage.exists('uploads/a/1'), false);
  t.same(await storage.write('uploads/a/1', Readable.from([Buffer.from('abc'), Buffer.from('def')])), { size: 6 });
  t.equal(await text(storage.read('uploads/a/1')), 'abcdef');
  t.equal(await text(storage.read('uploads/a/1', { start: 2, end: 3 })), 'cd');
  t.equal(await storage.size('uploads/a/1'), 6);
  t.equal(storage.readAgain('uploads/a/1', 4)?.toString(), 'abcd');
  t.throws(() => storage.readAgain('uploads/a/1', 7), /ends 1 bytes too early/);
  t.throws(() => storage.readAgain('uploads/a/2', 1), { code: 'ENOENT' });
  t.equal(readFileSync(storage.localPath('uploads/a/1'), 'utf8'), 'abcdef');
  await storage.write('uploads/a/1', Readable.from([Buffer.from('x')]));
  t.equal(await text(storage.read('uploads/a/1')), 'x', 'a second writing replaces the first');
  await storage.write('uploads/ab/1', Readable.from([Buffer.from('y')]));
  await storage.removeTree('uploads/a');
  t.equal(await storage.exists('uploads/a/1'), false);
  t.equal(await storage.exists('uploads/ab/1'), true);
  await storage.remove('uploads/ab/1');
  await storage.remove('uploads/ab/1');
  t.equal(await storage.exists('uploads/ab/1'), false);
  await t.rejects(text(storage.read('uploads/ab/1')), { code: 'ENOENT' });
});

void t.test('a broken or oversized transfer leaves nothing', async (t) => {
  const folder = t.testdir();
  const storage = createFileStorage(folder);
  const broken = Readable.from(
    (async function* () {
      yield Buffer.alloc(1000);
      throw new Error('connection lost');
    })(),
  );
  await t.rejects(storage.write('uploads/a/1', broken), { message: 'connection lost' });
  const large = Readable.from([Buffer.alloc(600), Buffer.alloc(600)]);
  await t.rejects(storage.write('uploads/a/2', large, { maxBytes: 1000 }), FileTooLargeError);
  t.ok(large.destroyed, 'the rest of the transfer is not read');
  t.same(readdirSync(join(folder, 'tmp')), []);
  t.notOk(existsSync(join(folder, 'files')));
});

void t.test('keys that are no keys are refused', async (t) => {
  const storage = createFileStorage(t.testdir());
  for (const key of ['', '/etc/passwd', '../x', 'a/../../b', 'a//b', 'a/', '.hidden', 'a\0b', 'é']) {
    t.throws(() => storage.localPath(key), /invalid storage key/, JSON.stringify(key));
  }
});

void t.test('temporary folders are found again by their prefix', async (t) => {
  const folder = t.testdir();
  const storage = createFileStorage(folder);
  await storage.removeTempDirs('job-1');
  const [mine, other] = [await storage.tempDir('job-1'), await storage.tempDir('job-2')];
  t.not(mine, await storage.tempDir('job-1'));
  await storage.removeTempDirs('job-1');
  t.same(readdirSync(join(folder, 'tmp')).length, 1);
  t.ok(existsSync(other));
});

void t.test('what a process that died left is removed once it is old', async (t) => {
  const folder = t.testdir();
  const storage = createFileStorage(folder);
  await storage.removeAbandoned(1000);
  const fresh = await storage.tempDir('job-new');
  const old = await storage.tempDir('job-old');
  const transfer = join(folder, 'tmp', 'write-0');
  writeFileSync(join(old, 'dump.sql'), '');
  writeFileSync(transfer, 'half');
  const longAgo = new Date(Date.now() - 60_000);
  for (const path of [old, transfer]) utimesSync(path, longAgo, longAgo);
  await storage.removeAbandoned(30_000);
  t.equal(existsSync(fresh), true);
  t.equal(existsSync(old), false);
  t.equal(existsSync(transfer), false);
});

void t.test('what many small and large blocks hold is written in their order', async (t) => {
  const storage = createFileStorage(t.testdir());
  const blocks = Array.from({ length: 300 }, (_, index) => Buffer.alloc(index % 3 === 0 ? 400_000 : 7, index));
  const { size } = await storage.write('uploads/a/1', Readable.from(blocks));
  const expected = Buffer.concat(blocks);
  t.equal(size, expected.length);
  t.ok(readFileSync(storage.localPath('uploads/a/1')).equals(expected));
});
