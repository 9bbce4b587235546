import { Worker } from 'node:worker_threads';
import { type ParsedSld, parseSld } from '../ogc/sld/parse.js';
import { SldError } from '../ogc/sld/reader.js';

/** Reading of styles away from the event loop: the largest file allowed takes a second, and others are being served. */

/** Characters from which a style is read in a thread, which takes some 50 ms to start. */
const THREAD_FROM = 50_000;

/** What the thread is given. */
export interface StyleReading {
  readonly xml: string;
  readonly strict: boolean;
}

/** What the thread answers. */
export type StyleRead = { readonly sld: ParsedSld } | { readonly fault: { reason: string; line: number } };

/**
 * {@link parseSld} that leaves the process free meanwhile.
 * @throws SldError naming the line and the reason, in French
 */
export async function readStyle(reading: StyleReading): Promise<ParsedSld> {
  if (reading.xml.length < THREAD_FROM) return parseSld(reading.xml, reading);
  const read = await readInThread(reading);
  if ('sld' in read) return read.sld;
  throw new SldError(read.fault.reason, read.fault.line);
}

function readInThread(reading: StyleReading): Promise<StyleRead> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./style-thread.js', import.meta.url), { workerData: reading });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`the thread that reads a style ended (code ${code})`)));
  });
}
