import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LruMap } from './lru-map.js';
import type { MapDocument } from './mapnik-map.js';
import { RenderError } from './map-request.js';
import { type ComposeMessage, type DrawMessage, MEMORY_EXIT_CODE, type ProcessMessage } from './messages.js';
import type { RasterRequest } from './raster/request.js';

/** The pool's side of one render process. */

/** What to draw. */
export type Drawing = MapDrawing | RasterDrawing;

/** Relations; the document is built only when the process does not hold it. */
export interface MapDrawing {
  readonly type: 'draw';
  readonly key: string;
  readonly document: () => MapDocument;
  readonly view: Omit<DrawMessage, 'type' | 'id' | 'key' | 'xml' | 'tableSrids'>;
}

/** Pyramids. */
export interface RasterDrawing {
  readonly type: 'compose';
  readonly request: RasterRequest;
}

export interface RenderProcessOptions {
  /** Whole environment of the process: libpq's PG… variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly memoryLimitMiB: number;
  /** Longest time for one map, milliseconds: the process is ended when it takes more. */
  readonly timeoutMs: number;
  /** Called once, when the process can draw. */
  readonly onReady: () => void;
  /** Called once, after the drawings in hand, if any, were rejected. */
  readonly onExit: (reason: string) => void;
}

/** Raised for a drawing that the process had not begun when it ended: another one can do it. */
export class NotBegunError extends Error {
  constructor() {
    super('the process ended before it began the drawing');
    this.name = 'NotBegunError';
  }
}

interface Job {
  readonly id: number;
  readonly drawing: Drawing;
  readonly resolve: (image: Buffer) => void;
  readonly reject: (error: RenderError | NotBegunError) => void;
}

const MODULE = fileURLToPath(new URL('./process.js', import.meta.url));

/** Last characters of a process's error output that are kept to explain a crash. */
const MAX_DIAGNOSTIC = 2000;

/** Maps whose tables are remembered, at least as many as the process keeps. */
const MAX_KNOWN_MAPS = 400;

export class RenderProcess {
  private readonly child: ChildProcess;
  private readonly known = new LruMap<string, readonly number[]>(MAX_KNOWN_MAPS);
  /** In the order the process does them: the first one is under way. */
  private readonly jobs: Job[] = [];
  private timer: NodeJS.Timeout | undefined;
  private sequence = 0;
  private diagnostic = '';
  private killed: RenderError | null = null;

  constructor(private readonly options: RenderProcessOptions) {
    this.child = fork(MODULE, [String(options.memoryLimitMiB)], {
      env: { ...options.env },
      execArgv: ['--expose-gc'],
      // A session of its own: Ctrl-C in a terminal is for the server, which ends its processes in order, and Linux
      // shares the processor between sessions before it does between processes.
      detached: true,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.diagnostic = (this.diagnostic + text).slice(-MAX_DIAGNOSTIC);
    });
    this.child.on('message', (message: ProcessMessage) => this.receive(message));
    this.child.once('error', (error) => this.finish(error.message));
    this.child.once('exit', (code, signal) => this.finish(exitReason(code, signal), code));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Drawings under way or waiting in the process. */
  get load(): number {
    return this.jobs.length;
  }

  /**
   * Draws one image, after those asked for before.
   * @throws RenderError, NotBegunError, and whatever `drawing.document` throws
   */
  async draw(drawing: Drawing): Promise<Buffer> {
    this.sequence += 1;
    const id = this.sequence;
    const message = drawing.type === 'compose' ? { ...drawing, id } : this.message(id, drawing);
    return new Promise((resolve, reject) => {
      const job: Job = { id, drawing, resolve, reject };
      this.jobs.push(job);
      if (this.jobs.length === 1) this.watch();
      this.send(message, job);
    });
  }

  /** Ends the process at once; the drawing under way is rejected with `error`. */
  kill(error: RenderError): void {
    this.killed = error;
    this.child.kill('SIGKILL');
  }

  private message(id: number, drawing: MapDrawing): DrawMessage {
    let xml: string | null = null;
    if (this.known.get(drawing.key) === undefined) {
      const document = drawing.document();
      xml = document.xml;
      this.known.set(drawing.key, document.srids);
    }
    const tableSrids = this.known.get(drawing.key) ?? [];
    return { ...drawing.view, type: 'draw', id, key: drawing.key, xml, tableSrids };
  }

  private send(message: DrawMessage | ComposeMessage, job: Job): void {
    this.child.send(message, (error) => {
      // The channel closes just before the exit event, which settles the job when this does not.
      if (error !== null) job.reject(new NotBegunError());
    });
  }

  private receive(message: ProcessMessage): void {
    if (message.type === 'ready') {
      this.options.onReady();
      return;
    }
    const job = this.jobs.find(({ id }) => id === message.id);
    if (job === undefined) return;
    const { drawing } = job;
    if (message.type === 'unknown-map') {
      if (drawing.type !== 'draw') return;
      this.known.delete(drawing.key);
      this.send(this.message(job.id, drawing), job);
      return;
    }
    this.jobs.splice(this.jobs.indexOf(job), 1);
    this.watch();
    if (message.type === 'drawn') {
      const { buffer, byteOffset, byteLength } = message.image;
      job.resolve(Buffer.from(buffer, byteOffset, byteLength));
    } else {
      if (drawing.type === 'draw') this.known.delete(drawing.key);
      job.reject(new RenderError(message.fault, message.message));
    }
  }

  /** Gives the drawing that is now under way its time. */
  private watch(): void {
    clearTimeout(this.timer);
    const { timeoutMs } = this.options;
    if (this.jobs.length === 0) return;
    this.timer = setTimeout(() => this.kill(new RenderError('timeout', `longer than ${timeoutMs} ms`)), timeoutMs);
  }

  private finish(reason: string, code: number | null = null): void {
    clearTimeout(this.timer);
    const detail = this.diagnostic.trim();
    const explained = detail === '' ? reason : `${reason}: ${detail}`;
    const fault = code === MEMORY_EXIT_CODE ? 'memory' : 'crashed';
    const [underWay, ...others] = this.jobs.splice(0);
    underWay?.reject(this.killed ?? new RenderError(fault, explained));
    for (const job of others) job.reject(new NotBegunError());
    this.child.removeAllListeners();
    this.options.onExit(explained);
  }
}

function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `render process exited with code ${code}` : `render process ended by ${signal}`;
}
