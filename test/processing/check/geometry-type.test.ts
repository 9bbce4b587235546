import t from 'tap';
import { geometryType, isOneFamily } from '../../../src/processing/check/geometry-type.js';

void t.test('type codes of OGR', (t) => {
  t.same(geometryType(3), { name: 'Polygon', hasZ: false, hasM: false });
  t.same(geometryType(0x80000001), { name: 'Point', hasZ: true, hasM: false });
  t.same(geometryType(-2147483643), { name: 'MultiLineString', hasZ: true, hasM: false });
  t.same(geometryType(1006), { name: 'MultiPolygon', hasZ: true, hasM: false });
  t.same(geometryType(2002), { name: 'LineString', hasZ: false, hasM: true });
  t.same(geometryType(3001), { name: 'Point', hasZ: true, hasM: true });
  t.equal(geometryType(12).name, 'type 12');
  t.ok(isOneFamily(['Polygon', 'MultiPolygon']));
  t.notOk(isOneFamily(['Polygon', 'Point']));
  t.end();
});
