import { sampleBytes } from './formats.js';
import { COMPRESSIONS, type SlabKind } from './raster-header.js';

const SHORT = 3;
const LONG = 4;
const ENTRY = 12;
/** Where the list of tags starts: its length on two bytes, then the tags, then four zero bytes. */
const TAGS_AT = 8;

type TileKind = Pick<SlabKind, 'format' | 'channels' | 'photometric' | 'tileWidth' | 'tileHeight'>;

/**
 * What makes a TIFF of a tile when it is put before its bytes, which are its only strip: the tiles of pyramids have no
 * header of their own.
 * @param size bytes of the tile
 */
export function tiffTileHeader(kind: TileKind, size: number): Buffer {
  const { format, channels, photometric, tileWidth, tileHeight } = kind;
  const bits = 8 * sampleBytes(format);
  const tags: [tag: number, type: number, count: number, value: number | 'bits' | 'start'][] = [
    [256, SHORT, 1, tileWidth],
    [257, SHORT, 1, tileHeight],
    [258, SHORT, channels, channels === 1 ? bits : 'bits'],
    [259, SHORT, 1, COMPRESSIONS[format.encoding]],
    [262, SHORT, 1, photometric === 'rgb' ? 2 : 1],
    [273, LONG, 1, 'start'],
    [277, SHORT, 1, channels],
    [278, SHORT, 1, tileHeight],
    [279, LONG, 1, size],
    [284, SHORT, 1, 1],
    ...(channels % 2 === 0 ? [[338, SHORT, 1, 2] as [number, number, number, number]] : []),
    // One number stands for all the channels.
    [339, SHORT, 1, format.sample === 'FLOAT32' ? 3 : 1],
  ];
  const bitsAt = TAGS_AT + 2 + ENTRY * tags.length + 4;
  const header = Buffer.alloc(bitsAt + 2 * channels);
  const places = { bits: channels === 2 ? bits + bits * 65_536 : bitsAt, start: header.length };
  header.write('II', 0, 'latin1');
  header.writeUInt16LE(42, 2);
  header.writeUInt32LE(TAGS_AT, 4);
  header.writeUInt16LE(tags.length, TAGS_AT);
  tags.forEach(([tag, type, count, value], at) => {
    const position = TAGS_AT + 2 + ENTRY * at;
    header.writeUInt16LE(tag, position);
    header.writeUInt16LE(type, position + 2);
    header.writeUInt32LE(count, position + 4);
    header.writeUInt32LE(typeof value === 'number' ? value : places[value], position + 8);
  });
  for (let channel = 0; channel < channels; channel += 1) header.writeUInt16LE(bits, bitsAt + 2 * channel);
  return header;
}
