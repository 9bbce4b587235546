import type { ClientBase } from 'pg';
import { ENDPOINTS } from '../../catalogue/endpoints.js';
import { NOMENCLATURES } from '../../catalogue/nomenclatures.js';
import { STORAGES } from '../../catalogue/storages.js';
import { REGISTRY_SCHEMA } from '../../deps.js';
import type { EntityModule } from '../module.js';
import { type Row, upsertRows } from '../rows.js';
import type { Seed, SeedCommunity, SeedDatastore, SeedOrganization } from '../schema.js';

/** API users, organizations, communities, members and datastores with their share of the platform's catalogue. */
export const workspacesModule: EntityModule = {
  name: 'workspaces',
  tables: [
    'datastore_storage',
    'datastore_check',
    'datastore_processing',
    'datastore_endpoint',
    'datastore',
    'member',
    'community',
    'organization_member',
    'organization',
    'api_user',
  ],

  async seed({ client, seed }) {
    await upsertRows(client, 'api_user', {
      key: ['id'],
      rows: [...seed.users.map(toApiUser), ...serviceMembers(seed)],
    });
    const idOf = userIds(seed);
    await upsertRows(client, 'organization', { key: ['id'], rows: seed.organizations.map(toOrganization) });
    await upsertRows(client, 'organization_member', {
      key: ['organization_id', 'user_id'],
      rows: seed.organizations.flatMap(({ id, members }) =>
        members.map((user) => ({ organization_id: id, user_id: idOf(user), creation: new Date().toISOString() })),
      ),
    });
    const organizations = new Map(seed.organizations.map(({ name, id }) => [name, id]));
    await upsertRows(client, 'community', {
      key: ['id'],
      rows: seed.communities.map((community) => ({
        ...toCommunity(community, idOf),
        organization_id: organizations.get(community.organization ?? '') ?? null,
      })),
    });
    await upsertRows(client, 'member', {
      key: ['community_id', 'user_id'],
      rows: seed.communities.flatMap((community) =>
        community.members.map(({ user, rights }) => ({ community_id: community.id, user_id: idOf(user), rights })),
      ),
    });
    for (const community of seed.communities) {
      if (community.datastore !== undefined) await seedDatastore(client, community.id, community.datastore);
    }
  },
};

function toApiUser(user: Seed['users'][number]): Row {
  return {
    id: user.id,
    email: user.email,
    first_name: user.first_name,
    last_name: user.last_name,
    creation: new Date().toISOString(),
    administrator: user.administrator,
    technical: user.technical,
    documents_quota: user.documents_quota,
    keys_quota: user.keys_quota,
  };
}

/** Service accounts get their API user at their first call, as everybody does, unless a membership needs it. */
function serviceMembers(seed: Seed): Row[] {
  const members = new Set([
    ...seed.communities.flatMap((community) => community.members.map((member) => member.user)),
    ...seed.organizations.flatMap((organization) => organization.members),
  ]);
  return seed.clients.flatMap(({ id, service_account }): Row[] => {
    if (service_account === undefined || !members.has(id)) return [];
    const user = {
      id: service_account,
      username: `service-account-${id}`,
      email: `service-account-${id}@no-reply.fr`,
      first_name: '',
      last_name: '',
      password: '',
      enabled: true,
      administrator: false,
      technical: true,
      documents_quota: 0,
      keys_quota: 0,
    };
    return [toApiUser(user)];
  });
}

function userIds(seed: Seed): (name: string) => string {
  const ids = new Map<string, string>();
  for (const client of seed.clients)
    if (client.service_account !== undefined) ids.set(client.id, client.service_account);
  for (const user of seed.users) ids.set(user.username, user.id);
  return (name) => {
    const id = ids.get(name);
    if (id === undefined) throw new Error(`the seed was not checked: no user ${name}`);
    return id;
  };
}

function toOrganization(organization: SeedOrganization): Row {
  const model = NOMENCLATURES.find(
    ({ type, term }) => type === 'ECONOMICAL_MODEL' && term === organization.economical_model,
  );
  return {
    id: organization.id,
    name: organization.name,
    siren: organization.siren ?? null,
    siret: organization.siret ?? null,
    tva_intracom: organization.tva_intracom ?? null,
    economical_model_id: model?.id ?? null,
    uploads_quota: organization.uploads_quota,
    extra: organization.extra ?? null,
    creation: new Date().toISOString(),
  };
}

