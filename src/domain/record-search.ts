import { join, raw, sql, type SqlFragment } from '../filter/fragment.js';
import { type Filter, FilterError } from '../filter/model.js';
import { recordCondition, reference, required } from '../ogc/csw/conditions.js';
import type { CatalogueRecord, SortKey } from '../ogc/csw/model.js';
import { findQueryable, isAnyText, isBoundingBox } from '../ogc/csw/queryables.js';
import type { FeatureSnapshot } from './features.js';
import { HARVEST_TAGS } from './record-row.js';
import { onRecordSnapshot, openRecordSnapshot, type SearchDeps } from './record-snapshot.js';
import type { Reader } from './service-snapshot.js';

/** Reading the index of the catalogue: what each of its views shows now. */

/** Which records a catalogue shows. */
export type RecordView =
  /** All that is published under a path of an endpoint. */
  | { readonly kind: 'endpoint'; readonly path: string }
  | { readonly kind: 'inspire' | 'openData'; readonly path: string }
  /** Those of one datastore. @see datastoreView */
  | { readonly kind: 'datastore'; readonly path: string; readonly datastoreId: string };

/** The view of the datastore of this technical name, which is that of its community, or identifier; `null`: none. */
export async function datastoreView(
  { pool }: Pick<SearchDeps, 'pool'>,
  path: string,
  name: string,
): Promise<RecordView | null> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT datastore.id FROM geopf.datastore AS datastore
     JOIN geopf.community AS community ON community.id = datastore.community_id
     WHERE community.technical_name = $1 OR datastore.id::text = lower($1)
     ORDER BY community.technical_name = $1 DESC LIMIT 1`,
    [name],
  );
  const datastoreId = rows[0]?.id;
  return datastoreId === undefined ? null : { kind: 'datastore', path, datastoreId };
}

/** Rows that a view shows now, alias `record`. */
export function viewCondition(view: RecordView): SqlFragment {
  const conditions = [
    sql`record.endpoint_id = ANY (ARRAY(
      SELECT id FROM geopf.endpoint
      WHERE type = 'METADATA' AND urls @> jsonb_build_array(jsonb_build_object('path', ${view.path}::text))))`,
    sql`record.visible_from <= now() AND record.visible_until > now()`,
  ];
  switch (view.kind) {
    case 'endpoint':
      break;
    case 'inspire':
      conditions.push(sql`${HARVEST_TAGS.inspire}::text = ANY (record.harvest_tags)`);
      break;
    case 'openData':
      conditions.push(sql`${HARVEST_TAGS.openData}::text = ANY (record.harvest_tags)`);
      break;
    case 'datastore':
      conditions.push(sql`record.datastore_id = ${view.datastoreId}::uuid`);
      break;
  }
  return join(conditions, ' AND ');
}

/** A search: records that hold the filter, in an order that never changes. */
export interface RecordQuery {
  readonly view: RecordView;
  readonly filter: Filter;
  readonly sortBy: readonly SortKey[];
  readonly offset: number;
  readonly limit: number;
}

/** What was found, on one snapshot of the index. Whoever holds it reads all batches, or closes it. */
export interface FoundRecords {
  readonly matched: number;
  readonly returned: number;
  /** The records of the page, some at a time. */
  batches(): AsyncGenerator<CatalogueRecord[], void>;
  close(): void;
}

/** Records read at once: a page stays light, whatever its records weigh. */
const BATCH = 20;

/**
 * Counts the records that are looked for and finds those of the page.
 * @throws FilterError, BusyError
 */
export async function searchRecords(deps: SearchDeps, query: RecordQuery, reader: Reader): Promise<FoundRecords> {
  const where = sql`${viewCondition(query.view)} AND ${recordCondition(query.filter)}`;
  const orderBy = orderOf(query.sortBy);
  const snapshot = await openRecordSnapshot(deps, reader);
  try {
    const matched = await snapshot.count(
      sql`SELECT count(*) AS count FROM geopf.catalogue_record AS record WHERE ${where}`,
    );
    const ids =
      query.limit === 0 || query.offset >= matched
        ? []
        : await snapshot.rows<{ id: string }>(
            sql`SELECT record.id FROM geopf.catalogue_record AS record WHERE ${where}
              ORDER BY ${orderBy} LIMIT ${query.limit}::integer OFFSET ${query.offset}::integer`,
          );
    return foundRecords(
      snapshot,
      matched,
      ids.map(({ id }) => id),
    );
  } catch (error) {
    snapshot.abort();
    throw error;
  }
}

/**
 * The records of these identifiers that a view shows, in the order of the identifiers: of each, the one in the very
 * letters that are written, else one in others.
 * @throws BusyError
 */
export async function recordsById(
  deps: SearchDeps,
  view: RecordView,
  ids: readonly string[],
  reader: Reader,
): Promise<FoundRecords> {
  const snapshot = await openRecordSnapshot(deps, reader);
  try {
    const rows = await snapshot.rows<{ id: string }>(idsOf(view, ids));
    const found = [...new Set(rows.map(({ id }) => id))];
    return foundRecords(snapshot, found.length, found);
  } catch (error) {
    snapshot.abort();
    throw error;
  }
}

/** Query of the ids of records by their identifiers. @see recordsById */
export function idsOf(view: RecordView, identifiers: readonly string[]): SqlFragment {
  const wanted = join(
    identifiers.map((identifier) => sql`${identifier}::text`),
    ', ',
  );
  return sql`SELECT id FROM (
      SELECT DISTINCT ON (wanted.position) wanted.position, record.id
      FROM unnest(ARRAY[${wanted}]) WITH ORDINALITY AS wanted (identifier, position)
      JOIN geopf.catalogue_record AS record ON lower(record.identifier) = lower(wanted.identifier)
      WHERE ${viewCondition(view)}
      ORDER BY wanted.position, record.identifier = wanted.identifier DESC, record.id) AS found
    ORDER BY position`;
}

function foundRecords(snapshot: FeatureSnapshot, matched: number, ids: readonly string[]): FoundRecords {
  return {
    matched,
    returned: ids.length,
    async *batches() {
      for (let from = 0; from < ids.length; from += BATCH) {
        const list = ids.slice(from, from + BATCH).join(',');
        yield await snapshot.rows<CatalogueRecord>(
          sql`SELECT record.identifier, record.content, record.document, json_build_object(
              'organisation', community.name, 'email', community.contact, 'role', 'pointOfContact') AS publisher
            FROM geopf.catalogue_record AS record
            JOIN unnest(string_to_array(${list}::text, ',')::bigint[]) WITH ORDINALITY AS wanted (id, position)
              ON record.id = wanted.id
            JOIN geopf.datastore AS datastore ON datastore.id = record.datastore_id
            JOIN geopf.community AS community ON community.id = datastore.community_id
            ORDER BY wanted.position`,
        );
      }
      await snapshot.close();
    },
    close: () => snapshot.abort(),
  };
}

/** The order of a French dictionary: accents and capitals make none. */
export const FRENCH_ORDER = raw('COLLATE pg_catalog."fr-x-icu"');

/** Records without the property come last; the order of publication decides between equals. */
function orderOf(sortBy: readonly SortKey[]): SqlFragment {
  const keys = sortBy.map(({ property, descending }) => {
    const { column, isList } = required(property);
    const value = isList ? sql`${reference(column)}[1]` : reference(column);
    const collation = column.type === 'text' ? FRENCH_ORDER : raw('');
    return sql`${value} ${collation} ${raw(descending ? 'DESC' : 'ASC')} NULLS LAST`;
  });
  return join([...keys, raw('record.id')], ', ');
}

/** How many values of a property are told. */
const MAX_DOMAIN = 1000;

/** Values of a property in the records of a view, or the ends of their range for dates; `null` when there are none. */
export async function domainOf(
  deps: SearchDeps,
  view: RecordView,
  property: string,
  reader: Reader,
): Promise<readonly string[] | { readonly min: string; readonly max: string } | null> {
  const found = findQueryable(property);
  if (found === undefined) {
    // What is no value of a record has none that can be listed.
    if (isAnyText(property) || isBoundingBox(property)) return null;
    throw new FilterError('unknown-property', `Unknown property: ${property}`);
  }
  const { column, isList } = found;
  const value = isList ? raw('each.value') : reference(column);
  const lists = isList ? sql`, unnest(${reference(column)}) AS each (value)` : raw('');
  const from = sql`FROM geopf.catalogue_record AS record ${lists} WHERE ${viewCondition(view)}`;
  if (column.type === 'date' || column.type === 'timestamp with time zone') {
    const query = sql`SELECT min(${value})::date::text AS min, max(${value})::date::text AS max ${from}`;
    const rows = await onRecordSnapshot(deps, reader, (snapshot) =>
      snapshot.rows<{ min: string | null; max: string | null }>(query),
    );
    const [{ min, max } = { min: null, max: null }] = rows;
    return min === null || max === null ? null : { min, max };
  }
  const query = sql`SELECT value::text
    FROM (SELECT DISTINCT ${value} AS value ${from} AND ${value} IS NOT NULL) AS distinct_values
    ORDER BY value LIMIT ${MAX_DOMAIN}::integer`;
  const rows = await onRecordSnapshot(deps, reader, (snapshot) => snapshot.rows<{ value: string }>(query));
  return rows.length === 0 ? null : rows.map((row) => row.value);
}
