import t from 'tap';
import { domainOf } from '../../src/processing/area-of-use.js';
import { referenceOf } from '../../src/processing/spatial-reference.js';

void t.test('the domain of a reference system holds its area, in its own coordinates', (t) => {
  const domain = (name: string) => {
    const reference = referenceOf(name);
    return reference === null ? null : domainOf(reference);
  };
  const holds = (name: string, x: number, y: number) => {
    const box = domain(name);
    return box !== null && box[0] <= x && x <= box[2] && box[1] <= y && y <= box[3];
  };
  for (const name of ['EPSG:2154', 'IGNF:LAMB93']) {
    t.ok(holds(name, 648_583, 6_855_774), name);
    t.notOk(holds(name, 2.3, 48.8), name);
  }
  t.ok(holds('EPSG:2975', 340_000, 7_690_000));
  t.notOk(holds('EPSG:2975', 648_583, 6_855_774));
  t.same(domain('EPSG:4326'), [-180, -90, 180, 90]);
  t.notOk(holds('EPSG:4258', 700_000, 6_600_000));
  t.end();
});
