import t from 'tap';
import { featureSchemaOf } from '../../src/domain/execution-output.js';
import { readRelations, toFeatureTable } from '../../src/domain/relations.js';
import { startApi } from '../helpers/deposit.js';
import { buildStoredData } from '../helpers/stored-data.js';

await t.test('relations of a VECTOR-DB', async (t) => {
  const { deps } = await startApi(t);
  const schema = featureSchemaOf(
    await buildStoredData(deps, {
      sql: `
        CREATE TABLE peaks (b integer, a integer, "Odd ""name" numeric(10,2), gone text,
          shape geometry(PointZ, 2154), geom geometry(MultiPolygonZM, 4326), PRIMARY KEY (a, b));
        ALTER TABLE peaks DROP COLUMN gone;
        INSERT INTO peaks VALUES (1, 2, 3.5, ST_GeomFromEWKT('SRID=2154;POINT Z (1 2 3)'), NULL);
        CREATE VIEW computed AS SELECT a, ST_Force3D(ST_Buffer(shape, 1)) AS area FROM peaks;
        CREATE VIEW empty AS SELECT a, ST_Buffer(shape, 1) AS area FROM peaks WHERE false;
        CREATE TABLE plain (id integer);`,
    }),
  );
  const relations = await readRelations(deps.pool, schema);
  const tableOf = async (name: string) => {
    const relation = relations.find((candidate) => candidate.name === name);
    if (relation === undefined) throw new Error(`no relation ${name}`);
    return toFeatureTable(deps.pool, schema, relation, 3857);
  };

  t.same(
    relations.map(({ name, kind }) => [name, kind]),
    [
      ['computed', 'VIEW'],
      ['empty', 'VIEW'],
      ['peaks', 'TABLE'],
      ['plain', 'TABLE'],
    ],
  );
  t.same(
    await tableOf('peaks'),
    {
      schema,
      table: 'peaks',
      columns: [
        { name: 'b', type: 'integer', nullable: false },
        { name: 'a', type: 'integer', nullable: false },
        { name: 'Odd "name', type: 'numeric(10,2)', nullable: true },
      ],
      geometry: { column: 'geom', type: 'MultiPolygon', srid: 4326, hasZ: true },
      primaryKey: ['a', 'b'],
    },
    'the column geom is served, dropped columns are gone, the key keeps its own order',
  );
  t.match(
    await tableOf('computed'),
    { geometry: { column: 'area', type: 'Geometry', srid: 2154, hasZ: true }, primaryKey: [] },
    'a computed geometry takes its reference system from the first row',
  );
  t.match(await tableOf('empty'), { geometry: { srid: 3857 } }, 'and, without a row, from the stored data');
  t.match(await tableOf('plain'), { geometry: null });
  t.same(
    (await readRelations(deps.pool, schema, ['plain', 'nothing'])).map(({ name }) => name),
    ['plain'],
  );
});
