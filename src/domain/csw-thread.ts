import { parentPort, workerData } from 'node:worker_threads';
import { cswReadingOf, type WrittenCswRequest } from '../ogc/csw/read.js';

/** Entry of the thread of csw-reader.ts: reads one request, then ends. */
parentPort?.postMessage(cswReadingOf(workerData as WrittenCswRequest));
