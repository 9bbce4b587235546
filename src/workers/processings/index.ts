import type { PROCESSING_JOBS } from '../../catalogue/processings.js';
import { runArchiveToArchive } from './archive-to-archive.js';
import { runPmtiles } from './pmtiles.js';
import type { ProcessingRunner } from './processing-run.js';
import { runPyramidsToPyramid } from './pyramids-to-pyramid.js';
import { runDbToDb } from './db-to-db.js';
import { runDbToPyramid } from './db-to-pyramid.js';
import { runRasterToPyramid } from './raster-to-pyramid.js';
import { runRok4ToPyramid } from './rok4-to-pyramid.js';
import { runVectorToDb } from './vector-to-db.js';
import { runWmsToPyramid } from './wms-to-pyramid.js';

/** What runs each kind of processing. */
const RUNNERS: Readonly<Record<(typeof PROCESSING_JOBS)[number], ProcessingRunner>> = {
  vector_to_db: runVectorToDb,
  db_to_pyramid: runDbToPyramid,
  pmtiles: runPmtiles,
  archive_to_archive: runArchiveToArchive,
  db_to_db: runDbToDb,
  raster_to_pyramid: runRasterToPyramid,
  rok4_to_pyramid_raster: runRok4ToPyramid,
  rok4_to_pyramid_vector: runRok4ToPyramid,
  wms_to_pyramid: runWmsToPyramid,
  pyramids_to_pyramid: runPyramidsToPyramid,
};

/** The runner of a kind of processing; `undefined` for one that the emulator only lists. */
export function runnerOf(jobName: string): ProcessingRunner | undefined {
  return (RUNNERS as Readonly<Record<string, ProcessingRunner | undefined>>)[jobName];
}
