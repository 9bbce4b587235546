import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** How late the event loop of another process runs its timers, as {@link file://./event-loop-observer.ts} tells. */

/** Milliseconds by which timers were late since the last {@link watchEventLoop}. */
export interface EventLoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Parent to child. */
export type ObserverOrder = 'event-loop:watch' | 'event-loop:read';

/** Child to parent. */
export interface ObserverAnswer {
  readonly eventLoop: EventLoopDelay;
}

/** Arguments of `node` for a process that is to be observed. */
export const OBSERVED: readonly string[] = ['--import', new URL('event-loop-observer.js', import.meta.url).href];

/** Forgets what was observed before. */
export async function watchEventLoop(child: ChildProcess): Promise<void> {
  await ask(child, 'event-loop:watch');
}

export async function readEventLoop(child: ChildProcess): Promise<EventLoopDelay> {
  return ask(child, 'event-loop:read');
}

async function ask(child: ChildProcess, order: ObserverOrder): Promise<EventLoopDelay> {
  const answer = once(child, 'message');
  child.send(order);
  const [{ eventLoop }] = (await answer) as [ObserverAnswer];
  return eventLoop;
}
