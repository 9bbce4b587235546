import { parseCrs, type Crs } from '../geo/crs.js';
import { parseFiniteNumber } from '../geo/bbox.js';
import { readWkt, type Geometry } from './geometry.js';
import {
  FilterError,
  localName,
  MAX_FILTER_DEPTH,
  metresPerUnit,
  readPattern,
  type ComparisonOperator,
  type Filter,
  type Literal,
  type Operand,
  type Property,
  type SpatialOperator,
} from './model.js';
import { TokenCursor, tokenize } from './tokens.js';

/**
 * CQL as GeoServer's `cql_filter` takes it (the part of ECQL listed in diffusion.md §4), read by recursive descent.
 * Functions and arithmetic are refused by name rather than ignored.
 */

const SPATIAL_OPERATORS: Readonly<Record<string, SpatialOperator>> = {
  INTERSECTS: 'intersects',
  DISJOINT: 'disjoint',
  WITHIN: 'within',
  CONTAINS: 'contains',
  TOUCHES: 'touches',
  CROSSES: 'crosses',
  OVERLAPS: 'overlaps',
  EQUALS: 'equals',
};

/**
 * Reads one CQL condition.
 * Geometries and boxes keep the order of ordinates written; the layer's CRS applies unless one is named.
 * @param matchCase whether texts are compared with regard to case, ILIKE apart
 * @throws FilterError with the position of the fault
 */
export function parseCql(text: string, matchCase = true): Filter {
  return new CqlParser(new TokenCursor(tokenize(text)), matchCase).parse();
}

class CqlParser {
  private depth = 0;

  constructor(
    private readonly cursor: TokenCursor,
    private readonly matchCase: boolean,
  ) {}

  parse(): Filter {
    const filter = this.disjunction();
    this.cursor.take(';');
    if (this.cursor.current.type !== 'end') this.cursor.fail('AND, OR or the end is expected');
    return filter;
  }

