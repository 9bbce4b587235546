import t from 'tap';
import { raw, toQuery } from '../../src/filter/fragment.js';
import { plainGeometry } from '../../src/filter/plain-geometry.js';

const plain = (type: string): string =>
  toQuery(plainGeometry({ column: 'geom', type, srid: 2154, hasZ: false }, raw('g'))).text;

void t.test('points, lines and polygons are left as they are', async (t) => {
  for (const type of ['Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon']) {
    t.equal(plain(type), 'g', type);
  }
});

void t.test('columns that may hold arcs or faceted surfaces are converted', async (t) => {
  const types = ['Geometry', 'GeometryCollection', 'CompoundCurve', 'CircularString', 'CurvePolygon', 'MultiCurve'];
  for (const type of [...types, 'MultiSurface', 'PolyhedralSurface', 'Tin', 'Triangle', 'GEOMETRY']) {
    t.match(plain(type), /ELSE ST_CurveToLine\(g\) END\)$/, type);
  }
});
