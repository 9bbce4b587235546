import t from 'tap';
import { toQuery } from '../../src/filter/fragment.js';
import type { Literal } from '../../src/filter/model.js';
import { isNumber, typedLiteral, untypedLiteral } from '../../src/filter/typed-literal.js';

const literal = (text: string, type: Literal['type'] = 'untyped'): Literal => ({ kind: 'literal', type, text });
const write = (text: string, type: string): string => {
  const query = toQuery(typedLiteral(literal(text), { name: 'c', type, nullable: true }));
  return query.text.replace('$1', String(query.values[0]));
};

for (const [type, text, expected] of [
  ['integer', '12', '12::bigint'],
  ['integer', '+12', '+12::bigint'],
  ['integer', '1.5', '1.5::numeric'],
  ['smallint', ' 7 ', '7::bigint'],
  ['bigint', '9223372036854775807', '9223372036854775807::bigint'],
  ['bigint', '9223372036854775808', '9223372036854775808::numeric'],
  ['real', '0.1', '0.1::real'],
  ['real', '1e300', '1e300::double precision'],
  ['double precision', '1e300', '1e300::double precision'],
  ['numeric(10,2)', '1.5', '1.5::numeric'],
  ['numeric', '7', '7::numeric'],
  ['boolean', 'TRUE', 'true::boolean'],
  ['boolean', '0', 'false::boolean'],
  ['date', '2020-02-29', '2020-02-29::date'],
  ['date', '2020-02-29T10:00:00', '2020-02-29T10:00:00::timestamp'],
  ['timestamp without time zone', '2020-01-01', '2020-01-01::date'],
  [
    'timestamp without time zone',
    '2020-01-01T10:00:00+02:00',
    "(2020-01-01T10:00:00+02:00::timestamptz AT TIME ZONE 'UTC')",
  ],
  ['timestamp with time zone', '2020-01-01 10:00', '2020-01-01 10:00Z::timestamptz'],
  ['timestamp(3) with time zone', '2020-01-01T10:00:00Z', '2020-01-01T10:00:00Z::timestamptz'],
  ['time without time zone', '23:59:59.5', '23:59:59.5::time'],
  ['text', ' x ', ' x ::text'],
  ['jsonb', '{}', '{}::text'],
] as const) {
  void t.test(`'${text}' beside a ${type}`, async (t) => {
    t.equal(write(text, type), expected);
  });
}

for (const [type, text] of [
  ['integer', 'abc'],
  ['integer', ''],
  ['integer', 'NaN'],
  ['double precision', 'Infinity'],
  ['double precision', '1e999'],
  ['boolean', 'yes'],
  ['date', 'yesterday'],
  ['date', '2021-02-29'],
  ['date', '2021-13-01'],
  ['date', '0000-01-01'],
  ['timestamp without time zone', '2021-01-01T25:00:00'],
  ['timestamp without time zone', '2021-01-01T10:61:00'],
  ['timestamp without time zone', '2021-01-01T10:00:61'],
  ['time without time zone', '24:00'],
] as const) {
  void t.test(`'${text}' is no ${type}`, async (t) => {
    t.throws(() => write(text, type), { name: 'FilterError', fault: 'type' });
  });
}

void t.test('constants alone are numbers or texts', async (t) => {
  t.same(toQuery(untypedLiteral(literal(' 1 '), true)), { text: '$1::numeric', values: ['1'] });
  t.same(toQuery(untypedLiteral(literal('1'), false)), { text: '$1::text', values: ['1'] });
  t.ok(isNumber(literal('1')) && isNumber(literal('1', 'number')));
  t.notOk(isNumber(literal('1', 'string')) || isNumber(literal('x')));
});
