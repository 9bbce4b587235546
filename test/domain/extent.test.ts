import t from 'tap';
import { extentBox, extentFault, unionBoxes } from '../../src/domain/extent.js';

const square = [
  [1, 45],
  [3, 45],
  [3, 46],
  [1, 45],
];

await t.test('extentBox finds the box of geometries, collections and features', async (t) => {
  const box = { west: 1, south: 45, east: 3, north: 46 };
  t.same(extentBox({ type: 'Polygon', coordinates: [square] }), box);
  t.same(extentBox({ type: 'Feature', geometry: { type: 'MultiPolygon', coordinates: [[square]] } }), box);
  const collection = { type: 'GeometryCollection', geometries: [{ type: 'LineString', coordinates: square }] };
  t.same(extentBox(collection), box);
  t.equal(extentBox(null), null);
  t.equal(extentBox({ type: 'Polygon', coordinates: [] }), null);
});

await t.test('unionBoxes ignores absent boxes', async (t) => {
  const a = { west: 1, south: 2, east: 3, north: 4 };
  const b = { west: -1, south: 3, east: 2, north: 9 };
  t.same(unionBoxes([null, a, b]), { west: -1, south: 2, east: 3, north: 9 });
  t.equal(unionBoxes([null]), null);
});

await t.test('extentFault names what is wrong', async (t) => {
  t.equal(extentFault({ type: 'Polygon', coordinates: [square] }), null);
  t.equal(extentFault({ type: 'Feature', geometry: { type: 'MultiPolygon', coordinates: [[square]] } }), null);
  t.match(extentFault({ type: 'Point', coordinates: [1, 2] }), /Polygon ou MultiPolygon/);
  t.match(extentFault('POLYGON((0 0))'), /Polygon ou MultiPolygon/);
  t.match(extentFault({ type: 'Polygon', coordinates: [square.slice(0, 3)] }), /anneaux fermés/);
  t.match(extentFault({ type: 'Polygon', coordinates: [[...square, ['1', 2]]] }), /coordonnées invalides/);
  t.match(extentFault({ type: 'MultiPolygon', coordinates: [] }), /coordonnées invalides/);
  const far = square.map(([x = 0, y = 0]) => [x + 180, y]);
  t.match(extentFault({ type: 'Polygon', coordinates: [far] }), /limites/);
  const long = [...Array.from({ length: 5000 }, (_, n) => [n / 100, 1]), [0, 1]];
  t.match(extentFault({ type: 'Polygon', coordinates: [long] }), /5001 points/);
});
