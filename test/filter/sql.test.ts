import t from 'tap';
import { parseCql } from '../../src/filter/cql.js';
import { inline, toQuery } from '../../src/filter/fragment.js';
import type { Filter } from '../../src/filter/model.js';
import { filterToSql, type FilterSqlContext } from '../../src/filter/sql.js';
import { crsOfSrid, parseCrs } from '../../src/geo/crs.js';
import type { FeatureTable } from '../../src/ogc/feature-table.js';

const table: FeatureTable = {
  schema: 's',
  table: 't',
  columns: [
    { name: 'gid', type: 'integer', nullable: false },
    { name: 'name', type: 'character varying(50)', nullable: true },
    { name: 'pop', type: 'bigint', nullable: true },
    { name: 'ratio', type: 'double precision', nullable: true },
    { name: 'code', type: 'uuid', nullable: true },
    { name: 'ok', type: 'boolean', nullable: true },
    { name: 'we"ird$1', type: 'text', nullable: true },
  ],
  geometry: { column: 'geom', type: 'MultiPolygon', srid: 2154, hasZ: false },
  primaryKey: ['gid'],
};
const context: FilterSqlContext = {
  table,
  columns: table.columns.slice(1),
  alias: 'f',
  layerCrs: crsOfSrid(2154),
  idPrefix: 't',
};
const geographic: FilterSqlContext = {
  ...context,
  table: { ...table, geometry: { column: 'geom', type: 'Point', srid: 4326, hasZ: false } },
  layerCrs: crsOfSrid(4326),
};
const write = (cql: string, where = context) => toQuery(filterToSql(parseCql(cql), where));

const CASES: readonly [cql: string, text: string, values: (string | number)[]][] = [
  ['INCLUDE', 'TRUE', []],
  ['EXCLUDE', 'FALSE', []],
  ["name = 'x'", '("f"."name" = $1::text)', ['x']],
  ["name <> 'x'", '(("f"."name" <> $1::text) IS NOT FALSE)', ['x']],
  ['name = 5', '("f"."name" = $1::text)', ['5']],
  ['pop > 1000', '("f"."pop" > $1::bigint)', ['1000']],
  ["pop > '1000'", '("f"."pop" > $1::bigint)', ['1000']],
  ['pop > 10.5', '("f"."pop" > $1::numeric)', ['10.5']],
  ['ratio <= 1e3', '("f"."ratio" <= $1::double precision)', ['1e3']],
  ["code = 'x'", '("f"."code"::text = $1::text)', ['x']],
  ['ok = true', '("f"."ok" = $1::boolean)', ['true']],
  ['3 < pop', '($1::bigint < "f"."pop")', ['3']],
  ['pop = ratio', '("f"."pop" = "f"."ratio")', []],
  ['name = code', '("f"."name"::text = "f"."code"::text)', []],
  ['1 = 2', '($1::numeric = $2::numeric)', ['1', '2']],
  ["'a' = 1", '($1::text = $2::text)', ['a', '1']],
  ['"we""ird$1" = \'$1\'', '("f"."we""ird$1" = $1::text)', ['$1']],
  ["name LIKE '50\\%_a%'", '("f"."name" LIKE $1::text)', ['50\\%_a%']],
  ["pop ILIKE '1%'", '("f"."pop"::text ILIKE $1::text)', ['1%']],
  ['pop IN (1, 2)', '("f"."pop" IN ($1::bigint, $2::bigint))', ['1', '2']],
  ['pop BETWEEN 1 AND 2', '("f"."pop" >= $1::bigint AND "f"."pop" <= $2::bigint)', ['1', '2']],
  ['name IS NULL', '("f"."name" IS NULL)', []],
  ['geom IS NOT NULL', '(("f"."geom" IS NULL) IS NOT TRUE)', []],
  ['name IS NULL AND pop IS NULL', '(("f"."name" IS NULL) AND ("f"."pop" IS NULL))', []],
  ['name IS NULL OR pop IS NULL', '(("f"."name" IS NULL) OR ("f"."pop" IS NULL))', []],
  ["IN ('t.1', 't.x', 'other.2', 't')", '(("f"."gid" = $1::bigint))', ['1']],
  ["IN ('other.2')", 'FALSE', []],
  [
    'BBOX(geom, 1, 2, 3, 4)',
    'ST_Intersects("f"."geom", ST_GeomFromText($1, $2::integer))',
    ['POLYGON((1 2,1 4,3 4,3 2,1 2))', 2154],
  ],
  ['INTERSECTS(geom, POINT(1 2))', 'ST_Intersects("f"."geom", ST_GeomFromText($1, $2::integer))', ['POINT(1 2)', 2154]],
  [
    'WITHIN(geom, SRID=4326;POINT(1 2))',
    'ST_Within("f"."geom", ST_Transform(ST_GeomFromText($1, $2::integer), $3::integer))',
    ['POINT(1 2)', 4326, 2154],
  ],
  [
    'DWITHIN(geom, POINT(1 2), 1, km)',
    'ST_DWithin("f"."geom", ST_GeomFromText($1, $2::integer), $3::double precision)',
    ['POINT(1 2)', 2154, 1000],
  ],
  [
    'BEYOND(geom, POINT(1 2), 5, m)',
    '(ST_DWithin("f"."geom", ST_GeomFromText($1, $2::integer), $3::double precision) IS NOT TRUE)',
    ['POINT(1 2)', 2154, 5],
  ],
];

