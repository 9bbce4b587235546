/** Requests to the feeds of the download service (spec diffusion §8), as their query has them. */

export type RawQuery = Readonly<Record<string, string | string[] | undefined>>;

/** A request that cannot be read; French sentences, one per problem. */
export class FeedRequestError extends Error {
  constructor(readonly sentences: readonly string[]) {
    super(sentences.join(' '));
    this.name = 'FeedRequestError';
  }
}

/** Pages of entries, from 1. */
export interface FeedPage {
  readonly page: number;
  readonly limit: number;
}

/** Which parts of resources are wanted; `null`: any. */
export interface PartFilters {
  readonly zone: string | null;
  readonly format: string | null;
  readonly crs: string | null;
  readonly thematic: string | null;
  /** Bounds of the date of edition, included, `YYYY-MM-DD`. */
  readonly editionFrom: string | null;
  readonly editionTo: string | null;
  /** Positions of a ring in degrees, longitude first, the last one equal to the first. */
  readonly polygon: readonly (readonly [number, number])[] | null;
}

/** What feeds list is narrowed to: beside what parts must be, bounds of the day of the last change (UTC), included. */
export interface FeedFilters extends PartFilters {
  readonly updatedFrom: string | null;
  readonly updatedTo: string | null;
}

export interface PartOrder {
  readonly by: 'title' | 'editionDate';
  readonly descending: boolean;
}

/** What every feed takes. */
export interface FeedRequest extends FeedPage {
  /** ISO 639-1. */
  readonly language: string;
}

export interface ResourcesRequest extends FeedRequest {
  readonly filters: FeedFilters;
}

export interface PartsRequest extends FeedRequest {
  readonly filters: FeedFilters;
  readonly order: PartOrder;
}

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 50;
const MAX_PAGE = 1_000_000;
const MAX_POINTS = 1000;

/** ISO 639-2 codes that the platform's documentation uses. */
const LONG_LANGUAGES: Readonly<Record<string, string>> = { fre: 'fr', fra: 'fr', eng: 'en' };

/** Reads the query of the list of resources. @throws FeedRequestError with everything that is wrong */
export function readResourcesRequest(query: RawQuery): ResourcesRequest {
  const reader = new QueryReader(query);
  return reader.done({ ...feedRequest(reader), filters: feedFilters(reader) });
}

/** Reads the query of the list of the parts of a resource. @throws FeedRequestError with everything that is wrong */
export function readPartsRequest(query: RawQuery): PartsRequest {
  const reader = new QueryReader(query);
  const filters = feedFilters(reader);
  const by = reader.choice('sortEntriesBy', ['title', 'editionDate']) ?? 'title';
  const descending = reader.choice('sortEntriesOrder', ['asc', 'desc']) === 'desc';
  return reader.done({ ...feedRequest(reader), filters, order: { by, descending } });
}

/** Reads the query of the list of the files of a part. @throws FeedRequestError with everything that is wrong */
export function readFilesRequest(query: RawQuery): FeedRequest {
  const reader = new QueryReader(query);
  return reader.done(feedRequest(reader));
}

function feedRequest(reader: QueryReader): FeedRequest {
  return {
    // Clients ask for page 0, and for 100 or 200 entries: they get the first, and as many as there may be.
    page: Math.min(Math.max(1, reader.integer('page') ?? 1), MAX_PAGE),
    limit: Math.min(Math.max(1, reader.integer('limit') ?? DEFAULT_LIMIT), MAX_LIMIT),
    language: reader.language('lang') ?? 'en',
  };
}

function feedFilters(reader: QueryReader): FeedFilters {
  return {
    zone: reader.text('zone'),
    format: reader.text('format'),
    crs: reader.text('crs'),
    thematic: reader.text('thematic'),
    editionFrom: reader.date('editionDateFrom'),
    editionTo: reader.date('editionDateTo'),
    polygon: reader.polygon('polygon'),
    updatedFrom: reader.date('updatedFrom'),
    updatedTo: reader.date('updatedTo'),
  };
}

/** Reads parameters one by one, and gathers what is wrong with them. An empty value is an absent one. */
class QueryReader {
  private readonly faults: string[] = [];

  constructor(private readonly query: RawQuery) {}

  /** @throws FeedRequestError when something was wrong */
  done<T>(request: T): T {
    if (this.faults.length > 0) throw new FeedRequestError(this.faults);
    return request;
  }

  text(name: string): string | null {
    const given = Object.hasOwn(this.query, name) ? this.query[name] : undefined;
    const values = [...new Set([given ?? []].flat())].filter((value) => value.trim() !== '');
    if (values.length > 1) this.faults.push(`Le paramètre "${name}" ne peut avoir qu'une valeur.`);
    return values[0]?.trim() ?? null;
  }

  integer(name: string): number | null {
    const text = this.text(name);
    if (text === null || /^[+-]?\d{1,15}$/.test(text)) return text === null ? null : Number(text);
    return this.refuse(`Le paramètre "${name}" doit être un nombre entier.`);
  }

  date(name: string): string | null {
    const text = this.text(name);
    if (text === null || isDay(text)) return text;
    return this.refuse(`Le paramètre "${name}" doit être une date de la forme AAAA-MM-JJ.`);
  }

  choice<const Value extends string>(name: string, values: readonly Value[]): Value | null {
    const text = this.text(name);
    const found = values.find((value) => value.toLowerCase() === text?.toLowerCase());
    if (text === null || found !== undefined) return found ?? null;
    return this.refuse(`Le paramètre "${name}" doit valoir ${values.join(' ou ')}.`);
  }

  language(name: string): string | null {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined) return null;
    const code = Object.hasOwn(LONG_LANGUAGES, text) ? (LONG_LANGUAGES[text] ?? text) : text;
    return /^[a-z]{2}$/.test(code)
      ? code
      : this.refuse(`Le paramètre "${name}" doit être un code de langue : fr ou en.`);
  }

  polygon(name: string): [number, number][] | null {
    const text = this.text(name);
    if (text === null) return null;
    const points = text.split(';').filter((point) => point.trim() !== '');
    const positions = points.slice(0, MAX_POINTS + 1).map(readPosition);
    if (points.length > MAX_POINTS || !positions.every((position) => position !== null)) {
      return this.refuse(
        `Le paramètre "${name}" doit être de la forme x1,y1;x2,y2;… : longitudes et latitudes en degrés, ${MAX_POINTS} points au plus.`,
      );
    }
    const [first] = positions;
    const last = positions.at(-1);
    const distinct = new Set(positions.map(String)).size;
    if (first === undefined || last === undefined || distinct < 3) {
      return this.refuse(`Le paramètre "${name}" doit compter au moins trois points distincts.`);
    }
    return String(first) === String(last) ? positions : [...positions, first];
  }

  private refuse(sentence: string): null {
    this.faults.push(sentence);
    return null;
  }
}

function readPosition(text: string): [number, number] | null {
  const match = /^\s*([+-]?\d+(?:\.\d*)?)\s*,\s*([+-]?\d+(?:\.\d*)?)\s*$/.exec(text);
  const [x, y] = [Number(match?.[1] ?? Number.NaN), Number(match?.[2] ?? Number.NaN)];
  return Math.abs(x) <= 180 && Math.abs(y) <= 90 ? [x, y] : null;
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
