import { setImmediate as yieldToEvents } from 'node:timers/promises';
import type Gdal from 'gdal-async';
import type { RecordSet } from '../csv/record-set.js';
import type { VectorFormat } from '../formats.js';
import { takeLastMessage } from '../gdal.js';
import type { TaskLog } from '../task-log.js';
import { CappedLines, type LayerBox, ogrLog, union } from './report.js';

/** How the features of a layer are read. */
export interface Reading {
  readonly layer: Gdal.Layer;
  readonly name: string;
  /** Coordinates beyond are told; `null` when none are looked at. */
  readonly domain: LayerBox | null;
  readonly declaredName: string;
  /** Filled with the features that have no geometry. */
  readonly withoutGeometry: RecordSet | null;
  readonly format: VectorFormat;
}

/** What the features of a layer are. */
export interface Features {
  readonly read: number;
  readonly unreadable: number;
  readonly box: LayerBox | null;
  readonly nulls: number;
  /** The first features without geometry. */
  readonly nullFids: readonly number[];
  readonly empties: number;
  /** Number of geometries by OGR type code. */
  readonly types: ReadonlyMap<number, number>;
}

/** Features without geometry that are named. */
const FIDS_SHOWN = 10;
/** Features read between two looks at the events of the process. */
const BATCH = 2000;
/** OGR codes of the types that are always valid: points and multiple points. */
const POINTS = new Set([1, 4]);

/**
 * Reads every feature and geometry of a layer, one at a time. Faults are told as they are met, the first ones of each
 * kind: damaged features are errors; invalid geometries and coordinates out of the domain are warnings.
 */
export async function readFeatures(reading: Reading, log: TaskLog): Promise<Features> {
  const { layer } = reading;
  const reader = new FeatureReader(reading, log);
  takeLastMessage();
  let feature = reader.next(() => layer.features.first());
  while (feature !== null) {
    reader.look(feature);
    if (reader.read % BATCH === 0) await yieldToEvents();
    feature = reader.next(() => layer.features.next());
  }
  return reader.end();
}

class FeatureReader {
  read = 0;
  private box: LayerBox | null = null;
  private nulls = 0;
  private readonly nullFids: number[] = [];
  private empties = 0;
  private readonly types = new Map<number, number>();
  private readonly unreadable: CappedLines;
  private readonly doubtful: CappedLines;
  private readonly invalid: CappedLines;
  private readonly outside: CappedLines;
  private readonly unexamined: CappedLines;

  constructor(
    private readonly reading: Reading,
    log: TaskLog,
  ) {
    const { error, warning } = ogrLog(log);
    const { name } = reading;
    this.unreadable = new CappedLines(error, `objets illisibles dans le layer ${name}`);
    this.doubtful = new CappedLines(warning, `valeurs mal lues dans le layer ${name}`);
    this.invalid = new CappedLines(warning, `géométries invalides dans le layer ${name}`);
    this.outside = new CappedLines(warning, `objets hors du domaine de validité dans le layer ${name}`);
    this.unexamined = new CappedLines(warning, `géométries non examinées dans le layer ${name}`);
  }

  /** A feature that makes the binding throw ends the reading: GDAL gives no way past it. */
  next(step: () => Gdal.Feature | null): Gdal.Feature | null {
    try {
      const feature = step();
      if (feature === null) this.takeMessage();
      return feature;
    } catch (error) {
      this.unreadable.add(`Objet illisible dans le layer ${this.reading.name} : ${(error as Error).message}`);
      return null;
    }
  }

  look(feature: Gdal.Feature): void {
    this.read += 1;
    if (!this.takeMessage(feature.fid)) return;
    let geometry: Gdal.Geometry | null;
    try {
      geometry = feature.getGeometry();
    } catch {
      // Curves and surfaces of triangles: GDAL reads them, its binding has no such classes.
      this.unexamined.add(`Géométrie d'un type non examiné dans le layer ${this.reading.name}, objet ${feature.fid}`);
      return;
    }
    if (geometry === null) {
      this.nulls += 1;
      if (this.nullFids.length < FIDS_SHOWN) this.nullFids.push(feature.fid);
      this.reading.withoutGeometry?.add(feature.fid);
      return;
    }
    const code = geometry.wkbType;
    this.types.set(code, (this.types.get(code) ?? 0) + 1);
    if (geometry.isEmpty()) this.empties += 1;
    else this.lookAt(geometry, feature.fid, code);
  }

  end(): Features {
    for (const lines of [this.unreadable, this.doubtful, this.invalid, this.outside, this.unexamined]) lines.end();
    const { read, box, nulls, nullFids, empties, types } = this;
    return { read, unreadable: this.unreadable.count, box, nulls, nullFids, empties, types };
  }

  private lookAt(geometry: Gdal.Geometry, fid: number, code: number): void {
    const { name, domain, declaredName } = this.reading;
    const { minX, minY, maxX, maxY } = geometry.getEnvelope();
    if (!(Number.isFinite(maxX - minX) && Number.isFinite(maxY - minY))) {
      this.unreadable.add(`Objet illisible dans le layer ${name}, objet ${fid} : coordonnées non finies`);
      return;
    }
    this.box = union(this.box, [minX, minY, maxX, maxY]);
    if (domain !== null && (minX < domain[0] || minY < domain[1] || maxX > domain[2] || maxY > domain[3])) {
      const corner = `${minX} ${minY}`;
      this.outside.add(
        `Coordonnées hors du domaine de validité de ${declaredName} dans le layer ${name}, objet ${fid} : ${corner}`,
      );
    }
    if (POINTS.has((code & 0xffff) % 1000) || geometry.isValid()) return;
    const reason = takeLastMessage()?.message ?? 'raison inconnue';
    this.invalid.add(`Géométrie invalide dans le layer ${name}, objet ${fid} : ${reason.trim()}`);
  }

  /** Tells what GDAL had to say of the feature it just read. @returns whether the feature is sound */
  private takeMessage(fid?: number): boolean {
    const last = takeLastMessage();
    if (last === null) return true;
    const { name, format } = this.reading;
    // GeoJSON is read ahead: the message may be about another feature.
    const where = ` dans le layer ${name}${fid === undefined || format === 'GeoJSON' ? '' : `, objet ${fid}`}`;
    // What a CSV lacks is an error of its own, told with its line: see `checkCsvRecords`.
    if (last.isError && format !== 'CSV') {
      this.unreadable.add(`Objet illisible${where} : ${last.message}`);
      return false;
    }
    this.doubtful.add(`Valeur mal lue${where} : ${last.message}`);
    return true;
  }
}
