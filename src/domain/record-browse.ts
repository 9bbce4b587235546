import { join, raw, sql, type SqlFragment } from '../filter/fragment.js';
import { readPattern } from '../filter/model.js';
import { searchRank, wordsCondition } from '../ogc/csw/conditions.js';
import { MAX_WORDS, wordsOfPattern } from '../ogc/csw/full-text.js';
import type { CatalogueRecord } from '../ogc/csw/model.js';
import { FRENCH_ORDER, idsOf, type RecordView, viewCondition } from './record-search.js';
import { onRecordSnapshot, type SearchDeps } from './record-snapshot.js';
import type { Reader } from './service-snapshot.js';

/** What the pages for people show of the catalogue. */

/** What a person looks for; all of it must hold. */
export interface Browsing {
  /** Words, by their stems; `*` stands for any letters of a word. */
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
  /** Whether more words were asked for than one search takes: those beyond were not looked for. */
  readonly isCut: boolean;
  readonly records: readonly FoundRecord[];
  readonly producers: readonly Facet[];
  readonly themes: readonly Facet[];
}

/** Records of one page. */
export const PAGE_SIZE = 20;

/** Records of which the nearest come first; when more are found the words tell little, and ranking takes long. */
const MAX_RANKED = 2000;

const WILDCARDS = { any: '*', one: '', escape: '' } as const;
const MAX_FACETS = 15;
const THEMES = sql`record.topic_categories || record.inspire_themes`;
const PRODUCERS = sql`record.organisations`;

/**
 * A page of the records that hold what is looked for, the nearest first, with what they can be narrowed to.
 * @throws BusyError
 */
export async function browseRecords(
  deps: SearchDeps,
  view: RecordView,
  { text, producer, theme, page }: Browsing,
  reader: Reader,
): Promise<BrowsedRecords> {
  const pattern = text === undefined ? [] : readPattern(text, WILDCARDS);
  const asked = wordsOfPattern(pattern);
  const words = asked.slice(0, MAX_WORDS);
  const where = join(
    [
      viewCondition(view),
      ...(text === undefined ? [] : [wordsCondition(words, pattern)]),
      ...(producer === undefined ? [] : [sql`${producer}::text = ANY (${PRODUCERS})`]),
      ...(theme === undefined ? [] : [sql`${theme}::text = ANY (${THEMES})`]),
    ],
    ' AND ',
  );
  return onRecordSnapshot(deps, reader, async (snapshot) => {
    const [counts = { matched: 0, producers: [], themes: [] }] = await snapshot.rows<Counts>(countsSql(where));
    const rank = counts.matched > MAX_RANKED ? null : searchRank(words);
    const order =
      rank === null ? sql`record.title ${FRENCH_ORDER} NULLS LAST, record.id` : sql`${rank} DESC, record.id`;
    const ids = sql`SELECT record.id FROM geopf.catalogue_record AS record WHERE ${where}
      ORDER BY ${order} LIMIT ${PAGE_SIZE}::integer OFFSET ${(page - 1) * PAGE_SIZE}::integer`;
    const records = await snapshot.rows<FoundRecord>(
      sql`SELECT record.identifier, record.content
        FROM unnest(ARRAY(${ids})) WITH ORDINALITY AS found (id, position)
        JOIN geopf.catalogue_record AS record USING (id) ORDER BY found.position`,
    );
    return { ...counts, records, isCut: asked.length > words.length };
  });
}

type Counts = Pick<BrowsedRecords, 'matched' | 'producers' | 'themes'>;

/** One row of {@link Counts}: what is looked for is looked for once. */
function countsSql(where: SqlFragment): SqlFragment {
  return sql`WITH found AS MATERIALIZED (
      SELECT ${PRODUCERS} AS producers, ${THEMES} AS themes FROM geopf.catalogue_record AS record WHERE ${where})
    SELECT (SELECT count(*)::integer FROM found) AS matched,
      ${facetsSql(raw('found.producers'))} AS producers, ${facetsSql(raw('found.themes'))} AS themes`;
}

function facetsSql(values: SqlFragment): SqlFragment {
  return sql`coalesce((SELECT json_agg(facet) FROM (
      SELECT each.value, count(*)::integer AS count FROM found, unnest(${values}) AS each (value)
      GROUP BY each.value ORDER BY count(*) DESC, each.value LIMIT ${MAX_FACETS}::integer) AS facet), '[]')`;
}

/** The record of this identifier that a view shows; `null` when there is none. @throws BusyError */
export async function browsedRecord(
  deps: SearchDeps,
  view: RecordView,
  identifier: string,
  reader: Reader,
): Promise<FoundRecord | null> {
  const [record = null] = await onRecordSnapshot(deps, reader, (snapshot) =>
    snapshot.rows<FoundRecord>(
      sql`SELECT record.identifier, record.content FROM geopf.catalogue_record AS record
        WHERE record.id IN (${idsOf(view, [identifier])})`,
    ),
  );
  return record;
}
