import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import t from 'tap';
import { readEpochs } from '../../../src/domain/epochs.js';
import { touchPublications } from '../../../src/domain/published.js';
import { buildTestApp } from '../../helpers/app.js';
import { buildOffering } from '../../helpers/restricted.js';
import { DATASTORE, PRODUCER } from '../../helpers/seed.js';

/** Whatever changes what a key may read raises the epoch of rights, with the change and never without it. */

const { deps } = await buildTestApp(t);
const { pool, prisma } = deps;

const rights = async () => Number((await readEpochs(pool)).rights);

/** A person with a key, whose access is by a permission of a community that they are in. */
async function buildRights() {
  const [user, key, permission] = [randomUUID(), randomUUID(), randomUUID()];
  const [community, access] = [randomUUID(), randomUUID()];
  await prisma.apiUser.create({ data: { id: user, email: `${user}@example.org` } });
  await prisma.account.create({ data: { id: user, username: user, email: `${user}@example.org` } });
  await prisma.community.create({
    data: { id: community, name: 'c', technicalName: community, contact: 'a@example.org', supervisorId: PRODUCER },
  });
  await prisma.member.create({ data: { communityId: community, userId: user, rights: [] } });
  const offering = await buildOffering(deps);
  await prisma.userKey.create({ data: { id: key, userId: user, name: 'k', type: 'HASH', digest: key } });
  await prisma.permission.create({
    data: {
      ...{ id: permission, datastoreId: DATASTORE, licence: 'l', communityId: community },
      offerings: { create: { offeringId: offering } },
    },
  });
  await prisma.access.create({
    data: { id: access, keyId: key, offeringId: offering, permissionId: permission },
  });
  return { user, key, permission, community, access, offering };
}
type Rights = Awaited<ReturnType<typeof buildRights>>;

const CHANGES: Readonly<Record<string, (ids: Rights) => string>> = {
  'key deleted': ({ key }) => `DELETE FROM user_key WHERE id = '${key}'`,
  'value of the key': ({ key }) => `UPDATE user_key SET digest = 'x' WHERE id = '${key}'`,
  'password of the key': ({ key }) => `UPDATE user_key SET password_hash = 'x' WHERE id = '${key}'`,
  'headers of the key': ({ key }) => `UPDATE user_key SET header_names = '{a}' WHERE id = '${key}'`,
  'login of the key': ({ key }) => `UPDATE user_key SET login = 'x' WHERE id = '${key}'`,
  whitelist: ({ key }) => `UPDATE user_key SET whitelist = '{192.0.2.1}' WHERE id = '${key}'`,
  blacklist: ({ key }) => `UPDATE user_key SET blacklist = '{192.0.2.1}' WHERE id = '${key}'`,
  'agent of the key': ({ key }) => `UPDATE user_key SET user_agent = 'x' WHERE id = '${key}'`,
  'referer of the key': ({ key }) => `UPDATE user_key SET referer = 'x' WHERE id = '${key}'`,
  'owner deleted': ({ user }) => `DELETE FROM api_user WHERE id = '${user}'`,
  'account disabled': ({ user }) => `UPDATE account SET enabled = false WHERE id = '${user}'`,
  'account deleted': ({ user }) => `DELETE FROM account WHERE id = '${user}'`,
  'access deleted': ({ access }) => `DELETE FROM access WHERE id = '${access}'`,
  'access without permission': ({ access }) => `UPDATE access SET permission_id = NULL WHERE id = '${access}'`,
  'permission deleted': ({ permission }) => `DELETE FROM permission WHERE id = '${permission}'`,
  'permission ended': ({ permission }) => `UPDATE permission SET end_date = now() WHERE id = '${permission}'`,
  'permission for tokens only': ({ permission }) =>
    `UPDATE permission SET only_oauth = true WHERE id = '${permission}'`,
  'permission of another': ({ permission }) =>
    `UPDATE permission SET community_id = NULL, user_id = '${PRODUCER}' WHERE id = '${permission}'`,
  'offering not covered': ({ permission }) => `DELETE FROM permission_offering WHERE permission_id = '${permission}'`,
  'member gone': ({ community }) => `DELETE FROM member WHERE community_id = '${community}'`,
  'another supervisor': ({ community, user }) =>
    `UPDATE community SET supervisor_id = '${user}' WHERE id = '${community}'`,
  'community deleted': ({ community }) => `DELETE FROM community WHERE id = '${community}'`,
  'offering closed': ({ offering }) => `UPDATE offering SET open = NOT open WHERE id = '${offering}'`,
  'offering deleted': ({ offering }) => `DELETE FROM offering WHERE id = '${offering}'`,
  'datastore deactivated': () => `UPDATE datastore SET active = NOT active WHERE id = '${DATASTORE}'`,
  'accesses emptied': () => 'TRUNCATE access',
  'permissions emptied': () => 'TRUNCATE permission CASCADE',
  'keys emptied': () => 'TRUNCATE user_key CASCADE',
  'members emptied': () => 'TRUNCATE member',
  'offerings emptied': () => 'TRUNCATE offering CASCADE',
};

async function inRegistry(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN; SET LOCAL search_path = geopf');
    await work(client);
  } finally {
    client.release();
  }
}

await t.test('every change, in the transaction of the change', async (t) => {
  for (const [name, change] of Object.entries(CHANGES)) {
    const sql = change(await buildRights());
    const before = await rights();
    await inRegistry(async (client) => {
      await client.query(sql);
      await client.query('ROLLBACK');
    });
    t.equal(await rights(), before, `${name}: not when it is given up`);
    await inRegistry(async (client) => {
      await client.query('SAVEPOINT here');
      await client.query(sql);
      await client.query('SET CONSTRAINTS ALL IMMEDIATE');
      await client.query('ROLLBACK TO SAVEPOINT here');
      await client.query(sql);
      await client.query('COMMIT');
    });
    t.equal(await rights(), before + 1, `${name}: once, be it after a savepoint that was given up`);
  }
});

await t.test(
  'changes of rights and publications at once wait for each other, in whatever order they come',
  async (t) => {
    const all = await Promise.all(Array.from({ length: 8 }, buildRights));
    const before = await rights();
    const rounds = 25;
    await Promise.all(
      all.map(async ({ key, permission, offering }, worker) => {
        for (let round = 0; round < rounds; round += 1) {
          await prisma.$transaction(
            async (tx) => {
              const changes = [
                () => touchPublications(tx),
                () => tx.permission.update({ where: { id: permission }, data: { endDate: new Date() } }),
                () => tx.userKey.update({ where: { id: key }, data: { referer: `${round}` } }),
                () => tx.offering.update({ where: { id: offering }, data: { open: round % 2 === 0 } }),
              ];
              for (let at = 0; at < changes.length; at += 1) await changes[(at + worker + round) % changes.length]?.();
            },
            { maxWait: 60_000, timeout: 60_000 },
          );
        }
      }),
    );
    t.equal(await rights(), before + all.length * rounds, 'each counted once, none was ended by a deadlock');
  },
);
