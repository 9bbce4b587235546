import type { ArchiveFile, CheckOutcome, ExecutionOutcome } from '../../domain/outcomes.js';
import type { Area } from '../../domain/area.js';
import type { Harvest } from '../../domain/harvest-parameters.js';
import type { CompositionItem } from '../../domain/tile-composition.js';
import type { HarvestLimits } from '../../processing/harvest/wms-client.js';
import type { RasterCheckResult } from '../../processing/raster/raster-check.js';
import type { Rok4CheckInput, Rok4CheckResult } from '../../processing/rok4/rok4-check.js';
import type { VectorCheckResult } from '../../processing/vector-check.js';
import type { TaskLogEntry } from '../../processing/task-log.js';
import type { DeliveredFile } from '../../processing/upload-tree.js';

/** What runs in the child process of a job: its name, what it is given and what it returns. Plain data, for IPC. */
export interface Tasks {
  'standard-check': {
    input: { upload: { id: string; files: readonly DeliveredFile[] } };
    result: CheckOutcome['status'];
  };
  'archive-check': {
    input: { upload: { id: string; files: readonly DeliveredFile[] } };
    result: CheckOutcome['status'];
  };
  'vector-check': {
    /** `folder`: an empty folder of the job. */
    input: { upload: { id: string; srs: string; files: readonly DeliveredFile[] }; folder: string };
    result: VectorCheckResult;
  };
  'raster-check': {
    /** `folder`: an empty folder of the job. */
    input: { upload: { id: string; srs: string; files: readonly DeliveredFile[] }; folder: string };
    result: RasterCheckResult;
  };
  'rok4-check': { input: { upload: Rok4CheckInput }; result: Rok4CheckResult };
  'vector-to-db': { input: VectorToDbInput; result: ExecutionOutcome };
  'db-to-db': { input: DbToDbInput; result: ExecutionOutcome };
  'db-to-pyramid': { input: DbToPyramidInput; result: ExecutionOutcome };
  pmtiles: { input: PmtilesInput; result: ExecutionOutcome };
  'archive-to-archive': { input: ArchiveToArchiveInput; result: ExecutionOutcome };
  'raster-to-pyramid': { input: RasterToPyramidInput; result: ExecutionOutcome };
  'rok4-to-pyramid': { input: Rok4ToPyramidInput; result: ExecutionOutcome };
  'pyramids-to-pyramid': { input: PyramidsToPyramidInput; result: ExecutionOutcome };
  'wms-to-pyramid': { input: WmsToPyramidInput; result: ExecutionOutcome };
}

export type TaskName = keyof Tasks;
export type TaskInput<Name extends TaskName> = Tasks[Name]['input'];
export type TaskResult<Name extends TaskName> = Tasks[Name]['result'];

/** How a task reaches the database. */
export interface TaskDatabase {
  readonly databaseUrl: string;
  /** Name of the connections of this job, by which they are found when it must stop. */
  readonly applicationName: string;
}

/** Everything the integration needs to know; see the handler for where it comes from. */
export interface VectorToDbInput extends TaskDatabase {
  readonly executionId: string;
  readonly uploads: readonly { id: string; srs: string; files: readonly DeliveredFile[] }[];
  readonly schema: string;
  readonly role: string;
  /** The schema is to be made; else its tables are added to. */
  readonly isNew: boolean;
  /** Reference system of the stored data, as its producer spells it. */
  readonly srs: string;
  /** Database names of the tables whose geometries are stored as multi. */
  readonly multigeomTables: readonly string[];
  /** Kinds of change files that are applied; the others are passed over. */
  readonly changes: readonly ('delete' | 'update')[];
  /** An empty folder of the job. */
  readonly folder: string;
  /** Longest statement of the delivered SQL, milliseconds. */
  readonly sqlTimeoutMs: number;
  /** Nothing is committed before this time (epoch milliseconds): PROGRESS then lasts as TIMING says. */
  readonly notBefore: number;
}

/** A VECTOR-DB that tiles are made of. */
export interface TileTaskInput extends TaskDatabase {
  readonly schema: string;
  /** SRID of geometries that do not say theirs. */
  readonly srid: number;
  /** Role that reads the tables, or `null` when there is none. */
  readonly role: string | null;
  readonly composition: readonly CompositionItem[];
  /** Nothing is made outside. */
  readonly area: Area;
  /** Options of tippecanoe, as the producer wrote them. */
  readonly tippecanoe: string;
  /** An empty folder of the job, for what is not kept. */
  readonly folder: string;
  /** Another one: the files made. */
  readonly files: string;
}

/** A pyramid on the disk. */
export interface StoredPyramid {
  /** Folder of its descriptor. */
  readonly root: string;
  readonly name: string;
  readonly extent: unknown;
}

/** Where a pyramid is made. */
export interface PyramidOutput {
  readonly name: string;
  /** Where the files will be found: an absolute path. */
  readonly finalRoot: string;
  /** An empty folder of the job: the files made. */
  readonly files: string;
}

