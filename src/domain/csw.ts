import { Readable } from 'node:stream';
import { asCswException } from '../ogc/csw/exceptions.js';
import type { GetDomain, GetRecordById, GetRecords } from '../ogc/csw/model.js';
import { parameterValues } from '../ogc/csw/parameters.js';
import { type RecordForm, renderRecord } from '../ogc/csw/records.js';
import {
  type DomainValues,
  domainResponse,
  type Envelope,
  recordsByIdEnvelope,
  searchEnvelope,
} from '../ogc/csw/responses.js';
import { asQueryFault } from './query-faults.js';
import {
  domainOf,
  type FoundRecords,
  recordsById,
  type RecordView,
  searchRecords,
  type SearchDeps,
} from './record-search.js';

/** The operations of a catalogue that read its index: from a typed request to a document. */

/** Searches. `hits` only counts. @throws OwsException */
export async function getRecords(
  deps: SearchDeps,
  view: RecordView,
  request: GetRecords,
  signal: AbortSignal,
): Promise<string | Readable> {
  const limit = request.resultType === 'hits' ? 0 : request.maxRecords;
  const offset = request.startPosition - 1;
  const found = await answered('constraint', () => searchRecords(deps, { view, ...request, limit, offset }));
  const { matched, returned } = found;
  const next = request.startPosition + returned;
  const envelope = searchEnvelope({
    matched,
    returned,
    nextRecord: next <= matched ? next : 0,
    elementSet: request.elementSet,
    outputSchema: request.outputSchema,
    timeStamp: new Date(),
  });
  return writeRecords(found, envelope, request, signal);
}

/** Records by their identifiers; unknown ones are left out. @throws OwsException */
export async function getRecordById(
  deps: SearchDeps,
  view: RecordView,
  request: GetRecordById,
  signal: AbortSignal,
): Promise<string | Readable> {
  const found = await answered('id', () => recordsById(deps, view, request.ids));
  return writeRecords(found, recordsByIdEnvelope(), { ...request, elementNames: null }, signal);
}

/** Values of properties and parameters. @throws OwsException for an unknown property */
export async function getDomain(deps: SearchDeps, view: RecordView, request: GetDomain): Promise<string> {
  const domains: DomainValues[] = [];
  for (const name of request.propertyNames) {
    const values = await answered('propertyName', () => domainOf(deps, view, name));
    domains.push({ kind: 'PropertyName', name, values });
  }
  for (const name of request.parameterNames) {
    domains.push({ kind: 'ParameterName', name, values: parameterValues(name) });
  }
  return domainResponse(domains);
}

async function answered<T>(locator: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw asCswException(asQueryFault(error), locator);
  }
}

/**
 * Joins the records into a document that follows its reader. A page of one batch is written at once; a reader that
 * leaves, like a fault, drops the connection to the database.
 */
async function writeRecords(
  found: FoundRecords,
  { head, tail }: Envelope,
  form: RecordForm,
  signal: AbortSignal,
): Promise<string | Readable> {
  signal.addEventListener('abort', () => found.close(), { once: true });
  const batches = found.batches();
  const write = (batch: IteratorResult<readonly Parameters<typeof renderRecord>[0][], void>): string =>
    batch.done === true ? '' : batch.value.map((record) => renderRecord(record, form)).join('');
  const first = await batches.next();
  const second = await batches.next();
  if (second.done === true) return head + write(first) + tail;
  async function* document(): AsyncGenerator<Buffer> {
    yield Buffer.from(head + write(first));
    for (let batch = second; batch.done !== true; batch = await batches.next()) yield Buffer.from(write(batch));
    yield Buffer.from(tail);
  }
  const body = Readable.from(document(), { objectMode: false, highWaterMark: 64 * 1024 });
  body.once('close', () => found.close());
  return body;
}
