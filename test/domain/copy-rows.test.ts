import t from 'tap';
import { CopyFormatError, CopyRowDecoder } from '../../src/domain/copy-rows.js';

const header = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const trailer = Buffer.from([0xff, 0xff]);

function row(text: string): Buffer {
  const bytes = Buffer.from(text);
  const start = Buffer.alloc(6);
  start.writeInt16BE(1);
  start.writeInt32BE(bytes.length, 2);
  return Buffer.concat([start, bytes]);
}

function decode(chunks: readonly Buffer[], separator = ','): { text: string; rows: number } {
  const decoder = new CopyRowDecoder(separator);
  const text = Buffer.concat(chunks.map((chunk) => decoder.push(chunk))).toString();
  decoder.finish();
  return { text, rows: decoder.rows };
}

void t.test('texts come back whole wherever the stream is cut', async (t) => {
  const stream = Buffer.concat([header, row('é1'), row(''), row('trois'), trailer]);
  const expected = { text: 'é1,,trois', rows: 3 };
  t.same(decode([stream]), expected);
  for (let cut = 1; cut < stream.length; cut += 1) {
    t.same(decode([stream.subarray(0, cut), stream.subarray(cut)]), expected, `cut at ${cut}`);
  }
  t.same(decode([...stream].map((byte) => Buffer.from([byte]))), expected, 'byte by byte');
});

void t.test('no rows give no text', async (t) => {
  t.same(decode([header, trailer]), { text: '', rows: 0 });
});

void t.test('header extensions are skipped', async (t) => {
  const extended = Buffer.from(header);
  extended.writeInt32BE(3, extended.length - 4);
  t.same(decode([extended, Buffer.from('abc'), row('x'), trailer]), { text: 'x', rows: 1 });
});

void t.test('anything else is refused', async (t) => {
  const two = Buffer.from([0, 2, 0, 0, 0, 0]);
  const missing = Buffer.from([0, 1, 0xff, 0xff, 0xff, 0xff]);
  t.throws(() => decode([Buffer.alloc(19)]), CopyFormatError);
  t.throws(() => decode([header, two]), /2 columns/);
  t.throws(() => decode([header, missing]), /NULL/);
  t.throws(() => decode([header, row('x')]), /too early/);
});
