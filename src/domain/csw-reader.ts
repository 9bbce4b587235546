import { asRefusal, type CswReading, readCswText, type WrittenCswRequest } from '../ogc/csw/read.js';
import type { CswRequest } from '../ogc/csw/model.js';
import { OwsException, tooBusy } from '../ogc/ows/exceptions.js';
import { BusyError, Slots } from '../slots.js';
import { runInThread } from './in-thread.js';

/** Reading of catalogue requests away from the event loop: anybody may send the largest ones, as often as they like. */

/** Characters from which a request is read in a thread; shorter ones take some 5 ms at most. */
const THREAD_FROM = 10_000;

/** The largest requests take half a second. */
const THREAD_LIMIT_MS = 10_000;

/** Requests that may wait for the thread, half a megabyte each. */
const ROOM = 8;

/** One thread at a time: large requests wait for each other, and nobody waits for them. */
const threads = new Slots(1, ROOM);

/** @throws OwsException; one of status 503 when too many large requests are waiting */
export async function readCswRequestText(written: WrittenCswRequest): Promise<CswRequest> {
  if (written.text.length < THREAD_FROM) return readCswText(written);
  const entry = new URL('./csw-thread.js', import.meta.url);
  let read: CswReading | null;
  try {
    read = await threads.run(() => runInThread<CswReading>(entry, written, THREAD_LIMIT_MS));
  } catch (error) {
    throw error instanceof BusyError ? tooBusy() : error;
  }
  if (read === null) throw new OwsException('NoApplicableCode', 'The request takes too long to read');
  if ('refusal' in read) throw asRefusal(read.refusal);
  return read.request;
}
