import { identifier, join, raw, sql, type SqlFragment } from '../../filter/fragment.js';
import {
  type Comparison,
  type Filter,
  FilterError,
  type Like,
  localName,
  type Operand,
  type PatternPart,
} from '../../filter/model.js';
import { filterToSql, type FilterSqlContext } from '../../filter/sql.js';
import { parseCrs } from '../../geo/crs.js';
import type { Column } from '../feature-table.js';
import { asCswException } from './exceptions.js';
import { type SearchedWord, wordsOfPattern, wordsOfText, wordsQuery } from './full-text.js';
import type { SortKey } from './model.js';
import { findQueryable, isAnyText, isBoundingBox, type Queryable } from './queryables.js';
import { endingsQuery } from './word-endings.js';

/** Alias of the index of records in the queries. */
export const RECORD_ALIAS = 'record';

/**
 * Writes a filter as a condition on the rows of the index. A list matches when one of its values does.
 * @throws FilterError for an unknown property, a value of another type, or what cannot be asked of a property
 */
export function recordCondition(filter: Filter): SqlFragment {
  switch (filter.kind) {
    case 'include':
    case 'exclude':
      return filterToSql(filter, context([]));
    case 'and':
    case 'or': {
      const parts = filter.filters.map(recordCondition);
      return parts.length === 0 ? raw('TRUE') : sql`(${join(parts, filter.kind === 'and' ? ' AND ' : ' OR ')})`;
    }
    case 'not':
      return sql`(${recordCondition(filter.filter)} IS NOT TRUE)`;
    case 'ids':
      return identifiedBy(filter.ids);
    case 'bbox':
    case 'spatial':
    case 'distance':
      if (filter.property !== null && !isBoundingBox(filter.property)) {
        throw new FilterError('type', `${filter.property} is not the bounding box of records`);
      }
      return filterToSql({ ...filter, property: null }, context([]));
    case 'comparison':
      return comparison(filter);
    case 'like':
      if (isAnyText(filter.operand.name)) return wordsCondition(wordsOfPattern(filter.pattern), filter.pattern);
      return onValue(filter.operand.name, (operand) => ({ ...filter, operand }));
    case 'in':
      return sql`(${join(
        filter.values.map((right) =>
          comparison({ kind: 'comparison', operator: '=', left: filter.operand, right, matchCase: false }),
        ),
        ' OR ',
      )})`;
    case 'between':
      return onValue(filter.operand.name, (operand) => ({ ...filter, operand }));
    case 'isNull':
      return isMissing(filter.operand.name);
  }
}

/** Records of these identifiers, in the letters that are written or others. */
function identifiedBy(ids: readonly string[]): SqlFragment {
  const wanted = ids.map((id) => sql`lower(${id}::text)`);
  return sql`(lower(${identifier(RECORD_ALIAS)}.identifier) IN (${join(wanted, ', ')}))`;
}

/** What a search of words asks: a pattern of wildcards alone is held by every record, a text without words by none. */
export function wordsCondition(words: readonly SearchedWord[], pattern: Like['pattern']): SqlFragment {
  if (words.length > 0) return holdsWords(words);
  const isAny = (part: PatternPart): boolean => part === 'any';
  return raw(pattern.length > 0 && pattern.every(isAny) ? 'TRUE' : 'FALSE');
}

/**
 * Records that hold all these words, at least one: by their stems, and within words where wildcards are. Beside other
 * words, those that say nothing ("de la") are not looked for.
 */
function holdsWords(words: readonly SearchedWord[]): SqlFragment {
  const record = identifier(RECORD_ALIAS);
  const byStem = (some: readonly SearchedWord[]): SqlFragment => sql`${record}.search @@ ${wordsQuery(some)}`;
  const plain = words.filter(({ isEnding, isPrefix }) => !isEnding && !isPrefix);
  const held = words
    .filter((word) => !plain.includes(word))
    .map((word) => {
      const endings = endingsQuery(word);
      const holds = endings === null ? byStem([word]) : sql`${byStem([word])} OR ${record}.endings @@ ${endings}`;
      return { words: [word], holds };
    });
  if (plain.length > 0) held.unshift({ words: plain, holds: byStem(plain) });
  const [only, ...others] = held;
  if (only === undefined) return raw('FALSE');
  if (others.length === 0) return sql`(${only.holds})`;
  return sql`(${join(
    [...held.map((some) => sql`(${some.holds} OR ${saysNothing(some.words)})`), sql`NOT ${saysNothing(words)}`],
    ' AND ',
  )})`;
}

