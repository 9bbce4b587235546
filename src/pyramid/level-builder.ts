import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { TileMatrix } from '../catalogue/tile-matrix-sets.js';
import { levelStorage, type TileLimits } from './descriptor.js';
import { MASK_KIND } from './formats.js';
import { unionLimits } from './grid.js';
import { rasterHeader, type SlabKind } from './raster-header.js';
import { RasterLevel, type RasterSlab, type WrittenSlab } from './raster-level.js';
import { SlabAssembly } from './slab-assembly.js';
import {
  type Cell,
  cellKey,
  listedPath,
  slabOf,
  type SlabSize,
  type SlabType,
  tileIndexOf,
  tilesOf,
} from './slab-names.js';
import { encodeTile } from './tile-codec.js';
import { blankPixels, overlay, type PixelKind, QuarteredTile, type TilePixels } from './tile-pixels.js';

/** What the levels of a raster pyramid under way have in common. */
export interface PyramidContext {
  /** Folder of the descriptor that will be. */
  readonly root: string;
  readonly name: string;
  readonly kind: PixelKind;
  readonly photometric: SlabKind['photometric'];
  /** Size of the slabs of levels that are new. */
  readonly size: SlabSize;
  /** Whether masks are kept. */
  readonly masks: boolean;
  /** Folder of what is not kept. */
  readonly folder: string;
  /** Told of each slab that is finished. */
  readonly onSlab: (level: string) => void;
}

interface OpenSlab {
  readonly data: SlabAssembly;
  readonly mask: SlabAssembly | null;
  /** What it was. */
  readonly former: RasterSlab | null;
}

/** A level that is to be made. */
export interface BuiltLevel {
  readonly level: TileMatrix;
  /** Tiles made. */
  readonly limits: TileLimits;
  /** Slabs made, whole: keys of them, see {@link cellKey}. */
  readonly slabs: ReadonlySet<string>;
  /** The level that this one is halved from, or `null`. */
  readonly below: LevelBuilder | null;
  /**
   * The level as it was, or `null`. It lies under what is made: a tile that is put with holes shows it through them, one
   * that is not put (`null`) stays as it was, byte for byte, and slabs that are not made are kept without a copy.
   */
  readonly former: RasterLevel | null;
  /** Whether the level is read again when it is finished: its masks are put aside then, if the pyramid keeps none. */
  readonly isRead: boolean;
}

/**
 * A level of a raster pyramid under way: takes every tile of its slabs, in any order, writes them, and makes those of
 * the level above out of them. For a process of its own.
 */
export class LevelBuilder {
  readonly level: TileMatrix;
  readonly slabs: ReadonlySet<string>;
  readonly size: SlabSize;
  /** Tiles that may exist: those made, and those there were. */
  readonly limits: TileLimits;
  readonly written: WrittenSlab[] = [];
  private readonly below: LevelBuilder | null;
  private readonly former: RasterLevel | null;
  /** Folder of the masks, `null` for none: that of the slabs, or one of what is not kept. */
  private readonly maskFolder: string | null;
  private readonly open = new Map<string, OpenSlab>();
  /** Tiles that wait for more of those below: what they hold so far, and how many are still to come. */
  private readonly quartered = new Map<string, { tile: QuarteredTile | null; left: number }>();
  private readonly blank: Promise<{ data: Buffer; mask: Buffer }>;
  private readonly fullMask: Promise<Buffer>;

