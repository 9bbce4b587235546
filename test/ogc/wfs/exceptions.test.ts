import t from 'tap';
import { SqlValueError } from '../../../src/filter/fragment.js';
import { FilterError } from '../../../src/filter/model.js';
import { BboxError } from '../../../src/geo/bbox.js';
import { UnknownCrsError } from '../../../src/geo/crs.js';
import { OwsException } from '../../../src/ogc/ows/exceptions.js';
import { RepeatedParameterError } from '../../../src/ogc/ows/kvp.js';
import { asInvalidParameter } from '../../../src/ogc/wfs/exceptions.js';

for (const [error, locator, expected] of [
  [new UnknownCrsError('EPSG:0'), 'srsName', { locator: 'srsName', message: 'Unknown CRS: EPSG:0' }],
  [new BboxError('x'), 'bbox', { locator: 'bbox', message: 'Invalid bounding box: x' }],
  [new SqlValueError('x'), 'filter', { locator: 'filter', message: 'x' }],
  [new RepeatedParameterError('count', ['1', '2']), 'request', { locator: 'count' }],
  [new FilterError('syntax', 'x', 3), 'cql_filter', { message: 'Could not parse CQL filter list.\nx' }],
  [new FilterError('syntax', 'x'), 'filter', { message: 'x' }],
  [new FilterError('type', 'x'), 'cql_filter', { message: 'x' }],
  [new FilterError('unknown-property', 'x'), 'cql_filter', { message: 'x' }],
] as const) {
  void t.test(`${error.name} at ${locator} is an invalid parameter`, async (t) => {
    t.match(asInvalidParameter(error, locator), { name: 'OwsException', code: 'InvalidParameterValue', ...expected });
  });
}

void t.test('exceptions stay, other errors are thrown on', async (t) => {
  const exception = new OwsException('NotFound', 'x');
  t.equal(asInvalidParameter(exception, 'bbox'), exception);
  t.throws(() => asInvalidParameter(new TypeError('x'), 'bbox'), TypeError);
});
