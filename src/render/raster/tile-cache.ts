import type { PixelArray } from '../../pyramid/tile-codec.js';

/** Decoded tiles, `null` for those that are not there, as many as fit in a number of bytes: the last used stay. */
export class TileCache {
  private readonly tiles = new Map<string, PixelArray | null>();
  private bytes = 0;

  constructor(private readonly capacity: number) {}

  get(key: string): PixelArray | null | undefined {
    const tile = this.tiles.get(key);
    if (tile === undefined) return undefined;
    this.tiles.delete(key);
    this.tiles.set(key, tile);
    return tile;
  }

  set(key: string, tile: PixelArray | null): void {
    this.forget(key);
    this.tiles.set(key, tile);
    this.bytes += sizeOf(tile);
    for (const oldest of this.tiles.keys()) {
      if (this.bytes <= this.capacity) return;
      this.forget(oldest);
    }
  }

  private forget(key: string): void {
    const tile = this.tiles.get(key);
    if (tile === undefined) return;
    this.tiles.delete(key);
    this.bytes -= sizeOf(tile);
  }
}

/** Names and entries cost a little too: absent tiles must not pile up. */
const ENTRY = 200;

function sizeOf(tile: PixelArray | null): number {
  return ENTRY + (tile?.byteLength ?? 0);
}
