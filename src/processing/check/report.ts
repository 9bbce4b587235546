import type Gdal from 'gdal-async';
import { logFrom, type TaskLog } from '../task-log.js';

/** What the parts of "Vérification vecteur" share: what they are given, what they return, how they tell it. */

/** A rectangle in the reference system of the layer, x (east or longitude) first. */
export type LayerBox = readonly [minX: number, minY: number, maxX: number, maxY: number];

/** One check of one upload. */
export interface CheckRun {
  readonly log: TaskLog;
  /** Reference system that the producer declared, and how they spell it; `null` when nobody knows it. */
  readonly declared: Gdal.SpatialReference | null;
  readonly declaredName: string;
  /** Where coordinates of that system make sense; `null` when that is not known. */
  readonly domain: LayerBox | null;
}

/** A table that an integration would make. */
export interface DeliveredTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly hasGeometry: boolean;
  /** Path of the file that gives it. */
  readonly path: string;
}

/** What the check of a file, or of a layer, found. */
export interface FileReport {
  readonly passed: boolean;
  /** Boxes of the layers that hold geometries. */
  readonly boxes: readonly LayerBox[];
  readonly tables: readonly DeliveredTable[];
}

/** The log of what concerns a file. */
export const coreLog = (log: TaskLog) => logFrom(log, 'core', 179);

/** The log of what concerns a layer. */
export const ogrLog = (log: TaskLog) => logFrom(log, 'checks_ogr', 342);

/** Faults of one kind that are told one by one. */
const SHOWN = 10;

/** Tells the first faults of a kind, then how many others there are. */
export class CappedLines {
  count = 0;

  /** @param rest what follows "… et N autres": `géométries invalides dans le layer x` */
  constructor(
    private readonly write: (message: string) => void,
    private readonly rest: string,
  ) {}

  add(message: string): void {
    this.count += 1;
    if (this.count <= SHOWN) this.write(message);
  }

  /** To be called once, after the last. */
  end(): void {
    if (this.count > SHOWN) this.write(`… et ${this.count - SHOWN} autres ${this.rest}`);
  }
}

/** Tells a list, cut like {@link CappedLines}. */
export function tellAll(write: (message: string) => void, messages: readonly string[], rest: string): void {
  const lines = new CappedLines(write, rest);
  for (const message of messages) lines.add(message);
  lines.end();
}

/** The smallest box that holds both. */
export function union(box: LayerBox | null, other: LayerBox): LayerBox {
  if (box === null) return other;
  return [
    Math.min(box[0], other[0]),
    Math.min(box[1], other[1]),
    Math.max(box[2], other[2]),
    Math.max(box[3], other[3]),
  ];
}
