import type { Bbox } from '../geo/bbox.js';
import type { Crs } from '../geo/crs.js';
import type { Geometry } from './geometry.js';

/**
 * The one filter model: CQL and FES are read into it, SQL is written from it. Plain data, no behaviour.
 *
 * Logic is two-valued, as GeoServer's own evaluation is: a comparison with a missing value is false, and NOT turns it
 * into true.
 */

/** A condition on a feature. */
export type Filter =
  | { readonly kind: 'include' }
  | { readonly kind: 'exclude' }
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  | Comparison
  | Like
  | In
  | Between
  | { readonly kind: 'isNull'; readonly operand: Property }
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | BboxFilter
  | SpatialFilter
  | DistanceFilter;

/** An attribute by its name in the table, prefixes already stripped. */
export interface Property {
  readonly kind: 'property';
  readonly name: string;
}

/**
 * A constant as the client wrote it: its text is kept, so that long integers and decimals lose no digit.
 * `untyped` comes from XML, where every literal is text; the attribute it meets gives it a type.
 */
export interface Literal {
  readonly kind: 'literal';
  readonly type: 'string' | 'number' | 'boolean' | 'date' | 'untyped';
  readonly text: string;
}

export type Operand = Property | Literal;

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export interface Comparison {
  readonly kind: 'comparison';
  readonly operator: ComparisonOperator;
  readonly left: Operand;
  readonly right: Operand;
  /** False: texts are compared without regard to case. */
  readonly matchCase: boolean;
}

/** One piece of a pattern: exact text, any run of characters, or any one character. */
export type PatternPart = { readonly text: string } | 'any' | 'one';

export interface Like {
  readonly kind: 'like';
  readonly operand: Property;
  readonly pattern: readonly PatternPart[];
  readonly matchCase: boolean;
}

export interface In {
  readonly kind: 'in';
  readonly operand: Property;
  readonly values: readonly Literal[];
}

export interface Between {
  readonly kind: 'between';
  readonly operand: Property;
  readonly lower: Operand;
  readonly upper: Operand;
}

/** The geometry meets the box. Ordinates are in the order written; {@link Crs.axisOrder} says which it is. */
export interface BboxFilter {
  readonly kind: 'bbox';
  /** `null`: the default geometry. */
  readonly property: string | null;
  readonly box: Bbox;
  /** `null`: the CRS of the layer, in the order the caller of the SQL writer chooses. */
  readonly crs: Crs | null;
}

export type SpatialOperator =
  | 'intersects'
  | 'disjoint'
  | 'within'
  | 'contains'
  | 'touches'
  | 'crosses'
  | 'overlaps'
  | 'equals';

/** `operator(property, geometry)`; ordinates as in {@link BboxFilter}. */
export interface SpatialFilter {
  readonly kind: 'spatial';
  readonly operator: SpatialOperator;
  readonly property: string | null;
  readonly geometry: Geometry;
  readonly crs: Crs | null;
}

/** The geometry is within (or beyond) a distance of another. */
export interface DistanceFilter {
  readonly kind: 'distance';
  readonly operator: 'dwithin' | 'beyond';
  readonly property: string | null;
  readonly geometry: Geometry;
  readonly crs: Crs | null;
  /** Metres, at least 0. */
  readonly metres: number;
}

/** What is wrong with a filter. */
export type FilterFault = 'syntax' | 'unknown-property' | 'type' | 'unsupported' | 'too-complex';

/** Raised while a filter is read or turned into SQL. */
export class FilterError extends Error {
  constructor(
    readonly fault: FilterFault,
    message: string,
    /** Offset in the text of a CQL filter, from 0. */
    readonly position?: number,
  ) {
    super(message);
    this.name = 'FilterError';
  }
}

/** Nesting allowed in a filter. */
export const MAX_FILTER_DEPTH = 50;

/** Joins filters with AND, leaving out those that always hold. */
export function allOf(filters: readonly Filter[]): Filter {
  const useful = filters.filter((filter) => filter.kind !== 'include');
  const [first, ...others] = useful;
  if (first === undefined) return { kind: 'include' };
  return others.length === 0 ? first : { kind: 'and', filters: useful };
}

/** Local part of an attribute reference: `ns:name`, `type/name` and `ns:type/ns:name` are all `name`. */
export function localName(reference: string): string {
  return reference.slice(Math.max(reference.lastIndexOf(':'), reference.lastIndexOf('/')) + 1);
}

/** What the special characters of a pattern are; an empty one does not exist. */
export interface PatternSymbols {
  readonly any: string;
  readonly one: string;
  readonly escape: string;
}

/**
 * Splits a LIKE pattern into its parts.
 * An escape character makes the next one exact; one at the very end stands for itself.
 */
export function readPattern(text: string, symbols: PatternSymbols): PatternPart[] {
  const parts: PatternPart[] = [];
  let exact = '';
  const flush = (): void => {
    if (exact !== '') parts.push({ text: exact });
    exact = '';
  };
  let at = 0;
  while (at < text.length) {
    const [meaning, token] = symbolAt(text, at, symbols);
    at += token.length;
    if (meaning === 'any' || meaning === 'one') {
      flush();
      parts.push(meaning);
    } else if (meaning === 'escape' && at < text.length) {
      exact += text.charAt(at);
      at += 1;
    } else {
      exact += token;
    }
  }
  flush();
  return parts;
}

function symbolAt(
  text: string,
  at: number,
  { escape, any, one }: PatternSymbols,
): readonly ['escape' | 'any' | 'one' | 'exact', string] {
  const starts = (token: string): boolean => token !== '' && text.startsWith(token, at);
  if (starts(escape)) return ['escape', escape];
  if (starts(any)) return ['any', any];
  return starts(one) ? ['one', one] : ['exact', text.charAt(at)];
}

/** Metres in the units that CQL and FES name; `null` for an unknown unit. Case and spaces do not matter. */
export function metresPerUnit(unit: string): number | null {
  const name = unit
    .toLowerCase()
    .replace(/[\s_-]/g, '')
    .replace(/^.*#/, '');
  return Object.hasOwn(UNITS, name) ? (UNITS[name] ?? null) : null;
}

const UNITS: Readonly<Record<string, number>> = {
  m: 1,
  metre: 1,
  metres: 1,
  meter: 1,
  meters: 1,
  'urn:ogc:def:uom:epsg::9001': 1,
  km: 1000,
  kilometre: 1000,
  kilometres: 1000,
  kilometer: 1000,
  kilometers: 1000,
  ft: 0.3048,
  feet: 0.3048,
  statutemiles: 1609.344,
  miles: 1609.344,
  mi: 1609.344,
  nauticalmiles: 1852,
  nm: 1852,
};
