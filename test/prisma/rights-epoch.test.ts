import { randomUUID } from 'node:crypto';
import pg from 'pg';
import t from 'tap';
import { createTestDatabase } from '../helpers/database.js';
import { CONSUMER, DATASTORE, MEMBER, PRODUCER_COMMUNITY, SANDBOX_COMMUNITY } from '../helpers/seed.js';

/** What raises the epoch of rights, and when. */

await t.test('the epoch of rights', async (t) => {
  const pool = new pg.Pool({ connectionString: await createTestDatabase(t), max: 30 });
  t.teardown(() => pool.end());
  const epoch = async () =>
    Number((await pool.query<{ value: string }>(`SELECT value FROM geopf.epoch WHERE name = 'rights'`)).rows[0]?.value);
  const [key, permission, configuration, offering] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const endpoint = `(SELECT id FROM geopf.endpoint WHERE technical_name = 'gpf-geoserver-wfs-private')`;

  /** Statements, one transaction each, in an order in which they can be run. */
  const RAISING = {
    'new key': `INSERT INTO geopf.user_key (id, user_id, name, type, digest) VALUES ('${key}', '${CONSUMER}', 'k', 'HASH', 'd')`,
    'value of a key': `UPDATE geopf.user_key SET digest = 'e' WHERE id = '${key}'`,
    'whitelist of a key': `UPDATE geopf.user_key SET whitelist = '{192.0.2.1}' WHERE id = '${key}'`,
    'pattern of a key': `UPDATE geopf.user_key SET referer = 'x' WHERE id = '${key}'`,
    'new permission': `INSERT INTO geopf.permission (id, datastore_id, licence, user_id) VALUES ('${permission}', '${DATASTORE}', 'l', '${CONSUMER}')`,
    'end of a permission': `UPDATE geopf.permission SET end_date = now() WHERE id = '${permission}'`,
    only_oauth: `UPDATE geopf.permission SET only_oauth = true WHERE id = '${permission}'`,
    'offering with its access and permission': `
      INSERT INTO geopf.configuration (id, datastore_id, type, name, layer_name, type_infos, status)
        VALUES ('${configuration}', '${DATASTORE}', 'WFS', 'n', 'n', '{}', 'PUBLISHED');
      INSERT INTO geopf.offering (id, configuration_id, endpoint_id, status, open, urls)
        VALUES ('${offering}', '${configuration}', ${endpoint}, 'PUBLISHED', false, '[]');
      INSERT INTO geopf.permission_offering VALUES ('${permission}', '${offering}');
      INSERT INTO geopf.access (id, key_id, offering_id, permission_id)
        VALUES ('${randomUUID()}', '${key}', '${offering}', '${permission}')`,
    'offering opened': `UPDATE geopf.offering SET open = true WHERE id = '${offering}'`,
    'status of an offering': `UPDATE geopf.offering SET status = 'UNPUBLISHING' WHERE id = '${offering}'`,
    'offering not available': `UPDATE geopf.offering SET available = false WHERE id = '${offering}'`,
    'offering not covered': `DELETE FROM geopf.permission_offering WHERE permission_id = '${permission}'`,
    'datastore inactive': `UPDATE geopf.datastore SET active = false WHERE id = '${DATASTORE}'`,
    'account disabled': `UPDATE geopf.account SET enabled = false WHERE id = '${CONSUMER}'`,
    'new member': `INSERT INTO geopf.member (community_id, user_id, rights) VALUES ('${SANDBOX_COMMUNITY}', '${CONSUMER}', '{}')`,
    'member gone': `DELETE FROM geopf.member WHERE community_id = '${SANDBOX_COMMUNITY}' AND user_id = '${CONSUMER}'`,
    'another supervisor': `UPDATE geopf.community SET supervisor_id = '${MEMBER}' WHERE id = '${PRODUCER_COMMUNITY}'`,
    'offering removed, its access with it': `DELETE FROM geopf.offering WHERE id = '${offering}'`,
    'permission removed': `DELETE FROM geopf.permission WHERE id = '${permission}'`,
    'person removed, their key with them': `DELETE FROM geopf.api_user WHERE id = '${CONSUMER}'`,
    'keys emptied': 'TRUNCATE geopf.user_key CASCADE',
  };
  for (const [what, statement] of Object.entries(RAISING)) {
    const before = await epoch();
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(statement);
      t.equal(await epoch(), before, `${what}: nothing is seen before the commit`);
      await client.query('COMMIT');
    } finally {
      client.release();
    }
    t.equal(await epoch(), before + 1, `${what}: raised once`);
  }

  const NEUTRAL = {
    'licence of a permission': `UPDATE geopf.permission SET licence = 'other'`,
    'rights of a member': `UPDATE geopf.member SET rights = '{UPLOAD}'`,
    'last call of a person': 'UPDATE geopf.api_user SET last_call = now()',
    'title of an offering': `UPDATE geopf.offering SET extra = '{}'`,
    'name of a key': `UPDATE geopf.user_key SET name = 'other'`,
  };
  for (const [what, statement] of Object.entries(NEUTRAL)) {
    const before = await epoch();
    await pool.query(statement);
    t.equal(await epoch(), before, `${what}: not raised`);
  }

  await t.test('a transaction that is given up raises nothing', async (t) => {
    const before = await epoch();
    const client = await pool.connect();
    await client.query(`BEGIN; INSERT INTO geopf.user_key (id, user_id, name, type)
      VALUES (gen_random_uuid(), '${MEMBER}', 'k', 'OAUTH2'); ROLLBACK`);
    client.release();
    t.equal(await epoch(), before);
  });

  await t.test('those who change rights and publications, in either order, do not wait for each other', async (t) => {
    const before = await epoch();
    const publish = `UPDATE geopf.epoch SET value = value + 1 WHERE name = 'publication'`;
    const insert = (id: string) =>
      `INSERT INTO geopf.user_key (id, user_id, name, type, digest) VALUES ('${id}', '${MEMBER}', '${id}', 'HASH', '${id}')`;
    await Promise.all(
      Array.from({ length: 24 }, async (_, at) => {
        const client = await pool.connect();
        const statements = [publish, insert(randomUUID()), insert(randomUUID())];
        try {
          for (const statement of ['BEGIN', ...(at % 2 === 0 ? statements : statements.toReversed()), 'COMMIT']) {
            await client.query(statement);
          }
        } finally {
          client.release();
        }
      }),
    );
    t.equal(await epoch(), before + 24, 'once each, whatever they change');
  });
});
