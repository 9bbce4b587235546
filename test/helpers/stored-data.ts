import { randomUUID } from 'node:crypto';
import type { Deps } from '../../src/deps.js';
import { featureSchemaOf } from '../../src/domain/execution-output.js';
import { toRelationInfo } from '../../src/domain/feature-measures.js';
import { quoteIdentifier, readRelations } from '../../src/domain/relations.js';
import type { Prisma } from '../../src/generated/prisma/client.js';

/** Datastore of the producer in the default seed, by the technical name of its community. */
export async function datastoreIdOf(deps: Pick<Deps, 'prisma'>, community = 'producteur-demo'): Promise<string> {
  const datastore = await deps.prisma.datastore.findFirstOrThrow({
    where: { community: { technicalName: community } },
  });
  return datastore.id;
}

/** Two small tables with everything a layer needs: a key, attributes, an indexed geometry. */
export const TOWNS_AND_ROADS = `
  CREATE TABLE towns (fid serial PRIMARY KEY, name varchar(50) NOT NULL, population integer, geom geometry(Point, 4326));
  INSERT INTO towns (name, population, geom)
    SELECT 'town ' || n, n * 1000, ST_SetSRID(ST_MakePoint(n, 45), 4326) FROM generate_series(1, 3) AS n;
  CREATE INDEX ON towns USING gist (geom);
  CREATE TABLE roads (ogc_fid serial PRIMARY KEY, class text, geom geometry(MultiLineString, 4326));
  INSERT INTO roads (class, geom) VALUES ('A', ST_GeomFromText('MULTILINESTRING((1 45,3 45))', 4326));`;

const EXTENT = {
  type: 'Polygon',
  coordinates: [
    [
      [3, 45],
      [3, 46],
      [1, 46],
      [1, 45],
      [3, 45],
    ],
  ],
};

/**
 * A GENERATED VECTOR-DB as an integration leaves it, for tests whose subject lies after it.
 * @param options.sql creates the tables, unqualified
 * @returns its id
 */
export async function buildStoredData(
  deps: Pick<Deps, 'pool' | 'prisma'>,
  options: { datastoreId?: string; sql?: string; name?: string; extent?: object | null } = {},
): Promise<string> {
  const id = randomUUID();
  const schema = featureSchemaOf(id);
  await runInSchema(deps, id, `CREATE SCHEMA ${quoteIdentifier(schema)}; ${options.sql ?? TOWNS_AND_ROADS}`);
  const relations = await readRelations(deps.pool, schema);
  const storage = await deps.prisma.storage.findFirstOrThrow({ where: { type: 'POSTGRESQL' } });
  await deps.prisma.storedData.create({
    data: {
      id,
      datastoreId: options.datastoreId ?? (await datastoreIdOf(deps)),
      storageId: storage.id,
      type: 'VECTOR-DB',
      name: options.name ?? 'towns and roads',
      status: 'GENERATED',
      srs: 'EPSG:4326',
      extent: options.extent === null ? undefined : (options.extent ?? EXTENT),
      size: 8192n,
      schemaName: schema,
      typeInfos: { relations: relations.map(toRelationInfo) as unknown as Prisma.InputJsonArray },
    },
  });
  return id;
}

/** Runs SQL with the schema of a stored data first in the search path. */
export async function runInSchema(deps: Pick<Deps, 'pool'>, storedDataId: string, sql: string): Promise<void> {
  const client = await deps.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SET LOCAL search_path TO ${quoteIdentifier(featureSchemaOf(storedDataId))}, public`);
    await client.query(sql);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}
