import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ObserverAnswer, ObserverOrder } from './event-loop.js';

/** Loaded ahead of a process that a bench observes (`node --import`): answers over its channel to the bench. */

/** Milliseconds between two looks. */
const INTERVAL = 5;

const histogram = monitorEventLoopDelay({ resolution: INTERVAL });
histogram.enable();

/** The histogram holds the time between two looks; what passes the interval is delay. */
const delay = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - INTERVAL);

process.on('message', (order: ObserverOrder) => {
  if (order === 'event-loop:watch') histogram.reset();
  const answer: ObserverAnswer = {
    eventLoop: {
      p50: delay(histogram.percentile(50)),
      p99: delay(histogram.percentile(99)),
      max: delay(histogram.max),
    },
  };
  process.send?.(answer);
});
// The process ends without waiting for the bench.
process.channel?.unref();
