import t from 'tap';
import { allowedMethods } from '../../src/catalogue/allowed-methods.js';
import { CHECKS } from '../../src/catalogue/checks.js';
import { ENDPOINTS } from '../../src/catalogue/endpoints.js';
import { PROCESSINGS } from '../../src/catalogue/processings.js';
import { STORAGES } from '../../src/catalogue/storages.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

for (const [name, entries] of Object.entries({ CHECKS, ENDPOINTS, PROCESSINGS, STORAGES })) {
  void t.test(`${name}: ids are UUIDs, ids and names are unique`, async (t) => {
    t.strictSame(
      entries.filter((entry) => !UUID.test(entry.id)),
      [],
    );
    t.equal(new Set(entries.map((entry) => entry.id)).size, entries.length);
    t.equal(new Set(entries.map((entry) => entry.name.toLowerCase())).size, entries.length);
  });
}

void t.test('every open endpoint comes before every private one', async (t) => {
  const open = ENDPOINTS.map((endpoint) => endpoint.open);
  t.equal(open.lastIndexOf(true) + 1, open.indexOf(false));
});

void t.test('required checks exist, and some storage can hold every output', async (t) => {
  const checks = CHECKS.map((check) => check.id);
  for (const { jobName, definition } of PROCESSINGS) {
    t.strictSame(
      definition.required_checks.filter((required) => !checks.includes(required)),
      [],
      jobName,
    );
    if ('storage' in definition.output_type) {
      const types = definition.output_type.storage;
      t.ok(
        STORAGES.some((storage) => storage.usage === 'DATA' && types.includes(storage.type)),
        jobName,
      );
    }
  }
});

void t.test('the names that published workflows look up are all known', async (t) => {
  const names = new Set(PROCESSINGS.flatMap(({ name, definition }) => [name, ...(definition.other_names ?? [])]));
  for (const name of [
    'Intégration de données vecteur livrées en base',
    'Calcul ou mise à jour de pyramide vecteur',
    'Calcul de pyramide raster',
    "Recopie d'une archive livrée",
    'Calcul ou mise à jour de pyramide raster par moissonnage WMS',
    'Fusion de pyramides raster',
  ]) {
    t.ok(names.has(name), name);
  }
});

void t.test('the methods of a path are those of the most literal pattern', async (t) => {
  t.strictSame(allowedMethods('/datastores/x/uploads/activity'), ['GET']);
  t.strictSame(allowedMethods('/datastores/x/uploads/y').toSorted(), ['DELETE', 'GET', 'PATCH']);
  t.strictSame(allowedMethods('/nowhere'), []);
});
