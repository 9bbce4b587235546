import { workerData } from 'node:worker_threads';

/**
 * Thread of the child process of a job: ends the process when its worker is gone. The main thread would hear of it too,
 * but not while it is inside a library, which may be for hours.
 */

const INTERVAL_MS = 250;

const worker = workerData as number;
setInterval(() => {
  if (process.ppid !== worker) process.kill(process.pid, 'SIGKILL');
}, INTERVAL_MS);