function toCommunity(community: SeedCommunity, idOf: (name: string) => string): Row {
  return {
    id: community.id,
    name: community.name,
    technical_name: community.technical_name,
    description: community.description ?? null,
    contact: community.contact,
    public: community.public,
    supervisor_id: idOf(community.supervisor),
    creation: new Date().toISOString(),
  };
}

async function seedDatastore(client: ClientBase, communityId: string, datastore: SeedDatastore): Promise<void> {
  await upsertRows(client, 'datastore', {
    key: ['id'],
    rows: [
      {
        id: datastore.id,
        community_id: communityId,
        active: datastore.active,
        sharings: datastore.sharings,
        metadata_file_identifier_prefix: datastore.metadata_prefix ?? null,
        configuration_layer_name_prefix: datastore.layer_name_prefix ?? null,
        creation: new Date().toISOString(),
      },
    ],
  });
  await grantCatalogue(client, datastore);
}

/** Gives the datastore its storages, checks, processings and endpoints; the catalogue is there already. */
async function grantCatalogue(client: ClientBase, datastore: SeedDatastore): Promise<void> {
  const quotas = { DATA: datastore.data_quota, UPLOADS: datastore.uploads_quota, ANNEXES: datastore.annexes_quota };
  await upsertRows(client, 'datastore_storage', {
    key: ['datastore_id', 'usage', 'storage_id'],
    rows: STORAGES.map(({ id, usage }) => ({
      datastore_id: datastore.id,
      storage_id: id,
      usage,
      quota: quotas[usage],
    })),
  });
  for (const kind of ['check', 'processing']) {
    await client.query(
      `INSERT INTO ${REGISTRY_SCHEMA}.datastore_${kind} (datastore_id, ${kind}_id)
       SELECT $1, id FROM ${REGISTRY_SCHEMA}."${kind}" ON CONFLICT DO NOTHING`,
      [datastore.id],
    );
  }
  await grantEndpoints(client, datastore);
}

/** What a list no longer has is taken back, unless something is published there. */
async function grantEndpoints(
  client: ClientBase,
  { id, endpoints, endpoint_quota: quota }: SeedDatastore,
): Promise<void> {
  if (endpoints !== 'all') {
    // As the administrators do: who is about to publish takes the same row.
    await client.query(`SELECT 1 FROM ${REGISTRY_SCHEMA}.datastore_endpoint WHERE datastore_id = $1 FOR UPDATE`, [id]);
    await client.query(
      `DELETE FROM ${REGISTRY_SCHEMA}.datastore_endpoint AS lent USING ${REGISTRY_SCHEMA}.endpoint AS endpoint
       WHERE lent.datastore_id = $1 AND endpoint.id = lent.endpoint_id AND endpoint.technical_name <> ALL ($2)
         AND NOT EXISTS (
           SELECT 1 FROM ${REGISTRY_SCHEMA}.offering AS offering
           JOIN ${REGISTRY_SCHEMA}.configuration AS configuration ON configuration.id = offering.configuration_id
           WHERE offering.endpoint_id = lent.endpoint_id AND configuration.datastore_id = $1)
         AND NOT EXISTS (
           SELECT 1 FROM ${REGISTRY_SCHEMA}.metadata_publication AS shown
           JOIN ${REGISTRY_SCHEMA}.metadata AS record ON record.id = shown.metadata_id
           WHERE shown.endpoint_id = lent.endpoint_id AND record.datastore_id = $1)`,
      [id, endpoints],
    );
  }
  await client.query(
    `INSERT INTO ${REGISTRY_SCHEMA}.datastore_endpoint (datastore_id, endpoint_id, quota)
     SELECT $1, id, $2 FROM ${REGISTRY_SCHEMA}.endpoint
     WHERE CASE WHEN $3::text[] IS NULL THEN technical_name <> ALL ($4) ELSE technical_name = ANY ($3) END
     ON CONFLICT (datastore_id, endpoint_id) DO UPDATE SET quota = EXCLUDED.quota`,
    [
      id,
      quota,
      endpoints === 'all' ? null : endpoints,
      ENDPOINTS.filter(({ sandbox }) => sandbox === true).map(({ technicalName }) => technicalName),
    ],
  );
}
