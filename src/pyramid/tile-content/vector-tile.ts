/** Structure of vector tiles (Mapbox Vector Tile 2): protobuf messages, read without keeping anything. */

const LAYERS = 3;
const LAYER_NAME = 1;
const LAYER_FEATURES = 2;
const FEATURE_GEOMETRY = 4;

class BrokenTileError extends Error {}

interface Field {
  readonly number: number;
  /** Of a field that holds bytes: text, a list or another message. */
  readonly bytes: Buffer | null;
}

/** What is wrong with a vector tile, in French, or `null`. */
export function vectorTileFault(tile: Buffer): string | null {
  if (tile[0] === 0x1f && tile[1] === 0x8b) return 'est compressée par gzip : elle doit être brute';
  try {
    const names = new Set<string>();
    for (const { number, bytes } of fieldsOf(tile)) {
      if (number !== LAYERS) continue;
      const name = layerName(bytes);
      if (names.has(name)) return `a plusieurs couches ${name}`;
      names.add(name);
    }
    return null;
  } catch (error) {
    if (error instanceof BrokenTileError) return "n'est pas une tuile vecteur lisible";
    throw error;
  }
}

function layerName(layer: Buffer | null): string {
  let name: string | null = null;
  for (const { number, bytes } of fieldsOf(layer)) {
    if (number === LAYER_NAME && bytes !== null) name = bytes.toString('utf8');
    if (number !== LAYER_FEATURES) continue;
    const numbers = [...fieldsOf(bytes)].map((field) => field.number);
    if (!numbers.includes(FEATURE_GEOMETRY)) throw new BrokenTileError();
  }
  if (name === null) throw new BrokenTileError();
  return name;
}

function* fieldsOf(message: Buffer | null): Generator<Field> {
  if (message === null) throw new BrokenTileError();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 10; shift += 1) {
      const byte = message[at];
      if (byte === undefined) break;
      at += 1;
      value += (byte & 0x7f) * 2 ** (7 * shift);
      if (byte < 0x80) return value;
    }
    throw new BrokenTileError();
  };
  const skip = (length: number): Buffer => {
    if (at + length > message.length) throw new BrokenTileError();
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const [number, type] = [Math.floor(key / 8), key % 8];
    if (number === 0) throw new BrokenTileError();
    if (type === 2) yield { number, bytes: skip(varint()) };
    else {
      if (type === 0) varint();
      else if (type === 1) skip(8);
      else if (type === 5) skip(4);
      else throw new BrokenTileError();
      yield { number, bytes: null };
    }
  }
}
