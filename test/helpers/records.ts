import { iso19139, type MetadataSource } from '../../fixtures/generate/metadata.js';
import { child, type ReadElement, readXml } from '../../src/ogc/xml.js';
import type { ApiUser } from './api.js';
import { create, fileForm } from './diffusion.js';
import { DATASTORE, SANDBOX_DATASTORE } from './seed.js';

/** Short names for what tests of the catalogue do. */

export const CATALOGUE_ENDPOINT = 'ae062611-13eb-4a18-8d04-9b7604a031cc';
export const SANDBOX_CATALOGUE = '00000000-0000-4000-8000-00000000e007';
export const METADATA = `/datastores/${DATASTORE}/metadata`;

/** Stores a record and publishes it on the catalogue of its datastore. @returns its path */
export async function publishRecord(
  user: ApiUser,
  source: MetadataSource | string,
  fields: Readonly<Record<string, string>> = {},
  datastore = DATASTORE,
): Promise<string> {
  const root = `/datastores/${datastore}/metadata`;
  const xml = typeof source === 'string' ? source : iso19139(source);
  const { _id, file_identifier: identifier } = await create<{ _id: string; file_identifier: string }>(
    user,
    root,
    fileForm(xml, fields),
  );
  await setPublished(user, 'publication', [identifier], datastore);
  return `${root}/${_id}`;
}

/** Publishes or unpublishes records. @throws Error when it is refused */
export async function setPublished(
  user: ApiUser,
  action: 'publication' | 'unpublication',
  identifiers: readonly string[],
  datastore = DATASTORE,
): Promise<void> {
  const endpoint = datastore === SANDBOX_DATASTORE ? SANDBOX_CATALOGUE : CATALOGUE_ENDPOINT;
  const body = { file_identifiers: identifiers, endpoint };
  const answer = await user.call('POST', `/datastores/${datastore}/metadata/${action}`, body);
  if (answer.status !== 204) throw new Error(`${action}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

/** An answer of the catalogue, read. */
export interface CswAnswer {
  readonly status: number;
  readonly text: string;
  readonly root: ReadElement;
}

/** Asks a catalogue by GET. */
export async function askCsw(
  { origin }: { origin: string },
  parameters: Readonly<Record<string, string>>,
  path = '/csw',
): Promise<CswAnswer> {
  const query = new URLSearchParams({ SERVICE: 'CSW', VERSION: '2.0.2', ...parameters });
  return readAnswer(await fetch(`${origin}${path}?${query.toString()}`));
}

/** Asks a catalogue by POST of XML. */
export async function postCsw(
  { origin }: { origin: string },
  xml: string,
  path = '/csw',
  contentType = 'application/xml',
): Promise<CswAnswer> {
  return readAnswer(
    await fetch(`${origin}${path}`, { method: 'POST', body: xml, headers: { 'content-type': contentType } }),
  );
}

async function readAnswer(response: Response): Promise<CswAnswer> {
  const text = await response.text();
  return { status: response.status, text, root: readXml(text) };
}

/** What a search found. */
export interface Found {
  readonly matched: number;
  readonly returned: number;
  readonly next: number;
  readonly records: readonly ReadElement[];
  /** Identifiers of records in Dublin Core, in order. */
  readonly ids: readonly string[];
}

/** The results of a GetRecords. @throws Error when it was refused */
export function foundIn({ root, text }: CswAnswer): Found {
  const results = child(root, 'SearchResults');
  if (results === undefined) throw new Error(text);
  const { numberOfRecordsMatched, numberOfRecordsReturned, nextRecord } = results.attributes;
  return {
    matched: Number(numberOfRecordsMatched),
    returned: Number(numberOfRecordsReturned),
    next: Number(nextRecord),
    records: results.children,
    ids: results.children.map((record) => child(record, 'identifier')?.text ?? ''),
  };
}

/** Identifiers that a CQL constraint finds, sorted. */
export async function findByCql(
  emulator: { origin: string },
  constraint: string,
  parameters: Readonly<Record<string, string>> = {},
  path = '/csw',
): Promise<string[]> {
  const answer = await askCsw(
    emulator,
    {
      REQUEST: 'GetRecords',
      TYPENAMES: 'csw:Record',
      RESULTTYPE: 'results',
      ELEMENTSETNAME: 'brief',
      MAXRECORDS: '100',
      ...(constraint === '' ? {} : { CONSTRAINTLANGUAGE: 'CQL_TEXT', CONSTRAINT: constraint }),
      ...parameters,
    },
    path,
  );
  return [...foundIn(answer).ids].sort();
}

/** Code and locator of a refusal. */
export function exceptionIn({ root }: CswAnswer): { code: string | undefined; locator: string | undefined } {
  const exception = child(root, 'Exception');
  return { code: exception?.attributes['exceptionCode'], locator: exception?.attributes['locator'] };
}