/** Whether words are none that French searches look for. The planner knows: it costs no search. */
function saysNothing(words: readonly SearchedWord[]): SqlFragment {
  return sql`(numnode(${wordsQuery(words)}) = 0)`;
}

/** How near records are to words, a number; `null`: there are no words. */
export function searchRank(words: readonly SearchedWord[]): SqlFragment | null {
  return words.length === 0 ? null : sql`ts_rank(${identifier(RECORD_ALIAS)}.search, ${wordsQuery(words)})`;
}

function comparison(filter: Comparison): SqlFragment {
  const { left, right, operator } = filter;
  if (left.kind === 'literal' && right.kind === 'property') {
    return comparison({ ...filter, operator: MIRRORED[operator], left: right, right: left });
  }
  if (left.kind === 'literal') return filterToSql(filter, context([]));
  if (right.kind === 'property') return columnsCompared(filter, left.name, right.name);
  if (isAnyText(left.name)) {
    const found = wordsCondition(wordsOfText(right.text), []);
    if (operator === '=') return found;
    if (operator === '<>') return sql`(${found} IS NOT TRUE)`;
    throw new FilterError('unsupported', 'AnyText holds words or does not: it has no order');
  }
  // Of a list, "not equal" means that no value is equal.
  const positive = operator === '<>' ? '=' : operator;
  const found = onValue(left.name, (operand) => ({ ...filter, operator: positive, left: operand }));
  return operator === '<>' ? sql`(${found} IS NOT TRUE)` : found;
}

const MIRRORED = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

function columnsCompared(filter: Comparison, left: string, right: string): SqlFragment {
  const columns = [required(left), required(right)];
  if (columns.some(({ isList }) => isList)) {
    throw new FilterError('unsupported', `${left} and ${right} cannot be compared: one of them has several values`);
  }
  const [a, b] = columns.map(({ column }): Operand => ({ kind: 'property', name: column.name }));
  if (a === undefined || b === undefined) throw new Error('two columns are compared');
  return filterToSql({ ...filter, left: a, right: b }, context(columns.map(({ column }) => column)));
}

/** A condition on the one value of a property, or on any of its values. */
function onValue(
  name: string,
  write: (operand: { readonly kind: 'property'; readonly name: string }) => Filter,
): SqlFragment {
  const { column, isList } = required(name);
  if (!isList) return filterToSql(write({ kind: 'property', name: column.name }), context([column]));
  const value: Column = { ...column, name: 'value' };
  const condition = filterToSql(write({ kind: 'property', name: 'value' }), { ...context([value]), alias: 'each' });
  return sql`EXISTS (SELECT FROM unnest(${reference(column)}) AS each (value) WHERE ${condition})`;
}

function isMissing(name: string): SqlFragment {
  if (isAnyText(name)) return raw('FALSE');
  if (isBoundingBox(name)) return sql`(${identifier(RECORD_ALIAS)}.extent IS NULL)`;
  const { column, isList } = required(name);
  return isList ? sql`(cardinality(${reference(column)}) = 0)` : sql`(${reference(column)} IS NULL)`;
}

/** @throws FilterError */
export function required(name: string): Queryable {
  const found = findQueryable(name);
  if (found !== undefined) return found;
  if (isAnyText(name) || isBoundingBox(name)) {
    throw new FilterError('unsupported', `${localName(name)} cannot be used that way`);
  }
  throw new FilterError('unknown-property', `Unknown property: ${name}`);
}

/** @throws OwsException for a property that gives no order */
export function assertSortable(sortBy: readonly SortKey[]): void {
  try {
    for (const { property } of sortBy) required(property);
  } catch (error) {
    throw asCswException(error, 'sortBy');
  }
}

export function reference(column: Column): SqlFragment {
  return sql`${identifier(RECORD_ALIAS)}.${identifier(column.name)}`;
}

function context(columns: readonly Column[]): FilterSqlContext {
  return {
    table: {
      schema: 'geopf',
      table: 'catalogue_record',
      columns,
      geometry: { column: 'extent', type: 'MultiPolygon', srid: 4326, hasZ: false },
      primaryKey: [],
    },
    columns,
    alias: RECORD_ALIAS,
    // Boxes without CRS are longitude first (OGC 07-006r1 §10.8.3).
    layerCrs: WGS84,
    idPrefix: '',
  };
}

const WGS84 = parseCrs('CRS:84');
