import type pg from 'pg';
import type { FeatureType } from '../../src/ogc/wfs/model.js';

/**
 * Puts a feature type on the open WFS endpoint of the default seed, as the publication job does once it has made the
 * snapshot, without the data and the configuration behind it. Running services keep what they have read before.
 */
export async function publishFeatureType(pool: pg.Pool, type: FeatureType): Promise<void> {
  await pool.query(
    `WITH configuration AS (
       INSERT INTO geopf.configuration (id, datastore_id, type, name, layer_name, type_infos, status)
       SELECT gen_random_uuid(), id, 'WFS', $1, $2, '{}', 'PUBLISHED' FROM geopf.datastore LIMIT 1
       RETURNING id)
     INSERT INTO geopf.offering (id, configuration_id, endpoint_id, status, open, urls, publication)
     SELECT gen_random_uuid(), configuration.id, endpoint.id, 'PUBLISHED', true, '[]', $3
     FROM configuration, geopf.endpoint WHERE endpoint.technical_name = 'gpf-geoserver-wfs'`,
    [type.title, `${type.prefix}_${type.name}`, JSON.stringify([type])],
  );
}
