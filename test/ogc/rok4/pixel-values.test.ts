import t from 'tap';
import { sixDigits } from '../../../src/ogc/rok4/pixel-values.js';

void t.test('numbers are written as C++ streams do', (t) => {
  const cases: [number, string][] = [
    [0, '0'],
    [-0, '0'],
    [12, '12'],
    [1234.56789, '1234.57'],
    [-99999, '-99999'],
    [999999.5, '1e+06'],
    [1234567, '1.23457e+06'],
    [0.0001234567, '0.000123457'],
    [0.00001234567, '1.23457e-05'],
    [100.5, '100.5'],
    [3.4e38, '3.4e+38'],
    [Number.NaN, 'nan'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ];
  for (const [value, text] of cases) t.equal(sixDigits(value), text);
  t.end();
});
