import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { databaseEnvironment } from './database-environment.js';
import { buildMap } from './mapnik-map.js';
import { markFiles } from './mapnik-marks.js';
import { type MapRequest, RenderError } from './map-request.js';
import { type Drawing, RenderProcess } from './render-process.js';

/** What the pool needs of the configuration. */
export interface RenderPoolOptions {
  readonly config: Pick<Config, 'databaseUrl' | 'dataDir' | 'statementTimeoutMs' | 'render'>;
  readonly log: Pick<Logger, 'warn' | 'error'>;
}

/** Draws maps in processes of its own, one map at a time in each. */
export interface RenderPool {
  /** Draws one map as an encoded image. @throws RenderError */
  render(request: MapRequest): Promise<Buffer>;
  /** Resolves when every process can draw for the first time. */
  ready(): Promise<void>;
  /** Whether some process can draw now. */
  isReady(): boolean;
  /** Ids of the living processes. */
  pids(): number[];
  /** Ends the processes; requests in hand are rejected. */
  close(): Promise<void>;
}

/** Requests that may wait for one process before further ones are refused. */
const QUEUE_PER_PROCESS = 100;

/** Pause before a process that died without having been ready is started again; doubled each time, up to the last. */
const RESTART_PAUSE_MS = { first: 100, last: 5000 } as const;

interface Waiting {
  readonly drawing: Drawing;
  readonly deadline: number;
  readonly resolve: (image: Buffer) => void;
  readonly reject: (error: RenderError) => void;
}

interface Slot {
  process: RenderProcess | null;
  state: 'starting' | 'idle' | 'busy' | 'dead';
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
  const queue: Waiting[] = [];
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
      onReady() {
        wasReady = true;
        slot.wasReady = true;
        slot.failures = 0;
        slot.state = 'idle';
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
    for (const slot of slots) {
      if (slot.state !== 'idle' || slot.process === null) continue;
      const next = queue.shift();
      if (next === undefined) return;
      void draw(slot, slot.process, next);
    }
  };

  const draw = async (slot: Slot, renderer: RenderProcess, waiting: Waiting): Promise<void> => {
    const left = waiting.deadline - performance.now();
    if (left <= 0) {
      waiting.reject(new RenderError('timeout', 'no render process became free in time'));
      dispatch();
      return;
    }
    slot.state = 'busy';
    const timer = setTimeout(() => {
      renderer.kill(new RenderError('timeout', `longer than ${config.render.timeoutMs} ms`));
    }, left);
    try {
      waiting.resolve(await renderer.draw(waiting.drawing));
    } catch (error) {
      waiting.reject(error instanceof RenderError ? error : new RenderError('failed', String(error)));
    } finally {
      clearTimeout(timer);
    }
    // After a crash the slot already holds another process, which says itself when it is ready.
    if (slot.process === renderer && slot.state === 'busy') {
      slot.state = 'idle';
      dispatch();
    }
  };

  for (let i = 0; i < count; i += 1) {
    const slot: Slot = { process: null, state: 'dead', failures: 0, restart: null, wasReady: false };
    slots.push(slot);
    start(slot);
  }

  return {
    render(request) {
      return new Promise((resolve, reject) => {
        if (closed) throw new RenderError('closed', 'the render pool is closed');
        if (request.width * request.height > config.render.maxPixels) {
          throw new RenderError('too-large', `more than ${config.render.maxPixels} pixels`);
        }
        if (queue.length >= QUEUE_PER_PROCESS * count) throw new RenderError('busy', 'too many maps are waiting');
        const drawing = toDrawing(request, marksFolder, config.render);
        queue.push({ drawing, deadline: performance.now() + config.render.timeoutMs, resolve, reject });
        dispatch();
      });
    },
    ready: () => allReady,
    isReady: () => slots.some(({ state }) => state === 'idle' || state === 'busy'),
    pids: () => slots.flatMap(({ process }) => (process?.pid === undefined ? [] : [process.pid])),
    async close() {
      if (closed) return;
      closed = true;
      const error = new RenderError('closed', 'the render pool is closed');
      for (const waiting of queue.splice(0)) waiting.reject(error);
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
