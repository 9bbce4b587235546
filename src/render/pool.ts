import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { databaseEnvironment } from './database-environment.js';
import { buildMap } from './mapnik-map.js';
import { markFiles } from './mapnik-marks.js';
import { type MapRequest, RenderError } from './map-request.js';
import type { RasterRequest } from './raster/request.js';
import { type Drawing, NotBegunError, RenderProcess } from './render-process.js';
import { type Waiting, WaitingQueue } from './waiting-queue.js';

/** What the pool needs of the configuration. */
export interface RenderPoolOptions {
  readonly config: Pick<Config, 'databaseUrl' | 'dataDir' | 'statementTimeoutMs' | 'render'>;
  readonly log: Pick<Logger, 'warn' | 'error'>;
}

/** Makes images in processes of its own, one at a time in each. */
export interface RenderPool {
  /** Draws one map as an encoded image, unless `signal` is aborted before a process took it. @throws RenderError */
  render(request: MapRequest, signal?: AbortSignal): Promise<Buffer>;
  /** As {@link render}, of pyramids. @throws RenderError */
  compose(request: RasterRequest, signal?: AbortSignal): Promise<Buffer>;
  /** Resolves when every process can draw for the first time. */
  ready(): Promise<void>;
  /** Whether some process can draw now. */
  isReady(): boolean;
  /** Ids of the living processes. */
  pids(): number[];
  /** Ends the processes; requests in hand are rejected. */
  close(): Promise<void>;
}

/**
 * Drawings a process holds: while one is under way the next is already there, so that no process waits for this one
 * to be scheduled.
 */
const DEPTH = 2;

/** Requests that may wait for one process before further ones are refused. */
const QUEUE_PER_PROCESS = 100;

/** Pause before a process that died without having been ready is started again; doubled each time, up to the last. */
const RESTART_PAUSE_MS = { first: 100, last: 5000 } as const;

interface Slot {
  process: RenderProcess | null;
  state: 'starting' | 'ready' | 'dead';
  /** Starts in a row that never became ready. */
  failures: number;
  restart: NodeJS.Timeout | null;
  /** Whether it could draw once. */
  wasReady: boolean;
}

/** Starts the render processes. */
export function createRenderPool({ config, log }: RenderPoolOptions): RenderPool {
  const marksFolder = writeMarks(config.dataDir);
  const env = databaseEnvironment(config.databaseUrl ?? '', config.statementTimeoutMs);
  const count = config.render.processes === 0 ? availableParallelism() : config.render.processes;
  const queue = new WaitingQueue(QUEUE_PER_PROCESS * count, config.render.timeoutMs);
  const slots: Slot[] = [];
  let closed = false;
  let announceReady: () => void = () => undefined;
  const allReady = new Promise<void>((resolve) => (announceReady = resolve));
  let announceEmpty: () => void = () => undefined;

  const start = (slot: Slot): void => {
    slot.state = 'starting';
    let wasReady = false;
    slot.process = new RenderProcess({
      env,
      memoryLimitMiB: config.render.memoryMb,
      timeoutMs: config.render.timeoutMs,
      onReady() {
        wasReady = true;
        slot.wasReady = true;
        slot.failures = 0;
        slot.state = 'ready';
        if (slots.every((each) => each.wasReady)) announceReady();
        dispatch();
      },
      onExit(reason) {
        slot.process = null;
        slot.state = 'dead';
        if (closed) {
          if (slots.every((each) => each.process === null)) announceEmpty();
          return;
        }
        log.warn({ reason }, 'RenderProcess:Ended');
        slot.failures = wasReady ? 0 : slot.failures + 1;
        if (wasReady) start(slot);
        else slot.restart = setTimeout(() => start(slot), restartPause(slot.failures));
      },
    });
  };

  const dispatch = (): void => {
    for (let load = 0; load < DEPTH; load += 1) {
      for (const { state, process } of slots) {
        if (state !== 'ready' || process === null || process.load !== load) continue;
        const next = queue.take();
        if (next === undefined) return;
        void draw(process, next);
      }
    }
  };

  const draw = async (renderer: RenderProcess, waiting: Waiting): Promise<void> => {
    try {
      waiting.resolve(await renderer.draw(waiting.drawing));
    } catch (error) {
      if (error instanceof NotBegunError && !closed) queue.putBack(waiting);
      else if (error instanceof RenderError) waiting.reject(error);
      else waiting.reject(new RenderError(closed ? 'closed' : 'failed', String(error)));
    }
    dispatch();
  };

  for (let i = 0; i < count; i += 1) {
    const slot: Slot = { process: null, state: 'dead', failures: 0, restart: null, wasReady: false };
    slots.push(slot);
    start(slot);
  }

  const enqueue = (pixels: number, drawing: () => Drawing, signal: AbortSignal | undefined): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      if (closed) throw new RenderError('closed', 'the render pool is closed');
      if (pixels > config.render.maxPixels) {
        throw new RenderError('too-large', `more than ${config.render.maxPixels} pixels`);
      }
      queue.add({ drawing: drawing(), signal, resolve, reject });
      dispatch();
    });

  return {
    render: (request, signal) =>
      enqueue(request.width * request.height, () => toDrawing(request, marksFolder, config.render), signal),
    compose: (request, signal) =>
      enqueue(request.view.width * request.view.height, () => ({ type: 'compose', request }), signal),
    ready: () => allReady,
    isReady: () => slots.some(({ state }) => state === 'ready'),
    pids: () => slots.flatMap(({ process }) => (process?.pid === undefined ? [] : [process.pid])),
    async close() {
      if (closed) return;
      closed = true;
      const error = new RenderError('closed', 'the render pool is closed');
      queue.rejectAll(error);
      for (const { restart } of slots) if (restart !== null) clearTimeout(restart);
      const living = slots.flatMap(({ process }) => (process === null ? [] : [process]));
      if (living.length === 0) return;
      const empty = new Promise<void>((resolve) => (announceEmpty = resolve));
      for (const process of living) process.kill(error);
      await empty;
    },
  };
}

function restartPause(failures: number): number {
  return Math.min(RESTART_PAUSE_MS.first * 2 ** (failures - 1), RESTART_PAUSE_MS.last);
}

function toDrawing(request: MapRequest, marksFolder: string, limits: Config['render']): Drawing {
  const { bbox, srid, width, height, background, format, symbolScale } = request;
  const layers = request.layers.map(({ key, filter }) => [key, filter]);
  const encoding = format === 'png' ? `png32:z=${limits.pngCompression}` : `jpeg${limits.jpegQuality}`;
  return {
    type: 'draw',
    key: JSON.stringify([srid, layers]),
    document: () => buildMap(request.layers, srid, marksFolder),
    view: {
      srid,
      extent: [bbox.minX, bbox.minY, bbox.maxX, bbox.maxY],
      width,
      height,
      background: background ?? (format === 'png' ? 'transparent' : '#ffffff'),
      encoding,
      symbolScale,
    },
  };
}

/** Mapnik reads marks from files; they are always the same, so several pools may share them. */
function writeMarks(dataDir: string): string {
  const folder = join(dataDir, 'render', 'marks');
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of markFiles()) writeFileSync(join(folder, name), content);
  return folder;
}