  constructor(
    private readonly context: PyramidContext,
    { level, limits, slabs, below, former, isRead }: BuiltLevel,
  ) {
    this.level = level;
    this.slabs = slabs;
    this.below = below;
    this.former = former;
    this.size = former?.size ?? context.size;
    this.limits = former === null ? limits : unionLimits([limits, former.limits]);
    const { kind, root, name, folder, masks } = context;
    this.maskFolder = masks ? join(root, name) : isRead ? join(folder, 'masques') : null;
    const mask = (value: number) =>
      encodeTile({ ...kind, ...MASK_KIND }, new Uint8Array(kind.tileWidth * kind.tileHeight).fill(value));
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
   * Ends the level: keeps the slabs of the former one that were not made.
   * @throws Error when a slab lacks tiles
   */
  finish(): void {
    if (this.open.size > 0 || this.quartered.size > 0) {
      throw new Error(`level ${this.level.id}: ${this.open.size} slabs lack tiles`);
    }
    const { root, name } = this.context;
    for (const slab of this.former?.slabs() ?? []) {
      if (!this.slabs.has(cellKey(slab))) this.written.push(...(this.former?.keep(slab, join(root, name)) ?? []));
    }
  }

  /** The finished level, to be read; see {@link BuiltLevel.isRead}. */
  read(): RasterLevel {
    const { root, name, kind } = this.context;
    const storage = levelStorage(name, this.level.id);
    const masks =
      this.maskFolder === null ? {} : { mask_directory: join(relative(root, this.maskFolder), 'MASK', this.level.id) };
    const { tilesPerWidth: tiles_per_width, tilesPerHeight: tiles_per_height } = this.size;
    const size = { tiles_per_width, tiles_per_height, tile_limits: this.limits };
    return new RasterLevel(root, { id: this.level.id, ...size, storage: { ...storage, ...masks } }, kind);
  }

  /**
   * Takes a tile, `null` for one without data, or which stays as it was; each tile of each slab once. Resolves when it
   * is encoded, and those above that it completes.
   * @throws UnreadableSlabError for a tile of the former level
   */
  async put(cell: Cell, tile: TilePixels | null): Promise<void> {
    const slab = await this.slabAt(cell);
    const whole = tile === null ? null : await this.over(slab, cell, tile);
    const completed = this.above?.receive(cell, whole) ?? null;
    if (whole === null) {
      this.store(slab, cell, slab.former?.tile(cell).data ?? null, await this.maskThatStays(slab, cell));
    } else {
      const [data, mask] = await Promise.all([
        encodeTile(this.context.kind, whole.data),
        slab.mask === null ? null : this.encodeMask(whole.mask),
      ]);
      this.store(slab, cell, data, mask);
    }
    if (completed !== null) await this.above?.put(completed.cell, completed.tile);
  }

  /** A tile over what it was, which is read only if it shows. */
  private async over({ former }: OpenSlab, cell: Cell, tile: TilePixels): Promise<TilePixels> {
    const under = tile.mask === null || former === null ? null : await former.pixels(cell);
    return under === null ? tile : overlay(this.context.kind, tile, under);
  }

  private async maskThatStays({ former, mask }: OpenSlab, cell: Cell): Promise<Buffer | null> {
    const stays = former?.tile(cell);
    if (!stays?.data || mask === null || stays.mask !== null) return stays?.mask ?? null;
    if (this.context.masks) return this.fullMask;
    const pixels = (await former?.pixels(cell)) ?? null;
    return pixels && this.encodeMask(pixels.mask);
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
    const { below } = this;
    if (below === null) return 0;
    return [0, 1, 2, 3].filter((quarter) => {
      const child = { col: 2 * col + (quarter & 1), row: 2 * row + (quarter >> 1) };
      return below.slabs.has(cellKey(slabOf(child, below.size)));
    }).length;
  }

  private encodeMask(mask: Uint8Array | null): Promise<Buffer> {
    return mask === null ? this.fullMask : encodeTile({ ...this.context.kind, ...MASK_KIND }, mask);
  }

  /** The slab of a tile, under way. */
  private async slabAt(cell: Cell): Promise<OpenSlab> {
    const blank = await this.blank;
    const at = slabOf(cell, this.size);
    const known = this.open.get(cellKey(at));
    if (known !== undefined) return known;
    const slab = this.start(at, blank);
    await this.putOrphans(at);
    return slab;
  }

  private start(at: Cell, blank: { data: Buffer; mask: Buffer }): OpenSlab {
    const { kind, photometric, root, name } = this.context;
    const { maskFolder } = this;
    const shared = { ...kind, photometric, size: this.size };
    const slab = {
      data: this.assembly(join(root, name), 'DATA', at, shared, blank.data),
      mask:
        maskFolder === null
          ? null
          : this.assembly(maskFolder, 'MASK', at, { ...shared, ...MASK_KIND, photometric: 'mask' }, blank.mask),
      former: this.former?.open(at) ?? null,
    };
    this.open.set(cellKey(at), slab);
    return slab;
  }

  /** The tiles of a slab under which there are none, and which nobody will put. */
  private async putOrphans(slab: Cell): Promise<void> {
    if (this.below === null) return;
    for (const cell of tilesOf(slab, this.size)) if (this.expected(cell) === 0) await this.put(cell, null);
  }

  private store(slab: OpenSlab, cell: Cell, data: Buffer | null, mask: Buffer | null): void {
    const index = tileIndexOf(cell, this.size);
    slab.mask?.add(index, mask);
    if (!slab.data.add(index, data)) return;
    const at = slabOf(cell, this.size);
    this.open.delete(cellKey(at));
    slab.former?.close();
    this.written.push({ path: listedPath('DATA', this.level.id, at), bytes: slab.data.finish() });
    const maskBytes = slab.mask?.finish() ?? 0;
    if (this.context.masks) this.written.push({ path: listedPath('MASK', this.level.id, at), bytes: maskBytes });
    this.context.onSlab(this.level.id);
  }

  private assembly(slabs: string, type: SlabType, at: Cell, kind: SlabKind, nodata: Buffer): SlabAssembly {
    const { folder } = this.context;
    mkdirSync(folder, { recursive: true });
    return new SlabAssembly(
      join(slabs, listedPath(type, this.level.id, at)),
      this.size,
      (entries) => rasterHeader(kind, entries),
      nodata,
      join(folder, `${type}-${this.level.id}-${cellKey(at)}`),
    );
  }
}
