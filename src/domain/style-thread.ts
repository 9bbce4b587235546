import { parentPort, workerData } from 'node:worker_threads';
import { parseSld } from '../ogc/sld/parse.js';
import { SldError } from '../ogc/sld/reader.js';
import type { StyleRead, StyleReading } from './style-reader.js';

/** Entry of the thread of style-reader.ts: reads one style, then ends. */

function read({ xml, strict }: StyleReading): StyleRead {
  try {
    return { sld: parseSld(xml, { strict }) };
  } catch (error) {
    // An error loses its class on the way.
    if (error instanceof SldError) return { fault: { reason: error.reason, line: error.line } };
    throw error;
  }
}

parentPort?.postMessage(read(workerData as StyleReading));
