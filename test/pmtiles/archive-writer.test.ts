import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { PMTiles, type Source, zxyToTileId } from 'pmtiles';
import t, { type Test } from 'tap';
import { ArchiveWriter } from '../../src/pmtiles/archive-writer.js';
import { tileIdOf } from '../../src/pmtiles/tile-ids.js';

/** A file as the reader of the format's authors takes it. */
async function openArchive(t: Test, path: string): Promise<PMTiles> {
  const file = await open(path);
  t.teardown(() => file.close());
  const source: Source = {
    getKey: () => path,
    async getBytes(offset, length) {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await file.read(bytes, 0, length, offset);
      return { data: new Uint8Array(bytes.subarray(0, bytesRead)).buffer };
    },
  };
  return new PMTiles(source);
}

const DESCRIPTION = {
  minZoom: 0,
  maxZoom: 9,
  box: { west: -5, south: 41, east: 10, north: 51.5 },
  metadata: { vector_layers: [{ id: 'zones', fields: {} }] },
};

void t.test('numbers of tiles', async (t) => {
  for (const [zoom, col, row] of [
    [0, 0, 0],
    [1, 0, 0],
    [1, 1, 1],
    [2, 3, 0],
    [5, 16, 11],
    [12, 2074, 1409],
    [20, 530_000, 360_000],
  ] as const) {
    t.equal(tileIdOf(zoom, { col, row }), zxyToTileId(zoom, col, row), `${zoom}/${col}/${row}`);
  }
});

/** Writes tiles of whole levels. */
function writeArchive(path: string, maxZoom: number, contentOf: (zoom: number, col: number, row: number) => string) {
  const writer = new ArchiveWriter(path);
  for (let zoom = 0; zoom <= maxZoom; zoom += 1) {
    const cells = Array.from({ length: 4 ** zoom }, (_, at) => ({
      col: at % 2 ** zoom,
      row: Math.floor(at / 2 ** zoom),
    }));
    const numbered = cells.map((cell) => ({ cell, id: tileIdOf(zoom, cell) })).sort((a, b) => a.id - b.id);
    for (const { cell, id } of numbered) writer.add(id, Buffer.from(contentOf(zoom, cell.col, cell.row)));
  }
  return writer.finish({ ...DESCRIPTION, maxZoom });
}

void t.test('the reader of the authors finds every tile', async (t) => {
  const path = join(t.testdir(), 'a.pmtiles');
  writeArchive(path, 3, (zoom, col, row) => `tile ${zoom}/${col}/${row}`);
  const archive = await openArchive(t, path);
  const header = await archive.getHeader();
  t.match(header, {
    specVersion: 3,
    clustered: true,
    internalCompression: 2,
    tileCompression: 2,
    tileType: 1,
    minZoom: 0,
    maxZoom: 3,
    minLon: -5,
    maxLat: 51.5,
    numAddressedTiles: 85,
    numTileEntries: 85,
    numTileContents: 85,
  });
  t.same(await archive.getMetadata(), DESCRIPTION.metadata);
  for (let row = 0; row < 8; row += 1) {
    for (let col = 0; col < 8; col += 1) {
      const tile = await archive.getZxy(3, col, row);
      t.equal(tile && Buffer.from(tile.data).toString(), `tile 3/${col}/${row}`);
    }
  }
  t.equal(await archive.getZxy(4, 0, 0), undefined);
});

void t.test('equal tiles are stored once', async (t) => {
  const path = join(t.testdir(), 'a.pmtiles');
  writeArchive(path, 4, (zoom) => `level ${zoom}`);
  const archive = await openArchive(t, path);
  t.match(await archive.getHeader(), { numAddressedTiles: 341, numTileEntries: 5, numTileContents: 5 });
  const tile = await archive.getZxy(4, 7, 9);
  t.equal(tile && Buffer.from(tile.data).toString(), 'level 4');
});

void t.test('many tiles make leaf directories', async (t) => {
  const path = join(t.testdir(), 'a.pmtiles');
  // Sizes that no compression guesses.
  writeArchive(path, 8, (_, col, row) => `${col}/${row}`.repeat(1 + ((col * 7919 + row * 104_729) % 97)));
  const archive = await openArchive(t, path);
  const header = await archive.getHeader();
  t.ok(header.leafDirectoryLength && header.leafDirectoryLength > 0);
  t.ok(header.rootDirectoryOffset + header.rootDirectoryLength <= 16_384);
  for (const [col, row] of [
    [0, 0],
    [255, 255],
    [130, 90],
  ] as const) {
    const tile = await archive.getZxy(8, col, row);
    t.ok(tile && Buffer.from(tile.data).toString().startsWith(`${col}/${row}`), `${col}/${row}`);
  }
});

void t.test('tiles come in order', async (t) => {
  const writer = new ArchiveWriter(join(t.testdir(), 'a.pmtiles'));
  writer.add(5, Buffer.from('a'));
  t.throws(() => writer.add(5, Buffer.from('b')), RangeError);
  writer.finish(DESCRIPTION);
});