  private nested<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > MAX_FILTER_DEPTH)
      throw new FilterError('too-complex', `filter nested deeper than ${MAX_FILTER_DEPTH}`, this.cursor.current.at);
    const result = read();
    this.depth -= 1;
    return result;
  }

  private disjunction(): Filter {
    return this.chain('or', 'OR', () => this.chain('and', 'AND', () => this.negation()));
  }

  private chain(kind: 'and' | 'or', word: string, read: () => Filter): Filter {
    const filters = [read()];
    while (this.cursor.takeWord(word)) filters.push(read());
    return filters.length === 1 ? (filters[0] as Filter) : { kind, filters };
  }

  private negation(): Filter {
    if (this.cursor.takeWord('NOT')) return this.nested(() => ({ kind: 'not', filter: this.negation() }));
    if (this.cursor.take('(')) {
      return this.nested(() => {
        const filter = this.disjunction();
        this.cursor.expect(')');
        return filter;
      });
    }
    return this.predicate();
  }

  private predicate(): Filter {
    const name = this.cursor.current.type === 'word' ? this.cursor.current.text.toUpperCase() : '';
    const next = this.cursor.lookAhead(1);
    if (next.type === 'mark' && next.text === '(') {
      if (name === 'IN') return this.idList();
      if (this.cursor.current.type === 'word') return this.functionPredicate(name);
    }
    if (this.cursor.takeWord('INCLUDE')) return { kind: 'include' };
    if (this.cursor.takeWord('EXCLUDE')) return { kind: 'exclude' };
    return this.attributePredicate();
  }

  private idList(): Filter {
    this.cursor.step();
    return { kind: 'ids', ids: this.literalList().map((literal) => literal.text) };
  }

  private attributePredicate(): Filter {
    const start = this.cursor.current.at;
    const left = this.operand();
    if (this.cursor.current.type === 'operator') {
      const operator = this.comparisonOperator();
      return { kind: 'comparison', operator, left, right: this.operand(), matchCase: this.matchCase };
    }
    if (left.kind !== 'property')
      throw new FilterError('syntax', `An attribute is expected at position ${start + 1}`, start);
    if (this.cursor.takeWord('IS')) {
      const negated = this.cursor.takeWord('NOT');
      if (!this.cursor.takeWord('NULL')) this.cursor.fail('NULL is expected');
      return negate({ kind: 'isNull', operand: left }, negated);
    }
    const negated = this.cursor.takeWord('NOT');
    return negate(this.setPredicate(left), negated);
  }

  private setPredicate(operand: Property): Filter {
    if (this.cursor.takeWord('LIKE')) return this.like(operand, this.matchCase);
    if (this.cursor.takeWord('ILIKE')) return this.like(operand, false);
    if (this.cursor.takeWord('IN')) return { kind: 'in', operand, values: this.literalList() };
    if (this.cursor.takeWord('BETWEEN')) {
      const lower = this.operand();
      if (!this.cursor.takeWord('AND')) this.cursor.fail('AND is expected');
      return { kind: 'between', operand, lower, upper: this.operand() };
    }
    return this.cursor.fail('a comparison is expected');
  }

  private like(operand: Property, matchCase: boolean): Filter {
    const { type, text } = this.cursor.current;
    if (type !== 'string') this.cursor.fail('a quoted pattern is expected');
    this.cursor.step();
    return { kind: 'like', operand, matchCase, pattern: readPattern(text, { any: '%', one: '_', escape: '\\' }) };
  }

  private comparisonOperator(): ComparisonOperator {
    const { text } = this.cursor.current;
    this.cursor.step();
    return text === '!=' ? '<>' : (text as ComparisonOperator);
  }

  private literalList(): Literal[] {
    this.cursor.expect('(');
    const values: Literal[] = [];
    do {
      const operand = this.operand();
      if (operand.kind !== 'literal') this.cursor.fail('a value is expected before');
      else values.push(operand);
    } while (this.cursor.take(','));
    this.cursor.expect(')');
    return values;
  }

  private operand(): Operand {
    const token = this.cursor.current;
    switch (token.type) {
      case 'string':
      case 'number':
      case 'date':
        this.cursor.step();
        return { kind: 'literal', type: token.type, text: token.text };
      case 'name':
        this.cursor.step();
        return { kind: 'property', name: token.text };
      case 'word': {
        if (RESERVED.has(token.text.toUpperCase())) return this.cursor.fail('an attribute or a value is expected');
        this.cursor.step();
        if (this.cursor.take('(')) throw unsupported(`The function ${token.text}`, token.at);
        if (/^(true|false)$/i.test(token.text))
          return { kind: 'literal', type: 'boolean', text: token.text.toLowerCase() };
        return { kind: 'property', name: localName(token.text) };
      }
      default:
        return this.cursor.fail('an attribute or a value is expected');
    }
  }

  private functionPredicate(name: string): Filter {
    const { at, text } = this.cursor.current;
    if (name === 'BBOX') return this.afterName(() => this.bbox());
    if (name === 'DWITHIN' || name === 'BEYOND')
      return this.afterName(() => this.distance(name === 'BEYOND' ? 'beyond' : 'dwithin'));
    const operator = Object.hasOwn(SPATIAL_OPERATORS, name) ? SPATIAL_OPERATORS[name] : undefined;
    if (operator === undefined) throw unsupported(`The function ${text}`, at);
    return this.afterName(() => ({ kind: 'spatial', operator, ...this.propertyAndGeometry() }));
  }

  private afterName(read: () => Filter): Filter {
    this.cursor.step();
    this.cursor.expect('(');
    const filter = read();
    this.cursor.expect(')');
    return filter;
  }

  private bbox(): Filter {
    const property = this.geometryProperty();
    const numbers: number[] = [];
    while (numbers.length < 4 && this.cursor.take(',')) {
      const number = parseFiniteNumber(this.cursor.takeNumber() ?? '');
      numbers.push(number ?? this.cursor.fail('a number is expected'));
    }
    const [minX = NaN, minY = NaN, maxX = NaN, maxY = NaN] = numbers;
    if (numbers.length < 4) this.cursor.fail("',' and a number are expected");
    if (minX > maxX || minY > maxY) this.cursor.fail('the lower corner of BBOX is beyond its upper corner');
    let crs: Crs | null = null;
    if (this.cursor.take(',')) {
      const { type, text } = this.cursor.current;
      if (type !== 'string') this.cursor.fail('a quoted CRS is expected');
      crs = parseCrs(text);
      this.cursor.step();
    }
    return { kind: 'bbox', property, box: { minX, minY, maxX, maxY }, crs };
  }

  private propertyAndGeometry(): { property: string; geometry: Geometry; crs: Crs | null } {
    const property = this.geometryProperty();
    this.cursor.expect(',');
    const crs = this.takeSrid();
    return { property, crs, geometry: this.nested(() => readWkt(this.cursor)) };
  }

  /** `SRID=4326;` before a geometry: the EPSG code, ordinates x,y. */
  private takeSrid(): Crs | null {
    if (!this.cursor.isWord('SRID') || this.cursor.lookAhead(1).text !== '=') return null;
    this.cursor.step(2);
    const code = this.cursor.takeNumber() ?? this.cursor.fail('an EPSG code is expected');
    if (!this.cursor.take(';')) this.cursor.fail("';' is expected");
    return parseCrs(`EPSG:${code}`);
  }

  private distance(operator: 'dwithin' | 'beyond'): Filter {
    const where = this.propertyAndGeometry();
    this.cursor.expect(',');
    const distance = parseFiniteNumber(this.cursor.takeNumber() ?? '');
    if (distance === null || distance < 0) return this.cursor.fail('a distance is expected before');
    this.cursor.expect(',');
    let unit = '';
    while (this.cursor.current.type === 'word' || this.cursor.current.type === 'string') {
      unit += `${this.cursor.current.text} `;
      this.cursor.step();
    }
    const metres = metresPerUnit(unit);
    if (metres === null) return this.cursor.fail('a unit of length is expected before');
    return { kind: 'distance', operator, ...where, metres: distance * metres };
  }

  private geometryProperty(): string {
    const operand = this.operand();
    return operand.kind === 'property' ? operand.name : this.cursor.fail('an attribute is expected before');
  }
}

const RESERVED = new Set(['AND', 'OR', 'NOT', 'LIKE', 'ILIKE', 'IN', 'BETWEEN', 'IS', 'NULL']);

function negate(filter: Filter, negated: boolean): Filter {
  return negated ? { kind: 'not', filter } : filter;
}

function unsupported(what: string, at: number): FilterError {
  return new FilterError('unsupported', `${what} is not supported (position ${at + 1})`, at);
}
