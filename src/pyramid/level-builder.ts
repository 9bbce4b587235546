import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TileMatrix } from '../catalogue/tile-matrix-sets.js';
import { levelStorage, type TileLimits } from './descriptor.js';
import { MASK_FORMAT, rasterFormat } from './formats.js';
import { rasterHeader, type SlabKind } from './raster-header.js';
import { SlabAssembly } from './slab-assembly.js';
import { type Cell, slabOf, slabPath, type SlabSize, tileIndexOf } from './slab-names.js';
import { encodeTile } from './tile-codec.js';
import { blankPixels, type PixelKind, QuarteredTile, type TilePixels } from './tile-pixels.js';

/** What the levels of a raster pyramid under way have in common. */
export interface PyramidContext {
  /** Folder of the descriptor that will be. */
  readonly root: string;
  readonly name: string;
  readonly kind: PixelKind;
  readonly photometric: SlabKind['photometric'];
  readonly size: SlabSize;
  /** Whether masks are kept. */
  readonly masks: boolean;
  /** Folder of what is not kept. */
  readonly folder: string;
  /** Told of each slab that is finished. */
  readonly onSlab: (level: string) => void;
}

/** A slab that was written: path below the folder of the pyramid, `DATA/12/00/32/LG.tif`, and its bytes. */
export interface WrittenSlab {
  readonly path: string;
  readonly bytes: number;
}

interface OpenSlab {
  readonly data: SlabAssembly;
  readonly mask: SlabAssembly | null;
}

/**
 * A level of a raster pyramid under way: takes every tile of its slabs, in any order, writes them, and makes those of
 * the level above out of them. For a process of its own.
 */
export class LevelBuilder {
  readonly written: WrittenSlab[] = [];
  private readonly open = new Map<string, OpenSlab>();
  /** Tiles that wait for more of those below: what they hold so far, and how many are still to come. */
  private readonly quartered = new Map<string, { tile: QuarteredTile | null; left: number }>();
  private readonly blank: Promise<{ data: Buffer; mask: Buffer }>;
  private readonly fullMask: Promise<Buffer>;

  /**
   * @param slabs keys of the slabs of this level, see {@link cellKey}
   * @param below the level that this one is halved from, or `null`
   */
  constructor(
    private readonly context: PyramidContext,
    readonly level: TileMatrix,
    readonly limits: TileLimits,
    readonly slabs: ReadonlySet<string>,
    private readonly below: LevelBuilder | null,
  ) {
    const { kind } = context;
    const mask = (value: number) =>
      encodeTile(maskKind(kind), new Uint8Array(kind.tileWidth * kind.tileHeight).fill(value));
    this.blank = Promise.all([encodeTile(kind, blankPixels(kind)), mask(0)]).then(([data, empty]) => ({
      data,
      mask: empty,
    }));
    this.fullMask = mask(255);
  }

  private above: LevelBuilder | null = null;

  /** Has the tiles of this level halved into those of another. */
  feed(above: LevelBuilder): void {
    this.above = above;
  }

  /**
   * Ends the level.
   * @throws Error when a slab lacks tiles
   */
  finish(): void {
    if (this.open.size > 0 || this.quartered.size > 0) {
      throw new Error(`level ${this.level.id}: ${this.open.size} slabs lack tiles`);
    }
  }

  /**
   * Takes a tile, `null` for one without data; each tile of each slab once. Resolves when it is encoded, and those
   * above that it completes.
   */
  async put(cell: Cell, tile: TilePixels | null): Promise<void> {
    const completed = this.above?.receive(cell, tile) ?? null;
    const { kind, masks } = this.context;
    const [data, mask] = await Promise.all([
      tile === null ? null : encodeTile(kind, tile.data),
      tile === null || !masks ? null : this.encodeMask(tile.mask),
    ]);
    await this.store(cell, data, mask);
    if (completed !== null) await this.above?.put(completed.cell, completed.tile);
  }

