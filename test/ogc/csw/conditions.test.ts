import t from 'tap';
import { parseCql } from '../../../src/filter/cql.js';
import { toQuery } from '../../../src/filter/fragment.js';
import { FilterError } from '../../../src/filter/model.js';
import { recordCondition } from '../../../src/ogc/csw/conditions.js';
import { wordsOfPattern } from '../../../src/ogc/csw/full-text.js';
import { MATCH_CASE } from '../../../src/ogc/csw/model.js';
import { QUERYABLES } from '../../../src/ogc/csw/queryables.js';

const written = (cql: string) => toQuery(recordCondition(parseCql(cql, MATCH_CASE)));

function fault(cql: string): string {
  try {
    recordCondition(parseCql(cql, MATCH_CASE));
  } catch (error) {
    if (error instanceof FilterError) return error.fault;
    throw error;
  }
  return 'none';
}

void t.test('names of the profile and of Dublin Core lead to columns, whatever their prefix and case', async (t) => {
  for (const name of ['Title', 'apiso:Title', 'dc:title', 'TITLE', 'csw:Record/dc:title']) {
    t.match(written(`${name} = 'a'`), { text: /lower\("record"\."title"/, values: ['a'] }, name);
  }
  for (const { name, dublinCore, column } of QUERYABLES) {
    for (const each of [name, ...dublinCore]) t.match(written(`${each} IS NULL`).text, `"${column.name}"`, each);
  }
  t.equal(fault("Colour = 'red'"), 'unknown-property');
});

void t.test('a list matches when one value does, and differs when none is equal', async (t) => {
  t.match(
    written("Subject = 'eau'").text,
    /^EXISTS \(SELECT FROM unnest\("record"\."subjects"\) AS each \(value\) WHERE/,
  );
  t.match(written("Subject <> 'eau'").text, /IS NOT TRUE\)$/);
  t.match(written("NOT Subject LIKE 'e%'").text, /ILIKE.*IS NOT TRUE\)$/);
  t.match(written('Denominator BETWEEN 1 AND 5').text, /unnest\("record"\."denominators"\)/);
  t.match(written("Subject IN ('a', 'b')").text, /OR EXISTS/);
  t.match(written('Subject IS NULL').text, 'cardinality');
  t.match(written("'eau' = Subject"), written("Subject = 'eau'"));
  t.match(written('5 < Denominator'), written('Denominator > 5'));
});

void t.test('what cannot be asked', async (t) => {
  t.equal(fault("AnyText < 'a'"), 'unsupported');
  t.equal(fault("AnyText BETWEEN 'a' AND 'b'"), 'unsupported');
  t.equal(fault("BoundingBox = 'a'"), 'unsupported');
  t.equal(fault('BBOX(Title, 1, 2, 3, 4)'), 'type');
  t.equal(fault('Subject = Title'), 'unsupported');
  t.equal(fault("Denominator = 'many'"), 'type');
  t.equal(fault("CreationDate > 'yesterday'"), 'type');
});

void t.test('words of full-text searches', async (t) => {
  t.same(written("AnyText LIKE '%forêt%'").values, ["('forêt':* | 'foret':*)", "'foret':*"]);
  t.same(written("AnyText LIKE 'forêt%'").values[1], "'^foret':*", 'the beginning of a whole word');
  t.same(written("AnyText LIKE '%forêt'").values[1], "'foret'", 'the end of one');
  t.same(written("AnyText LIKE '%x-d''Île%'").values.length, 1, 'too short an ending');
  t.same(written("AnyText LIKE '%Val-d''Île%'").values[1], "'val' & '^d' & '^ile':*");
  t.match(written("AnyText = 'l''eau vive'").values, ["('l''eau') & ('vive')"]);
  t.match(written("AnyText <> 'eau'").text, /IS NOT TRUE/);
  t.equal(written("AnyText LIKE '%'").text, 'TRUE');
  t.equal(written("AnyText = '!!'").text, 'FALSE');
  t.equal(written('AnyText IS NULL').text, 'FALSE');
  t.match(written("AnyText LIKE 'a\\\\b'").values.join(), /a/);
  t.strictSame(wordsOfPattern(['any', { text: 'plan d' }, 'any', { text: ' eau' }]), [
    { text: 'plan', isEnding: true, isPrefix: false },
    { text: 'd', isEnding: false, isPrefix: true },
    { text: 'eau', isEnding: false, isPrefix: false },
  ]);
  t.notMatch(written("AnyText LIKE '%forêt%'").text, /numnode/, 'a word alone is looked for, whatever it is');
});
