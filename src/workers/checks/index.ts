import type { CHECK_JOBS } from '../../catalogue/checks.js';
import { type CheckRunner, measuredOutcome } from './check-run.js';

/** "Vérification standard". */
const runStandard: CheckRunner = async ({ upload, files, children, options }) => ({
  status: await children.run('standard-check', { upload: { id: upload.id, files } }, options),
});

/** "Vérification vecteur". */
const runVector: CheckRunner = async (run) => {
  const { upload, files, folder } = run;
  const input = { upload: { id: upload.id, srs: upload.srs, files }, folder };
  return measuredOutcome(run, await run.children.run('vector-check', input, run.options));
};

/** "Vérification raster". */
const runRaster: CheckRunner = async (run) => {
  const { upload, files, folder } = run;
  const input = { upload: { id: upload.id, srs: upload.srs, files }, folder };
  return measuredOutcome(run, await run.children.run('raster-check', input, run.options));
};

/** "Vérification archive". */
const runArchive: CheckRunner = async ({ upload, files, children, options }) => ({
  status: await children.run('archive-check', { upload: { id: upload.id, files } }, options),
});

/** "Vérification pyramide ROK4". */
const runRok4Pyramid: CheckRunner = async (run) => {
  const { upload, files } = run;
  const typeInfos = (upload.typeInfos ?? {}) as Readonly<Record<string, unknown>>;
  const input = { upload: { id: upload.id, srs: upload.srs, typeInfos, files } };
  return measuredOutcome(run, await run.children.run('rok4-check', input, run.options));
};

/** What runs each kind of check. */
const RUNNERS: Readonly<Record<(typeof CHECK_JOBS)[number], CheckRunner>> = {
  standard: runStandard,
  vector: runVector,
  raster: runRaster,
  archive: runArchive,
  'rok4-pyramid': runRok4Pyramid,
};

/** The runner of a kind of check; `undefined` for one that the emulator only lists. */
export function runnerOf(jobName: string | null): CheckRunner | undefined {
  return (RUNNERS as Readonly<Record<string, CheckRunner | undefined>>)[jobName ?? ''];
}
