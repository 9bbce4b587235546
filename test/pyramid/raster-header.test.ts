import { createHash } from 'node:crypto';
import t from 'tap';
import { rasterHeader, type SlabKind } from '../../src/pyramid/raster-header.js';
import { type TileEntry } from '../../src/pyramid/slab-format.js';

const SQUARE = (side: number) => ({ tilesPerWidth: side, tilesPerHeight: side });
const ENTRIES = (count: number): TileEntry[] => Array.from({ length: count }, () => ({ offset: 0, size: 7 }));

function digest(kind: SlabKind, count: number): string {
  return createHash('sha256')
    .update(rasterHeader(kind, ENTRIES(count)))
    .digest('hex');
}

void t.test('headers are those that the platform writes, byte for byte', async (t) => {
  const png: SlabKind = {
    format: { encoding: 'PNG', sample: 'UINT8' },
    channels: 4,
    photometric: 'rgb',
    tileWidth: 256,
    tileHeight: 256,
    size: SQUARE(16),
  };
  t.equal(digest(png, 256), '2b44d64693dddf518cb1dd168b697d5c6b53da6d4272f13d3122dfc0a188db3a');
  const floats: SlabKind = {
    ...png,
    format: { encoding: 'ZIP', sample: 'FLOAT32' },
    channels: 1,
    photometric: 'gray',
    size: SQUARE(2),
  };
  t.equal(digest(floats, 4), '4c0e5d6c90f382f082fab055cf375a34d87deb4090a1b20f662818b8be4c0048');
});

void t.test('JPEG slabs say how their colours are coded', async (t) => {
  const header = rasterHeader(
    {
      format: { encoding: 'JPG90', sample: 'UINT8' },
      channels: 3,
      photometric: 'rgb',
      tileWidth: 256,
      tileHeight: 256,
      size: SQUARE(1),
    },
    ENTRIES(1),
  );
  t.equal(header.readUInt16LE(16), 12, 'tags');
  t.equal(header.readUInt32LE(66 + 8), 6, 'photometric');
  t.equal(header.readUInt32LE(134), 7, 'the size of the only tile');
  t.same([header.readUInt16LE(150), header.readUInt16LE(158), header.readUInt16LE(160)], [530, 2, 2]);
});
