import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { readList } from '../../src/pyramid/content-list.js';
import { type ApiUser, until } from './api.js';
import type { TestEmulator } from './app.js';
import { harvestRequest, mergeRequest, storedPixels } from './harvest.js';
import type { Held } from './held-jobs.js';
import { type Launched, logOf } from './integration.js';
import { launchExecution, runExecution } from './pyramids.js';
import { startWms, type WmsServer } from './wms-server.js';

const run = promisify(execFile);

/** Harvests and merges of pyramids, held in the middle of their work. */

/** A slab is made for each level: seconds of work on a machine that is busy. */
const FEW_LEVELS = { top: '12' };

function drawing(t: Test): Promise<WmsServer> {
  return startWms(t, () => [200, 30, 30]);
}

function heldPyramid({ id, path, storedData }: Launched, hold: Pick<Held, 'reached' | 'release'>): Held {
  return { id, path, stop: ['POST', `${path}/abort`], made: storedData, ...hold };
}

/** A harvest whose service does not answer. */
export async function holdHarvest(_emulator: TestEmulator, user: ApiUser, t: Test): Promise<Held> {
  const wms = await drawing(t);
  let answer: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (answer = resolve));
  wms.behaviour = async () => {
    await released;
    return false;
  };
  const launched = await launchExecution(user, harvestRequest(wms.url, FEW_LEVELS));
  const reached = () =>
    until(
      async () => wms.asked.length,
      (count) => count > 0,
    );
  return heldPyramid(launched, { reached, release: async () => answer() });
}

/** A merge that waits at a slab. */
export async function holdMerge(emulator: TestEmulator, user: ApiUser, t: Test): Promise<Held> {
  const wms = await drawing(t);
  const inputs = [
    await runExecution(user, harvestRequest(wms.url, FEW_LEVELS)),
    await runExecution(user, harvestRequest(wms.url, FEW_LEVELS)),
  ];
  const [first] = inputs;
  if (first === undefined) throw new Error('nothing to merge');
  const { folder } = await storedPixels(emulator.deps, first.storedData);
  const [slab] = readList(readFileSync(`${folder}.list`, 'utf8')).filter((one) => one.slab.startsWith('DATA/14/'));
  const path = join(folder, slab?.slab ?? '');
  await rename(path, `${path}.held`);
  await run('mkfifo', ['-m', '644', path]);
  const launched = await launchExecution(user, mergeRequest(inputs.map(({ storedData }) => storedData)));
  const reached = () =>
    until(
      () => logOf(user, launched.path),
      (log) => log.includes('dalles à recalculer'),
    );
  // Whoever waited was stopped or killed: nobody reads the pipe any more.
  return heldPyramid(launched, { reached, release: () => rename(`${path}.held`, path) });
}
