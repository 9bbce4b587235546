/** How features become tiles; see tippecanoe-options.ts for how a producer says it. */
export interface TileOptions {
  /** Farthest a line may move from its place, in units of the grid of its level; 0 for no simplification. */
  readonly simplification: number;
  /** Whether the bottom level is simplified too. */
  readonly simplifyBottom: boolean;
  /** Units of the grid of a tile, at the bottom level and above it. */
  readonly fullExtent: number;
  readonly lowExtent: number;
  /** Margin of a tile, in 256ths of its side. */
  readonly buffer: number;
  /** Whether features too small to be seen join instead of being drawn. */
  readonly joinTiny: boolean;
  /** Points: one in so many is kept at each level above the base one; `null`: one for each cell of two pixels. */
  readonly pointDrop: { readonly rate: number; readonly baseLevel: number | null } | null;
  readonly maxBytes: number;
  readonly maxFeatures: number;
  /** Attributes left out, or the only ones kept. */
  readonly excluded: ReadonlySet<string>;
  readonly included: ReadonlySet<string> | null;
}

export const DEFAULT_TILE_OPTIONS: TileOptions = {
  simplification: 1,
  simplifyBottom: true,
  fullExtent: 4096,
  lowExtent: 4096,
  buffer: 5,
  joinTiny: true,
  pointDrop: null,
  maxBytes: 500_000,
  maxFeatures: 200_000,
  excluded: new Set(),
  included: null,
};

/** Units of a tile of a level, in tiles whose finest level is `bottom`. */
export function extentAt({ fullExtent, lowExtent }: TileOptions, zoom: number, bottom: number): number {
  return zoom === bottom ? fullExtent : lowExtent;
}
