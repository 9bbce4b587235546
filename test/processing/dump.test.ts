import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { type DumpSink, DumpSplitter, type DumpTable, parseDumpHeader, readDump } from '../../src/processing/dump.js';

const DEFINITION = `SET standard_conforming_strings = OFF;
BEGIN;
CREATE TABLE "public"."dump" (    "__geopf_key__" SERIAL,    CONSTRAINT "dump_pk" PRIMARY KEY ("__geopf_key__") );
SELECT AddGeometryColumn('public','dump','__geopf_geometry__',2154,'MULTIPOLYGON',3);
ALTER TABLE "public"."dump" ADD COLUMN "No""m
FROM STDIN" VARCHAR(50);
ALTER TABLE "public"."dump" ADD COLUMN "surface" FLOAT8;
`;
const COPY = `COPY "public"."dump" ("__geopf_geometry__", "__geopf_key__", "No""m
FROM STDIN", "surface") FROM STDIN;\n`;
const CLOSING = '\\.\nSELECT setval(1);\nCOMMIT;\n';

class Recorder implements DumpSink {
  table: DumpTable | undefined;
  text = '';
  async header(table: DumpTable) {
    this.table = table;
  }
  async rows(block: Buffer) {
    this.text += block.toString();
  }
}

async function split(dump: string, blockSize: number): Promise<Recorder> {
  const recorder = new Recorder();
  const splitter = new DumpSplitter(recorder);
  const bytes = Buffer.from(dump);
  for (let at = 0; at < bytes.length; at += blockSize) await splitter.push(bytes.subarray(at, at + blockSize));
  await splitter.end();
  return recorder;
}

void t.test('the definition tells the types of the columns and of the geometry', async (t) => {
  t.same(parseDumpHeader(DEFINITION + COPY), {
    fieldTypes: ['VARCHAR(50)', 'FLOAT8'],
    geometry: { type: 'MULTIPOLYGONZ' },
    keyType: 'SERIAL',
    rows: { geometry: true, key: true },
  });
  t.equal(parseDumpHeader(DEFINITION).rows, null);
});

void t.test('a type that is no type is refused', async (t) => {
  const hostile = DEFINITION.replace('FLOAT8', 'FLOAT8 DEFAULT evil()');
  t.throws(() => parseDumpHeader(hostile + COPY), /unexpected column type/);
  t.throws(() => parseDumpHeader('BEGIN;'), /no table/);
});

void t.test('rows come out whole, however the dump is cut', async (t) => {
  const definition = DEFINITION.replaceAll('\nFROM STDIN', '');
  const copy = COPY.replaceAll('\nFROM STDIN', '');
  const rows = Array.from({ length: 3000 }, (_, index) => `01\t${index}\tna\\\\.me\t\\N\n`).join('');
  for (const size of [7, 1000, 20_000, 1_000_000]) {
    const recorder = await split(definition + copy + rows + CLOSING, size);
    t.equal(recorder.text, rows, `blocks of ${size} bytes`);
  }
});

void t.test('a layer without features has a definition and no rows', async (t) => {
  const recorder = await split(`${DEFINITION}COMMIT;\n`, 50);
  t.equal(recorder.table?.rows, null);
  t.equal(recorder.text, '');
});

void t.test('a dump that stops before the end mark is refused', async (t) => {
  await t.rejects(
    split(`${DEFINITION.replaceAll('\nFROM STDIN', '')}${COPY.replaceAll('\nFROM STDIN', '')}01\t1\tx\t2\n`, 100),
    /no end mark/,
  );
});

const HEADER = DEFINITION.replaceAll('\nFROM STDIN', '') + COPY.replaceAll('\nFROM STDIN', '');

void t.test('a dump is read while it is written, and the failure of the writer is told', async (t) => {
  const path = join(t.testdir(), 'dump');
  const recorder = new Recorder();
  const row = `01\t1\tx\t2\n`.repeat(50_000);
  await readDump(path, () => writeFile(path, HEADER + row + CLOSING), recorder);
  t.equal(recorder.text, row);
  t.notOk(existsSync(path), 'the file is gone');
  const fails = async () => {
    await writeFile(path, HEADER);
    throw new Error('disk full');
  };
  await t.rejects(readDump(path, fails, new Recorder()), { message: 'disk full' });
  await t.rejects(
    readDump(path, () => Promise.reject(new Error('no layer')), new Recorder()),
    { message: 'no layer' },
  );
});

void t.test('a sink that refuses ends the writer, and wins', async (t) => {
  const path = join(t.testdir(), 'dump');
  const sink: DumpSink = {
    header: () => Promise.resolve(),
    rows: () => Promise.reject(new Error('refused row')),
  };
  const write = () => writeFile(path, HEADER + `01\t1\tx\t2\n`.repeat(500_000) + CLOSING);
  await t.rejects(readDump(path, write, sink), { message: 'refused row' });
});
