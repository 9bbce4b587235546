import { inflateSync } from 'node:zlib';

/** A decoded image. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and alpha (0 to 255) of a pixel counted from the upper left corner. */
  pixel(x: number, y: number): readonly number[];
  /** `#rrggbb`, with `aa` behind when the pixel is not opaque. */
  color(x: number, y: number): string;
  /** How many pixels have exactly this {@link color}. */
  count(color: string): number;
}

/** Decodes a PNG of 8 bits per channel, RGB or RGBA, not interlaced (ISO/IEC 15948). */
export function readPng(bytes: Buffer): Picture {
  const width = bytes.readUInt32BE(16);
  const height = bytes.readUInt32BE(20);
  const channels = { 2: 3, 6: 4 }[bytes[25] ?? 0];
  if (bytes.toString('latin1', 1, 4) !== 'PNG' || bytes[24] !== 8 || channels === undefined || bytes[28] !== 0) {
    throw new Error('not a PNG of 8 bits RGB or RGBA');
  }
  const rows = unfilter(inflateSync(joinData(bytes)), width * channels, channels);
  const pixel = (x: number, y: number): number[] => {
    const at = y * width * channels + x * channels;
    return channels === 4 ? [...rows.subarray(at, at + 4)] : [...rows.subarray(at, at + 3), 255];
  };
  const color = (x: number, y: number): string => {
    const [red = 0, green = 0, blue = 0, alpha = 0] = pixel(x, y);
    const hex = (alpha === 255 ? [red, green, blue] : [red, green, blue, alpha]).map((v) =>
      v.toString(16).padStart(2, '0'),
    );
    return `#${hex.join('')}`;
  };
  return {
    width,
    height,
    pixel,
    color,
    count(wanted) {
      let found = 0;
      for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) if (color(x, y) === wanted) found += 1;
      return found;
    },
  };
}

function joinData(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(bytes.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return Buffer.concat(parts);
}

/** Undoes the row filters (ISO/IEC 15948 §9). */
function unfilter(data: Buffer, stride: number, step: number): Buffer {
  const rows = Buffer.alloc((data.length / (stride + 1)) * stride);
  for (let from = 0, to = 0; from < data.length; from += stride + 1, to += stride) {
    const filter = data[from];
    for (let i = 0; i < stride; i += 1) {
      const left = i >= step ? (rows[to + i - step] ?? 0) : 0;
      const up = to > 0 ? (rows[to + i - stride] ?? 0) : 0;
      const corner = i >= step && to > 0 ? (rows[to + i - stride - step] ?? 0) : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0;
      rows[to + i] = ((data[from + 1 + i] ?? 0) + predicted) & 255;
    }
  }
  return rows;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
