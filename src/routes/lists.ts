import type { FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { parseInstant } from '../domain/instants.js';
import type { Page, Paged, Point, Sort, SortField } from '../domain/listing.js';
import { badRequest } from '../errors.js';

/** Lists of the API (contract §5–§8): pages, Content-Range, `fields`, `sort`, tag filters. */

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;

/** Query of every list. */
export const PageQuery = Type.Object({
  page: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000_000, default: 1, description: 'Numéro de page, à partir de 1.' }),
  ),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_LIMIT,
      default: DEFAULT_LIMIT,
      description: "Nombre d'éléments par page.",
    }),
  ),
});

/** A query parameter that may be repeated. */
export const Repeated = (description: string) =>
  Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())], { description }));

/** `fields` of the lists that know it: repeated, or separated by commas. */
export const FieldsQuery = Type.Object({
  fields: Repeated('Propriétés à renvoyer, à la place de celles par défaut ; séparées par des virgules ou répétées.'),
});

/** `sort=<field>,<asc|desc>`, possibly repeated. */
export const SortQuery = Type.Object({
  sort: Repeated('Tri : <champ>,<asc|desc>.'),
});

/** Of uploads and stored data, which other datastores may share. */
export const OwnershipQuery = Type.Object({
  owned: Type.Optional(
    Type.Boolean({ description: "Les entités de l'entrepôt. Sans owned ni shared, les unes et les autres." }),
  ),
  shared: Type.Optional(Type.Boolean({ description: "Les entités d'autres entrepôts, partagées avec celui-ci." })),
});

/** The page a query asks for. */
export function readPage(query: Static<typeof PageQuery>): Page {
  const limit = query.limit ?? DEFAULT_LIMIT;
  return { offset: ((query.page ?? 1) - 1) * limit, limit };
}

/**
 * Sets `Content-Range: first-last/total` (1-based, both included; `0-0/total` when the page is empty)
 * and gives the items to answer.
 */
export function sendPage<Item>(reply: FastifyReply, page: Page, { items, total }: Paged<Item>): Item[] {
  const range = items.length === 0 ? '0-0' : `${page.offset + 1}-${page.offset + items.length}`;
  reply.header('content-range', `${range}/${total}`);
  return items;
}

/** A list that has no pages, with its `Content-Range` all the same: clients read totals there. */
export function sendWhole<Item>(reply: FastifyReply, items: Item[]): Item[] {
  return sendPage(reply, { offset: 0, limit: items.length }, { items, total: items.length });
}

/**
 * The properties a list item must hold beside `_id`.
 * @param options.legal legal values, each with the property it selects when that has another name
 * @throws ApiError bad_request naming the values that are not legal
 */
export function readFields(
  query: Static<typeof FieldsQuery>,
  options: { defaults: readonly string[]; legal: readonly string[]; aliases?: Readonly<Record<string, string>> },
): string[] {
  const asked = words(query.fields);
  if (asked.length === 0) return [...options.defaults];
  const aliases = options.aliases ?? {};
  const unknown = asked.filter((field) => !options.legal.includes(field) && !Object.hasOwn(aliases, field));
  if (unknown.length > 0) {
    throw badRequest(
      `Le paramètre "fields" contient des valeurs inconnues : ${unknown.join(', ')} (valeurs possibles : ${options.legal.join(', ')}).`,
    );
  }
  return asked.map((field) => (Object.hasOwn(aliases, field) ? (aliases[field] ?? field) : field));
}

/** Keeps `_id` and the given properties of a presented entity; absent ones stay absent. */
export function pickFields<Item extends { _id: string }>(
  item: Item,
  fields: readonly string[],
): Partial<Item> & { _id: string } {
  const kept = Object.entries(item).filter(([name]) => name === '_id' || fields.includes(name));
  return Object.fromEntries(kept) as Partial<Item> & { _id: string };
}

/**
 * The sort a query asks for, most significant first; empty when it asks for none.
 * @throws ApiError bad_request when a field is not sortable or the direction unknown
 */
export function readSort<Field extends SortField>(
  query: Static<typeof SortQuery>,
  legal: readonly Field[],
): Sort<Field>[] {
  const values = query.sort === undefined ? [] : [query.sort].flat();
  return values.map((value) => {
    const [name = '', direction = 'asc', ...rest] = value.split(',').map((part) => part.trim());
    const field = legal.find((candidate) => candidate === name);
    if (field === undefined || rest.length > 0 || !/^(asc|desc)$/i.test(direction)) {
      throw badRequest(
        `Le paramètre "sort" doit être de la forme <champ>,<asc|desc>, où champ est parmi : ${legal.join(', ')}.`,
      );
    }
    return { field, descending: direction.toLowerCase() === 'desc' };
  });
}

/**
 * The date of a filter, as {@link parseInstant} reads it.
 * @param name parameter, for the message
 * @throws ApiError bad_request
 */
export function readDate(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = parseInstant(text);
  if (date === null) throw badRequest(`Le paramètre "${name}" n'est pas une date ISO 8601.`);
  return date;
}

/**
 * The point of a filter on extents.
 * @throws ApiError bad_request when one of its coordinates is missing
 */
export function readPoint({ lon, lat }: { lon?: number; lat?: number }): Point | undefined {
  if (lon !== undefined && lat !== undefined) return { lon, lat };
  if (lon === undefined && lat === undefined) return undefined;
  throw badRequest('Les paramètres "lon" et "lat" vont ensemble.');
}

/** `tags[key]=value` filters of a parsed query; `null` when there is none. */
export function readTagFilters(query: object): Record<string, string> | null {
  const tags = Object.entries(query).flatMap(([name, value]) => {
    const key = /^tags\[(.+)\]$/s.exec(name)?.[1];
    return key === undefined ? [] : [[key, String(Array.isArray(value) ? value.at(-1) : value)] as const];
  });
  return tags.length === 0 ? null : Object.fromEntries(tags);
}

/**
 * The distinct words of a list parameter that must be there, as {@link readWords} reads them.
 * @throws ApiError bad_request when there is none
 */
export function readRepeated(query: object, name: 'tags' | 'datastores'): string[] {
  const found = readWords(query, name);
  if (found.length === 0) throw badRequest(`Le paramètre "${name}" est obligatoire.`);
  return found;
}

/**
 * The distinct words of a list parameter, in the spellings of the clients: `name=a&name=b`, `name=a,b`, `name[]=a`,
 * `name[0]=a`.
 */
export function readWords(query: object, name: string): string[] {
  const found = Object.entries(query)
    .filter(([key]) => key.replace(/\[\d*\]$/, '') === name)
    .flatMap(([, value]) => words(value as string | string[]));
  return [...new Set(found)];
}

/** Words of a repeated or comma-separated parameter. */
export function words(value: string | readonly string[] | undefined): string[] {
  return [value ?? []]
    .flat()
    .flatMap((part) => part.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