for (const [cql, text, values] of CASES) {
  void t.test(`${cql} becomes SQL`, async (t) => {
    t.same(write(cql), { text, values });
  });
}

void t.test('a box in another CRS is projected with points along its sides', async (t) => {
  t.same(write("BBOX(geom, 2, 48, 3, 48.5, 'EPSG:4326')"), {
    text: 'ST_Intersects("f"."geom", ST_Transform(ST_Segmentize(ST_GeomFromText($1, $2::integer), $3::double precision), $4::integer))',
    values: ['POLYGON((2 48,2 48.5,3 48.5,3 48,2 48))', 4326, 1 / 32, 2154],
  });
  t.match(write("BBOX(geom, 2, 48, 2, 48, 'EPSG:4326')").text, /ST_Transform\(ST_GeomFromText/, 'a point has no side');
});

void t.test('northing comes first where the CRS says so', async (t) => {
  const lat = "BBOX(geom, 48, 2, 49, 3, 'urn:ogc:def:crs:EPSG::4326')";
  t.equal(write(lat).values[0], 'POLYGON((2 48,2 49,3 49,3 48,2 48))');
  t.equal(write('BBOX(geom, 48, 2, 49, 3)', geographic).values[0], 'POLYGON((2 48,2 49,3 49,3 48,2 48))');
  t.equal(write('INTERSECTS(geom, POINT(48 2))', geographic).values[0], 'POINT(2 48)');
  const xy = { ...geographic, layerCrs: parseCrs('EPSG:4326') };
  t.equal(write('INTERSECTS(geom, POINT(2 48))', xy).values[0], 'POINT(2 48)');
});

void t.test('a box too wide for a projection meets the extents of the features', async (t) => {
  const extents = /^ST_Intersects\(ST_Transform\(ST_Envelope\("f"."geom"\), \$1::integer\), ST_GeomFromText/;
  t.match(write("BBOX(geom, -180, -90, 180, 90, 'EPSG:4326')").text, extents);
  t.match(write("BBOX(geom, 0, 80, 10, 90, 'EPSG:4326')").text, extents, 'a pole');
  t.match(write("BBOX(geom, -20037508, -20037508, 20037508, 20037508, 'EPSG:3857')").text, extents);
  t.notMatch(write("BBOX(geom, 0, 6000000, 200000, 6200000, 'EPSG:3857')").text, extents);
  t.notMatch(write('BBOX(geom, -180, -90, 180, 90)', geographic).text, /ST_Transform/, 'no projection, no limit');
  t.notMatch(write("BBOX(geom, 0, 0, 9000000, 9000000, 'EPSG:27572')").text, extents);
  t.match(write("BBOX(geom, -2e7, -2e7, 2e7, 2e7, 'EPSG:27572')").text, extents, 'larger than the globe');
});

void t.test('distances on the globe are geodesic', async (t) => {
  t.match(write('DWITHIN(geom, POINT(48 2), 5, m)', geographic).text, /geography, .*geography, \$3/);
});

void t.test('case is folded for texts only', async (t) => {
  const compare = (name: string, text: string): string => {
    const left = { kind: 'property', name } as const;
    const right = { kind: 'literal', type: 'untyped', text } as const;
    const filter: Filter = { kind: 'comparison', operator: '=', left, right, matchCase: false };
    return toQuery(filterToSql(filter, context)).text;
  };
  t.equal(compare('name', 'X'), '(lower("f"."name"::text) = lower($1::text::text))');
  t.equal(compare('pop', '1'), '("f"."pop" = $1::bigint)');
});

void t.test('keys of several columns have one part each', async (t) => {
  const columns = [...table.columns];
  const where = { ...context, table: { ...table, columns, primaryKey: ['gid', 'name'] } };
  t.same(write("IN ('t.1.x', 't.1', 't.1.x.y')", where), {
    text: '(("f"."gid" = $1::bigint AND "f"."name" = $2::text))',
    values: ['1', 'x'],
  });
  t.equal(write("IN ('t.1')", { ...context, table: { ...table, primaryKey: [] } }).text, 'FALSE');
});

for (const [cql, fault, message] of [
  ['nothere = 1', 'unknown-property', /^Illegal property name: nothere$/],
  ['gid = 1', 'unknown-property', /gid/],
  ['geom = 1', 'unknown-property', /geom/],
  ["pop = 'abc'", 'type', /'abc' is not a value of pop \(bigint\)/],
  ["pop = '1; DROP TABLE x'", 'type', /is not a value/],
  ["ok = 'perhaps'", 'type', /ok \(boolean\)/],
  ['pop IN (1, x)', 'syntax', /value/],
  ['BBOX(name, 0, 0, 1, 1)', 'type', /name is not a geometry/],
  ['BBOX(the_geom, 0, 0, 1, 1)', 'unknown-property', /the_geom/],
] as const) {
  void t.test(`${cql} is refused`, async (t) => {
    t.throws(() => write(cql), { name: 'FilterError', fault, message });
  });
}

void t.test('a table without geometry has nothing to meet a box', async (t) => {
  const filter: Filter = { kind: 'bbox', property: null, box: { minX: 0, minY: 0, maxX: 1, maxY: 1 }, crs: null };
  t.throws(() => filterToSql(filter, { ...context, table: { ...table, geometry: null } }), {
    name: 'FilterError',
    fault: 'type',
  });
  t.match(toQuery(filterToSql(filter, context)).text, /"geom"/, 'the default geometry');
});

void t.test('an empty list of conditions always holds', async (t) => {
  t.equal(toQuery(filterToSql({ kind: 'and', filters: [] }, context)).text, 'TRUE');
});

void t.test('SQL in values stays a value, even inlined for COPY', async (t) => {
  const attack = "x' OR 1=1; DROP TABLE t; -- \\' $1";
  const filter: Filter = {
    kind: 'comparison',
    operator: '=',
    left: { kind: 'property', name: 'name' },
    right: { kind: 'literal', type: 'untyped', text: attack },
    matchCase: true,
  };
  t.equal(inline(filterToSql(filter, context)), `("f"."name" =  E'x'' OR 1=1; DROP TABLE t; -- \\\\'' $1'::text)`);
});
