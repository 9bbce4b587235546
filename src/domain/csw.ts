import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { assertSortable } from '../ogc/csw/conditions.js';
import { asCswException } from '../ogc/csw/exceptions.js';
import type { CatalogueRecord, GetDomain, GetRecordById, GetRecords } from '../ogc/csw/model.js';
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
import { domainOf, type FoundRecords, recordsById, type RecordView, searchRecords } from './record-search.js';
import type { SearchDeps } from './record-snapshot.js';
import { followReader, type Reader } from './service-snapshot.js';

/** The operations of a catalogue that read its index: from a typed request to a document. */

/** Searches. `hits` only counts. @throws OwsException */
export async function getRecords(
  deps: SearchDeps,
  view: RecordView,
  request: GetRecords,
  reader: Reader,
): Promise<string | Readable> {
  assertSortable(request.sortBy);
  const limit = request.resultType === 'hits' ? 0 : request.maxRecords;
  const offset = request.startPosition - 1;
  const found = await answered('constraint', () => searchRecords(deps, { view, ...request, limit, offset }, reader));
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
  return writeRecords(deps, found, envelope, request);
}

/** Records by their identifiers; unknown ones are left out. @throws OwsException */
export async function getRecordById(
  deps: SearchDeps,
  view: RecordView,
  request: GetRecordById,
  reader: Reader,
): Promise<string | Readable> {
  const found = await answered('id', () => recordsById(deps, view, request.ids, reader));
  return writeRecords(deps, found, recordsByIdEnvelope(), { ...request, elementNames: null });
}

/** Values of properties and parameters. @throws OwsException for an unknown property */
export async function getDomain(
  deps: SearchDeps,
  view: RecordView,
  request: GetDomain,
  reader: Reader,
): Promise<string> {
  const domains: DomainValues[] = [];
  for (const name of request.propertyNames) {
    const values = await answered('propertyName', () => domainOf(deps, view, name, reader));
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
  { config: { readerPatienceMs: patienceMs } }: SearchDeps,
  found: FoundRecords,
  { head, tail }: Envelope,
  form: RecordForm,
): Promise<string | Readable> {
  const batches = found.batches();
  try {
    const first = await batches.next();
    const second = await batches.next();
    const start = head + (first.done === true ? '' : await writeBatch(first.value, form));
    if (second.done === true) return start + tail;
    const rest = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from(start);
      for (
        let batch: IteratorResult<CatalogueRecord[], void> = second;
        batch.done !== true;
        batch = await batches.next()
      ) {
        yield Buffer.from(await writeBatch(batch.value, form));
      }
      yield Buffer.from(tail);
    };
    return followReader(rest(), patienceMs, () => found.close());
  } catch (error) {
    found.close();
    throw asCswException(asQueryFault(error), 'constraint');
  }
}

/** Characters that are written before others get their turn. */
const TURN = 200_000;

async function writeBatch(records: readonly CatalogueRecord[], form: RecordForm): Promise<string> {
  let text = '';
  let turn = TURN;
  for (const record of records) {
    text += renderRecord(record, form);
    if (text.length < turn) continue;
    turn = text.length + TURN;
    await nextTurn();
  }
  return text;
}
