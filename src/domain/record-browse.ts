import { join, raw, sql, type SqlFragment, toQuery } from '../filter/fragment.js';
import { holdsWords, identifiedBy, searchRank } from '../ogc/csw/conditions.js';
import type { CatalogueRecord } from '../ogc/csw/model.js';
import { viewCondition, type RecordView, type SearchDeps } from './record-search.js';

/** What the pages for people show of the catalogue. */

/** What a person looks for; all of it must hold. */
export interface Browsing {
  /** Words, by their stems. */
  readonly text: string | undefined;
  /** Name of an organisation, exactly. */
  readonly producer: string | undefined;
  /** A topic category or a theme of INSPIRE, exactly. */
  readonly theme: string | undefined;
  /** From 1. */
  readonly page: number;
}

/** A value that records may be narrowed to, and how many of those found have it. */
export interface Facet {
  readonly value: string;
  readonly count: number;
}

export type FoundRecord = Pick<CatalogueRecord, 'identifier' | 'content'>;

export interface BrowsedRecords {
  readonly matched: number;
  readonly records: readonly FoundRecord[];
  readonly producers: readonly Facet[];
  readonly themes: readonly Facet[];
}

/** Records of one page. */
export const PAGE_SIZE = 20;

const MAX_FACETS = 15;
const THEMES = sql`record.topic_categories || record.inspire_themes`;
const PRODUCERS = sql`record.organisations`;

/** A page of the records that hold what is looked for, the nearest first, with what they can be narrowed to. */
export async function browseRecords(
  { pool }: Pick<SearchDeps, 'pool'>,
  view: RecordView,
  { text, producer, theme, page }: Browsing,
): Promise<BrowsedRecords> {
  const words = text === undefined ? undefined : (holdsWords(text) ?? raw('FALSE'));
  const where = join(
    [
      viewCondition(view),
      ...(words === undefined ? [] : [words]),
      ...(producer === undefined ? [] : [sql`${producer}::text = ANY (${PRODUCERS})`]),
      ...(theme === undefined ? [] : [sql`${theme}::text = ANY (${THEMES})`]),
    ],
    ' AND ',
  );
  const rank = text === undefined ? null : searchRank(text);
  const order = rank === null ? raw('lower(record.title) NULLS LAST, record.id') : sql`${rank} DESC, record.id`;
  const [found, counted, producers, themes] = await Promise.all([
    pool.query<FoundRecord>(
      toQuery(sql`SELECT record.identifier, record.content FROM geopf.catalogue_record AS record WHERE ${where}
        ORDER BY ${order} LIMIT ${PAGE_SIZE}::integer OFFSET ${(page - 1) * PAGE_SIZE}::integer`),
    ),
    pool.query<{ count: string }>(
      toQuery(sql`SELECT count(*) AS count FROM geopf.catalogue_record AS record WHERE ${where}`),
    ),
    pool.query<Facet>(toQuery(facetsSql(PRODUCERS, where))),
    pool.query<Facet>(toQuery(facetsSql(THEMES, where))),
  ]);
  return {
    matched: Number(counted.rows[0]?.count ?? 0),
    records: found.rows,
    producers: producers.rows,
    themes: themes.rows,
  };
}

function facetsSql(values: SqlFragment, where: SqlFragment): SqlFragment {
  return sql`SELECT each.value, count(*)::integer AS count
    FROM geopf.catalogue_record AS record, unnest(${values}) AS each (value)
    WHERE ${where} GROUP BY each.value ORDER BY count(*) DESC, each.value LIMIT ${MAX_FACETS}::integer`;
}

/** The record of this identifier that a view shows; `null` when there is none. */
export async function browsedRecord(
  { pool }: Pick<SearchDeps, 'pool'>,
  view: RecordView,
  identifier: string,
): Promise<FoundRecord | null> {
  const { rows } = await pool.query<FoundRecord>(
    toQuery(sql`SELECT record.identifier, record.content FROM geopf.catalogue_record AS record
      WHERE ${viewCondition(view)} AND ${identifiedBy([identifier])} ORDER BY record.id LIMIT 1`),
  );
  return rows[0] ?? null;
}
