import t from 'tap';
import { parseCql } from '../../src/filter/cql.js';
import { FilterError } from '../../src/filter/model.js';
import { UnknownCrsError } from '../../src/geo/crs.js';

const name = { kind: 'property', name: 'a' } as const;
const number = (text: string) => ({ kind: 'literal', type: 'number', text }) as const;
const string = (text: string) => ({ kind: 'literal', type: 'string', text }) as const;
const equal = (text: string) => ({
  kind: 'comparison',
  operator: '=',
  left: name,
  right: number(text),
  matchCase: true,
});
const square = [
  [0, 0],
  [0, 1],
  [1, 1],
  [1, 0],
  [0, 0],
];

const CASES: readonly [cql: string, filter: object][] = [
  ['INCLUDE', { kind: 'include' }],
  ['exclude', { kind: 'exclude' }],
  ['a=1', equal('1')],
  ['a = 1;', equal('1')],
  ['((a = 1))', equal('1')],
  ['a != -1.5e3', { ...equal('-1.5e3'), operator: '<>' }],
  ["a <> 'L''Hay'", { ...equal('1'), operator: '<>', right: string("L'Hay") }],
  ["'x' < a", { ...equal('1'), operator: '<', left: string('x'), right: name }],
  ['a >= b', { ...equal('1'), operator: '>=', right: { kind: 'property', name: 'b' } }],
  ['a <= 2020-02-01', { ...equal('1'), operator: '<=', right: { kind: 'literal', type: 'date', text: '2020-02-01' } }],
  ['a > 2020-02-01T10:00:00Z', { ...equal('1'), operator: '>', right: { type: 'date', text: '2020-02-01T10:00:00Z' } }],
  ['a = TRUE', { ...equal('1'), right: { kind: 'literal', type: 'boolean', text: 'true' } }],
  ['"a" = 1', equal('1')],
  ['ns:a = 1', equal('1')],
  ['ns:t/ns:a = 1', equal('1')],
  ['"x y""z" = 1', { ...equal('1'), left: { kind: 'property', name: 'x y"z' } }],
  ['numéro = 1', { ...equal('1'), left: { kind: 'property', name: 'numéro' } }],
  ['a = 1 AND a = 2 and a = 3', { kind: 'and', filters: [equal('1'), equal('2'), equal('3')] }],
  [
    'a = 1 OR a = 2 AND a = 3',
    { kind: 'or', filters: [equal('1'), { kind: 'and', filters: [equal('2'), equal('3')] }] },
  ],
  ['(a = 1 OR a = 2) AND a = 3', { kind: 'and', filters: [{ kind: 'or' }, equal('3')] }],
  ['NOT a = 1', { kind: 'not', filter: equal('1') }],
  ['NOT (NOT a = 1)', { kind: 'not', filter: { kind: 'not', filter: equal('1') } }],
  ['a IS NULL', { kind: 'isNull', operand: name }],
  ['a is not null', { kind: 'not', filter: { kind: 'isNull', operand: name } }],
  [
    "a LIKE 'x%_y'",
    { kind: 'like', operand: name, pattern: [{ text: 'x' }, 'any', 'one', { text: 'y' }], matchCase: true },
  ],
  ["a ILIKE '100\\%'", { kind: 'like', pattern: [{ text: '100%' }], matchCase: false }],
  ["a NOT LIKE 'x'", { kind: 'not', filter: { kind: 'like' } }],
  ["a IN ('x', 'y')", { kind: 'in', operand: name, values: [string('x'), string('y')] }],
  ['a NOT IN (1)', { kind: 'not', filter: { kind: 'in', values: [number('1')] } }],
  [
    'a BETWEEN 1 AND 2 AND a = 3',
    { kind: 'and', filters: [{ kind: 'between', operand: name, lower: number('1'), upper: number('2') }, equal('3')] },
  ],
  ["IN ('t.1', 't.2')", { kind: 'ids', ids: ['t.1', 't.2'] }],
  ['BBOX(g, 0, 1, 2, 3)', { kind: 'bbox', property: 'g', box: { minX: 0, minY: 1, maxX: 2, maxY: 3 }, crs: null }],
  ["bbox(g, 0, 1, 2, 3, 'EPSG:4326')", { kind: 'bbox', crs: { srid: 4326, axisOrder: 'xy' } }],
  [
    'INTERSECTS(g, POINT(1 2))',
    {
      kind: 'spatial',
      operator: 'intersects',
      property: 'g',
      geometry: { type: 'Point', coordinates: [1, 2] },
      crs: null,
    },
  ],
  [
    'INTERSECTS(g, SRID=4326;POINT Z(1 2 3))',
    { geometry: { coordinates: [1, 2] }, crs: { srid: 4326, axisOrder: 'xy' } },
  ],
  [
    'WITHIN(g, POLYGON((0 0,0 1,1 1,1 0,0 0)))',
    { operator: 'within', geometry: { type: 'Polygon', coordinates: [square] } },
  ],
  [
    'CONTAINS(g, MULTIPOINT(1 2,(3 4)))',
    {
      operator: 'contains',
      geometry: {
        type: 'MultiPoint',
        coordinates: [
          [1, 2],
          [3, 4],
        ],
      },
    },
  ],
  [
    'TOUCHES(g, LINESTRING(1 2,3 4))',
    {
      operator: 'touches',
      geometry: {
        type: 'LineString',
        coordinates: [
          [1, 2],
          [3, 4],
        ],
      },
    },
  ],
  [
    'CROSSES(g, MULTILINESTRING((1 2,3 4)))',
    {
      operator: 'crosses',
      geometry: {
        type: 'MultiLineString',
        coordinates: [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      },
    },
  ],
  [
    'OVERLAPS(g, MULTIPOLYGON(((0 0,0 1,1 1,1 0,0 0))))',
    { operator: 'overlaps', geometry: { type: 'MultiPolygon', coordinates: [[square]] } },
  ],
  [
    'DISJOINT(g, GEOMETRYCOLLECTION(POINT(1 2)))',
    { operator: 'disjoint', geometry: { type: 'GeometryCollection', geometries: [{ type: 'Point' }] } },
  ],
  ['EQUALS(g, ENVELOPE(0, 1, 0, 1))', { operator: 'equals', geometry: { type: 'Polygon', coordinates: [square] } }],
  ['DWITHIN(g, POINT(1 2), 2, kilometers)', { kind: 'distance', operator: 'dwithin', metres: 2000 }],
  ['BEYOND(g, POINT(1 2), 1, statute miles)', { kind: 'distance', operator: 'beyond', metres: 1609.344 }],
];

for (const [cql, filter] of CASES) {
  void t.test(`${cql} is read`, async (t) => {
    t.match(parseCql(cql), filter);
  });
}

const FAULTS: readonly [cql: string, message: RegExp, position: number][] = [
  ['', /found the end/, 0],
  ['a', /a comparison is expected, found the end at position 2/, 1],
  ['a = ', /an attribute or a value is expected/, 4],
  ["a = 'x", /never closed/, 4],
  ['a = 1 a = 2', /AND, OR or the end is expected, found 'a' at position 7/, 6],
  ['a = 1; DROP TABLE x', /found 'DROP'/, 7],
  ['a = 1 --', /Unexpected '-'/, 6],
  ['1 IS NULL', /An attribute is expected/, 0],
  ['a IS 1', /NULL is expected/, 5],
  ['a LIKE 1', /quoted pattern/, 7],
  ['a IN ()', /a value is expected/, 6],
  ['a IN (b)', /a value is expected before/, 7],
  ['a BETWEEN 1 OR 2', /AND is expected/, 12],
  ['AND = 1', /is expected/, 0],
  ['(a = 1', /'\)' is expected/, 6],
  ['BBOX(g, 0, 1, 2)', /',' and a number are expected/, 15],
  ['BBOX(g, NaN, 0, 1, 1)', /a number is expected, found 'NaN'/, 8],
  ['BBOX(g, 2, 0, 1, 1)', /beyond/, 18],
  ['BBOX(g, 0, 0, 1, 1, 4326)', /quoted CRS/, 20],
  ['BBOX(1, 0, 0, 1, 1)', /an attribute is expected/, 6],
  ['INTERSECTS(g, 1)', /a geometry is expected/, 14],
  ['INTERSECTS(g, CIRCLE(1 2))', /a geometry type is expected/, 14],
  ['INTERSECTS(g, POINT(1))', /a coordinate is expected/, 21],
  ['INTERSECTS(g, POINT(Infinity 1))', /a coordinate is expected/, 20],
  ['INTERSECTS(g, POINT(1e999 1))', /a coordinate is expected/, 26],
  ['INTERSECTS(g, ENVELOPE(0, 1))', /four numbers/, 28],
  ['INTERSECTS(g, ENVELOPE(1, 0, 0, 1))', /minimum then maximum/, 34],
  ['INTERSECTS(g, SRID=x;POINT(1 1))', /an EPSG code is expected/, 19],
  ['INTERSECTS(g, SRID=4326 POINT(1 1))', /';' is expected/, 24],
  ['DWITHIN(g, POINT(1 2), -1, meters)', /a distance is expected/, 25],
  ['DWITHIN(g, POINT(1 2), 1, parsecs)', /a unit of length/, 33],
];

for (const [cql, message, position] of FAULTS) {
  void t.test(`'${cql}' is refused with its position`, async (t) => {
    t.throws(() => parseCql(cql), { name: 'FilterError', fault: 'syntax', message, position });
  });
}

void t.test('geometries that PostGIS would refuse are refused', async (t) => {
  t.throws(() => parseCql('WITHIN(g, POLYGON((0 0,0 1,1 1,0 5)))'), /closed linestring/);
  t.throws(() => parseCql('WITHIN(g, POLYGON((0 0,0 1,0 0)))'), /at least four/);
  t.throws(() => parseCql('WITHIN(g, LINESTRING(0 0))'), /at least two/);
  t.throws(() => parseCql('WITHIN(g, POINT EMPTY)'), { name: 'FilterError', fault: 'unsupported' });
  t.throws(() => parseCql(`WITHIN(g, ${'GEOMETRYCOLLECTION('.repeat(20)}POINT(1 1)`), {
    name: 'FilterError',
    fault: 'too-complex',
  });
});

void t.test('functions are refused by name, never ignored', async (t) => {
  t.throws(() => parseCql("strToUpperCase(a) = 'X'"), { fault: 'unsupported', message: /strToUpperCase/ });
  t.throws(() => parseCql('a = pg_sleep(10)'), { fault: 'unsupported', message: /pg_sleep/ });
});

void t.test('unknown CRSs are told from syntax', async (t) => {
  t.throws(() => parseCql("BBOX(g, 0, 0, 1, 1, 'EPSG:99')"), UnknownCrsError);
});

void t.test('nesting and length are limited', async (t) => {
  t.throws(() => parseCql(`${'NOT '.repeat(1000)}a = 1`), { name: 'FilterError', fault: 'too-complex' });
  t.throws(() => parseCql(`${'('.repeat(100_000)}a = 1`), { name: 'FilterError', fault: 'too-complex' });
  t.throws(() => parseCql('x'.repeat(1_000_001)), { name: 'FilterError', fault: 'too-complex' });
  t.doesNotThrow(() => parseCql(`a = 1${' OR a = 1'.repeat(5000)}`), 'long chains are not nesting');
});

void t.test('FilterError carries its fault and place', async (t) => {
  t.match(new FilterError('type', 'x'), { fault: 'type', position: undefined, name: 'FilterError' });
});