  /** Takes the tile of a quarter; gives the tile it is of when it was the last of them. */
  private receive(child: Cell, tile: TilePixels | null): { cell: Cell; tile: TilePixels | null } | null {
    const cell = { col: child.col >> 1, row: child.row >> 1 };
    const key = cellKey(cell);
    const held = this.quartered.get(key) ?? { tile: null, left: this.expected(cell) };
    if (tile !== null) {
      held.tile ??= new QuarteredTile(this.context.kind);
      held.tile.draw(tile, child.col % 2 === 1, child.row % 2 === 1);
    }
    held.left -= 1;
    if (held.left > 0) {
      this.quartered.set(key, held);
      return null;
    }
    this.quartered.delete(key);
    return { cell, tile: held.tile?.take() ?? null };
  }

  /** Number of tiles below that will come for a tile. */
  private expected({ col, row }: Cell): number {
    const { below, context } = this;
    if (below === null) return 0;
    return [0, 1, 2, 3].filter((quarter) => {
      const child = { col: 2 * col + (quarter & 1), row: 2 * row + (quarter >> 1) };
      return below.slabs.has(cellKey(slabOf(child, context.size)));
    }).length;
  }

  private encodeMask(mask: Uint8Array | null): Promise<Buffer> {
    return mask === null ? this.fullMask : encodeTile(maskKind(this.context.kind), mask);
  }

  private async store(cell: Cell, data: Buffer | null, mask: Buffer | null): Promise<void> {
    const blank = await this.blank;
    const { size, onSlab } = this.context;
    const at = slabOf(cell, size);
    const key = cellKey(at);
    const known = this.open.get(key);
    const slab = known ?? this.start(at, blank);
    if (known === undefined) await this.putOrphans(at);
    const index = tileIndexOf(cell, size);
    slab.mask?.add(index, mask);
    if (!slab.data.add(index, data)) return;
    this.open.delete(key);
    this.written.push({ path: this.pathOf('DATA', at), bytes: slab.data.finish() });
    if (slab.mask !== null) this.written.push({ path: this.pathOf('MASK', at), bytes: slab.mask.finish() });
    onSlab(this.level.id);
  }

  private start(at: Cell, blank: { data: Buffer; mask: Buffer }): OpenSlab {
    const { context } = this;
    const { kind, photometric, size, masks } = context;
    const slab = {
      data: this.assembly('DATA', at, { ...kind, photometric, size }, blank.data),
      mask: masks ? this.assembly('MASK', at, { ...maskKind(kind), photometric: 'mask', size }, blank.mask) : null,
    };
    this.open.set(cellKey(at), slab);
    return slab;
  }

  /** The tiles of a slab under which there are none, and which nobody will put. */
  private async putOrphans(slab: Cell): Promise<void> {
    if (this.below === null) return;
    for (const cell of tilesOf(slab, this.context.size)) if (this.expected(cell) === 0) await this.put(cell, null);
  }

  private assembly(type: SlabType, at: Cell, kind: SlabKind, nodata: Buffer): SlabAssembly {
    const { root, name, folder, size } = this.context;
    mkdirSync(folder, { recursive: true });
    return new SlabAssembly(
      join(root, name, this.pathOf(type, at)),
      size,
      (entries) => rasterHeader(kind, entries),
      nodata,
      join(folder, `${type}-${this.level.id}-${cellKey(at)}`),
    );
  }

  private pathOf(type: SlabType, at: Cell): string {
    const { path_depth: depth } = levelStorage(this.context.name, this.level.id);
    return `${type}/${this.level.id}/${slabPath(at, depth)}`;
  }
}

type SlabType = 'DATA' | 'MASK';

/** A cell as a key of maps and sets. */
export function cellKey({ col, row }: Cell): string {
  return `${col}-${row}`;
}

/** The tiles of a slab, in the order of its index. */
export function* tilesOf(slab: Cell, { tilesPerWidth, tilesPerHeight }: SlabSize): Generator<Cell> {
  for (let row = 0; row < tilesPerHeight; row += 1) {
    for (let col = 0; col < tilesPerWidth; col += 1) {
      yield { col: slab.col * tilesPerWidth + col, row: slab.row * tilesPerHeight + row };
    }
  }
}

const MASK_PIXELS = rasterFormat(MASK_FORMAT) ?? { encoding: 'ZIP', sample: 'UINT8' };

function maskKind({ tileWidth, tileHeight }: PixelKind) {
  return { format: MASK_PIXELS, channels: 1, tileWidth, tileHeight };
}
