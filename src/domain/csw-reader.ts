import { asRefusal, type CswReading, readCswText, type WrittenCswRequest } from '../ogc/csw/read.js';
import type { CswRequest } from '../ogc/csw/model.js';
import { OwsException } from '../ogc/ows/exceptions.js';
import { Slots } from '../slots.js';
import { runInThread } from './in-thread.js';

/** Reading of catalogue requests away from the event loop: anybody may send the largest ones, as often as they like. */

/** Characters from which a request is read in a thread; shorter ones take some 30 ms at most. */
const THREAD_FROM = 50_000;

/** The largest requests take half a second. */
const THREAD_LIMIT_MS = 10_000;

/** One thread at a time: large requests wait for each other, and nobody waits for them. */
const threads = new Slots(1);

/** @throws OwsException */
export async function readCswRequestText(written: WrittenCswRequest): Promise<CswRequest> {
  if (written.text.length < THREAD_FROM) return readCswText(written);
  const entry = new URL('./csw-thread.js', import.meta.url);
  const read = await threads.run(() => runInThread<CswReading>(entry, written, THREAD_LIMIT_MS));
  if (read === null) throw new OwsException('NoApplicableCode', 'The request takes too long to read');
  if ('refusal' in read) throw asRefusal(read.refusal);
  return read.request;
}
