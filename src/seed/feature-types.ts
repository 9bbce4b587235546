import type { ClientBase } from 'pg';
import { touchPublications } from '../domain/published.js';
import { wfs, type WfsTypeInfos } from '../domain/configuration-types/wfs.js';
import { quoteIdentifier, readRelations } from '../domain/relations.js';
import type { Prisma } from '../generated/prisma/client.js';
import { upsertRows } from './rows.js';
import type { Seed, SeedFeatureType } from './schema.js';
import { type SeedDeps, inTransaction } from './transaction.js';

/** The platform's storage of VECTOR-DB and its open WFS (lifecycle.md §7). */
const POSTGRESQL_STORAGE = 'e53852da-e713-4115-8af4-36ce0490f93b';
const OPEN_WFS_ENDPOINT = 'ae012611-13eb-4a18-8d04-9b7604a031cc';
const OPEN_WFS = [{ type: 'WFS', path: '/wfs' }];

/**
 * Stores and publishes the datasets of a seed, as a processing and a publication would have left them.
 * A dataset whose stored data exists is left as it is.
 */
export async function publishFeatureTypes(deps: SeedDeps, seed: Seed): Promise<void> {
  for (const type of seed.feature_types) {
    const datastore = seed.communities.find((community) => community.technical_name === type.community)?.datastore;
    if (datastore === undefined) throw new Error(`the seed was not checked: no datastore for ${type.layer_name}`);
    if ((await deps.prisma.storedData.count({ where: { id: type.stored_data } })) > 0) continue;
    await inTransaction(deps, async (client) => {
      await createTable(client, type);
      await registerStoredData(client, type, datastore.id);
      await registerConfiguration(client, type, datastore.id);
    });
    await publish(deps, type);
  }
}

const schemaOf = (type: SeedFeatureType) => `sd_${type.stored_data.replaceAll('-', '')}`;

async function createTable(client: ClientBase, type: SeedFeatureType): Promise<void> {
  const schema = quoteIdentifier(schemaOf(type));
  const table = `${schema}.${quoteIdentifier(type.table)}`;
  const names = Object.keys(type.columns);
  const columns = Object.entries(type.columns).map(([name, sqlType]) => `${quoteIdentifier(name)} ${sqlType}`);
  await client.query(`
    CREATE SCHEMA ${schema};
    CREATE TABLE ${table} (id serial PRIMARY KEY, ${columns.join(', ')}, geom public.geometry(${type.geometry}, 4326))`);
  const typed = columns.join(', ');
  const list = names.map(quoteIdentifier).join(', ');
  await client.query(
    `INSERT INTO ${table} (${list}, geom)
     SELECT ${list}, public.ST_GeomFromText(feature ->> 'geometry', 4326)
     FROM jsonb_array_elements($1::jsonb) AS feature, jsonb_to_record(feature -> 'properties') AS properties (${typed})`,
    [JSON.stringify(type.features)],
  );
  await client.query(`CREATE INDEX ON ${table} USING gist (geom)`);
}

async function registerStoredData(client: ClientBase, type: SeedFeatureType, datastoreId: string): Promise<void> {
  const schema = schemaOf(type);
  const [relation] = await readRelations(client as Parameters<typeof readRelations>[0], schema, [type.table]);
  const { rows } = await client.query<{ extent: unknown; size: string }>(
    `SELECT json_build_object('type', 'Polygon', 'coordinates', json_build_array(json_build_array(
         json_build_array(ST_XMax(box), ST_YMin(box)), json_build_array(ST_XMax(box), ST_YMax(box)),
         json_build_array(ST_XMin(box), ST_YMax(box)), json_build_array(ST_XMin(box), ST_YMin(box)),
         json_build_array(ST_XMax(box), ST_YMin(box))))) AS extent,
       pg_total_relation_size($1::regclass) AS size
     FROM (SELECT public.ST_Extent(geom) AS box FROM ${schema}.${quoteIdentifier(type.table)}) AS extents`,
    [`${schema}.${quoteIdentifier(type.table)}`],
  );
  const attributes = Object.fromEntries(
    (relation?.columns ?? []).map((column) => [
      column.name,
      column.geometry === null ? column.type : `geometry(${column.geometry.type},${column.geometry.srid})`,
    ]),
  );
  await upsertRows(client, 'stored_data', {
    key: ['id'],
    rows: [
      {
        id: type.stored_data,
        datastore_id: datastoreId,
        storage_id: POSTGRESQL_STORAGE,
        type: 'VECTOR-DB',
        name: type.title,
        description: type.abstract,
        status: 'GENERATED',
        open: false,
        srs: 'EPSG:4326',
        extent: rows[0]?.extent,
        size: Number(rows[0]?.size ?? 0),
        type_infos: { relations: [{ name: type.table, type: 'TABLE', attributes, primary_key: ['id'] }] },
        tags: {},
        public_activity: false,
        schema_name: schema,
        creation: new Date().toISOString(),
      },
    ],
  });
}

function typeInfosOf(type: SeedFeatureType): WfsTypeInfos {
  const { table, title, abstract, keywords } = type;
  return {
    used_data: [{ stored_data: type.stored_data, relations: [{ native_name: table, title, abstract, keywords }] }],
  };
}

async function registerConfiguration(client: ClientBase, type: SeedFeatureType, datastoreId: string): Promise<void> {
  await upsertRows(client, 'configuration', {
    key: ['id'],
    rows: [
      {
        id: type.configuration,
        datastore_id: datastoreId,
        type: 'WFS',
        name: type.title,
        layer_name: type.layer_name,
        type_infos: typeInfosOf(type),
        status: 'PUBLISHED',
        tags: {},
        creation: new Date().toISOString(),
      },
    ],
  });
  await upsertRows(client, 'configuration_stored_data', {
    key: ['configuration_id', 'stored_data_id'],
    rows: [{ configuration_id: type.configuration, stored_data_id: type.stored_data }],
  });
}

async function publish(deps: SeedDeps, type: SeedFeatureType): Promise<void> {
  const typeInfos = typeInfosOf(type);
  const publication = await wfs.publish(deps, {
    offeringId: type.offering,
    layerName: type.layer_name,
    typeInfos,
    attribution: null,
    metadata: [],
  });
  await deps.prisma.$transaction(async (transaction) => {
    await transaction.offering.create({
      data: {
        id: type.offering,
        configurationId: type.configuration,
        endpointId: OPEN_WFS_ENDPOINT,
        status: 'PUBLISHED',
        open: true,
        urls: wfs.urls(typeInfos, type.layer_name, OPEN_WFS),
        publication: publication as unknown as Prisma.InputJsonArray,
      },
    });
    await touchPublications(transaction);
  });
}