/** How a pyramid is made that may lie over another one. */
export interface PyramidUpdate extends PyramidOutput {
  readonly tilesPerWidth: number;
  readonly tilesPerHeight: number;
  /** The pyramid whose tiles stay where none are made; `null` for a first generation. */
  readonly former: StoredPyramid | null;
  /** Ids of the stored data it refers to. */
  readonly uses: readonly string[];
}

export interface DbToPyramidInput extends TileTaskInput, PyramidUpdate {}

export interface PmtilesInput extends TileTaskInput {
  /** The bottom level of the composition is not known: it is guessed of the data. */
  readonly guessBottom: boolean;
  readonly fileName: string;
}

/** Files to put in an archive. */
export interface ArchiveToArchiveInput {
  /** Where files of one name are in several, the last one counts. */
  readonly uploads: readonly { readonly id: string; readonly srs: string; readonly files: readonly DeliveredFile[] }[];
  /** Reference system of the archive. */
  readonly srs: string;
  /** What the archive holds already: those files stay unless they are delivered again. */
  readonly former: readonly (ArchiveFile & { readonly localPath: string })[];
  /** An empty folder of the job: the files made. */
  readonly files: string;
}

/** Everything a derivation needs to know. */
export interface DbToDbInput extends TaskDatabase {
  readonly executionId: string;
  readonly schema: string;
  readonly role: string;
  /** The schema is to be made. */
  readonly isNew: boolean;
  /** Reference system that the output declares. */
  readonly srs: string;
  /** What `{{ inputs.n }}` stands for, in order. */
  readonly inputs: readonly { readonly schema: string }[];
  /** Files, in the order they are run. */
  readonly derivations: readonly { readonly name: string; readonly path: string }[];
  /** What `{{ params.x }}` stands for. */
  readonly params: Readonly<Record<string, string | number | boolean>>;
  /** Longest statement, milliseconds. */
  readonly sqlTimeoutMs: number;
  /** The role logs in no later than this (epoch milliseconds). */
  readonly deadline: number;
  /** Nothing is committed before this time (epoch milliseconds). */
  readonly notBefore: number;
}

/** A raster pyramid to make; see the runner for where each parameter comes from. */
export interface RasterToPyramidInput extends PyramidUpdate {
  readonly uploads: readonly { id: string; srs: string; files: readonly DeliveredFile[] }[];
  /** Of a first generation; an update has those of the former pyramid. */
  readonly tms: string;
  /** In small letters, as the API has it; see `tms`. */
  readonly compression: string;
  /** `null`: that of the former pyramid, else `bicubic`. */
  readonly interpolation: string | null;
  /** Ids of levels; `null`: found out. */
  readonly bottom: string | null;
  readonly top: string | null;
  /** See `tms`, as the size of slabs. */
  readonly mask: boolean;
  readonly parallelization: number;
  /** An empty folder of the job, for what is not kept. */
  readonly folder: string;
}

/** A delivered pyramid to keep. */
export interface Rok4ToPyramidInput extends PyramidOutput {
  readonly upload: { readonly id: string; readonly files: readonly DeliveredFile[] };
}

/** A WMS to harvest into a pyramid. */
export interface WmsToPyramidInput extends PyramidUpdate {
  readonly harvest: Harvest;
  readonly limits: HarvestLimits;
  readonly parallelization: number;
  /** An empty folder of the job, for what is not kept. */
  readonly folder: string;
}

/** Pyramids to lie over each other in one. */
export interface PyramidsToPyramidInput extends PyramidOutput {
  /** The one on top first. */
  readonly pyramids: readonly (StoredPyramid & { readonly id: string })[];
  /** As the producer sent them. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly parallelization: number;
}

/** Tasks whose libraries take long to load: they are given the process that was forked ahead. */
export const HEAVY_TASKS: ReadonlySet<TaskName> = new Set<TaskName>([
  'vector-check',
  'raster-check',
  'rok4-check',
  'vector-to-db',
  'raster-to-pyramid',
  'rok4-to-pyramid',
  'pyramids-to-pyramid',
  'wms-to-pyramid',
]);

/** Argument of a child that is to load those libraries before it is given a task. */
export const WARM = '--warm';

/** Parent to child. */
export interface RunMessage<Name extends TaskName = TaskName> {
  readonly type: 'run';
  readonly task: Name;
  readonly input: TaskInput<Name>;
}

/** Child to parent. `log` lines come before the result or error that ends the run. */
export type ChildMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'log'; readonly at: number; readonly entry: TaskLogEntry }
  | { readonly type: 'result'; readonly result: unknown }
  | {
      readonly type: 'error';
      readonly message: string;
      /** Of the system or of PostgreSQL. */
      readonly code: string | undefined;
      readonly stack: string | undefined;
    };
