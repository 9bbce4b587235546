import type Gdal from 'gdal-async';
import { gdal } from './gdal.js';

/** A GDAL command as data: what is run, on what, into what. */
export interface GdalCommand {
  readonly utility: 'vectorTranslate';
  readonly args: readonly string[];
  /** Path of what the command writes. */
  readonly output: string;
}

/** Names that the dump of a layer uses, which no field can have once in the database. */
export const DUMP_NAMES = { geometry: '__geopf_geometry__', key: '__geopf_key__', table: 'dump' } as const;

/** Coordinates of a geometry: altitude, measure. */
export type Dimension = 'XY' | 'XYZ' | 'XYM' | 'XYZM';

/** How the features of a layer are to be written. */
export interface DumpRequest {
  readonly layer: string;
  /** EPSG code of the geometries written. */
  readonly srid: number;
  /** Reference system of the file, when the layer declares none; only with `targetSrs`. */
  readonly sourceSrs?: string;
  /** Reprojects to this system. */
  readonly targetSrs?: string;
  /** Overrides the declared geometry type; curves become lines whatever it is. */
  readonly geometryType?: 'PROMOTE_TO_MULTI' | 'GEOMETRY' | 'MULTIPOLYGON';
  /** Coordinates written, whatever the layer declares. */
  readonly dimension?: Dimension;
  /** Writes the identifiers of the features; without it the database numbers the rows. */
  readonly keepFid: boolean;
  /** Writes empty texts as missing values. */
  readonly emptyAsNull?: boolean;
  readonly output: string;
}

/**
 * The command that writes a layer as PostgreSQL text: definition of the table, then rows for COPY. Names are left as
 * they are: only the order of the columns counts.
 */
export function dumpCommand(request: DumpRequest): GdalCommand {
  // The layer is a bare argument: one that looks like an option must not become one.
  if (request.layer.startsWith('-')) throw new Error(`a layer name cannot start with a dash: ${request.layer}`);
  return {
    utility: 'vectorTranslate',
    args: [
      ...['-f', 'PGDUMP'],
      ...layerOptions({
        SRID: String(request.srid),
        GEOMETRY_NAME: DUMP_NAMES.geometry,
        FID: DUMP_NAMES.key,
        LAUNDER: 'NO',
        SPATIAL_INDEX: 'NONE',
        CREATE_SCHEMA: 'NO',
        DROP_TABLE: 'NO',
      }),
      ...['-nln', DUMP_NAMES.table],
      ...(request.keepFid ? ['-preserve_fid'] : ['-unsetFid']),
      // Widths would turn whole numbers into decimals, and cut long texts without a word.
      ...['-unsetDefault', '-forceNullable', '-unsetFieldWidth'],
      ...(request.emptyAsNull === true ? ['-emptyStrAsNull'] : []),
      ...['-nlt', 'CONVERT_TO_LINEAR'],
      ...(request.geometryType === undefined ? [] : ['-nlt', request.geometryType]),
      ...(request.dimension === undefined ? [] : ['-dim', request.dimension]),
      ...(request.sourceSrs === undefined ? [] : ['-s_srs', request.sourceSrs]),
      ...(request.targetSrs === undefined ? [] : ['-t_srs', request.targetSrs]),
      request.layer,
    ],
    output: request.output,
  };
}

function layerOptions(options: Readonly<Record<string, string>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => ['-lco', `${name}=${value}`]);
}

/** A command that GDAL gave up; the message is GDAL's. */
export class GdalCommandError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'GdalCommandError';
  }
}

/**
 * Runs a command on an opened dataset, on a thread of libuv: the event loop stays free. The output is complete when
 * this resolves.
 * @throws GdalCommandError
 */
export async function runCommand(command: GdalCommand, source: Gdal.Dataset): Promise<void> {
  try {
    const output = await gdal.vectorTranslateAsync(command.output, source, [...command.args]);
    output.close();
  } catch (error) {
    throw new GdalCommandError((error as Error).message);
  }
}
