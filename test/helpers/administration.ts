import { randomUUID } from 'node:crypto';
import { STORAGES } from '../../src/catalogue/storages.js';
import type { ApiUser } from './api.js';

/** Of nothing. */
export const UNKNOWN = '11111111-2222-4333-8444-555555555555';

export interface Refusal {
  readonly error: string;
  readonly error_description: readonly string[];
}

/** Storages of the catalogue with one quota for all. */
export function storagesWith(quota: number) {
  const grants = (usage: string) =>
    STORAGES.filter((storage) => storage.usage === usage).map(({ id }) => ({ storage: id, quota }));
  return { data: grants('DATA'), uploads: grants('UPLOADS')[0], annexes: grants('ANNEXES')[0] };
}

/** A community of that supervisor. */
export async function newCommunity(admin: ApiUser, supervisor: string): Promise<string> {
  const { status, body } = await admin.call<{ _id: string }>('POST', '/administrator/communities', {
    name: 'Nouvelle',
    technical_name: `c-${randomUUID().slice(0, 20)}`,
    supervisor,
  });
  if (status !== 201) throw new Error(`no community: ${status} ${JSON.stringify(body)}`);
  return body._id;
}

/** An inactive datastore with the storages of the catalogue, in a community of that supervisor. */
export async function newDatastore(
  admin: ApiUser,
  supervisor: string,
  more: object = {},
): Promise<{ _id: string; community: string }> {
  const community = await newCommunity(admin, supervisor);
  const { status, body } = await admin.call<{ _id: string }>('POST', '/administrator/datastores', {
    community,
    storages: storagesWith(1_000_000),
    endpoints: [],
    ...more,
  });
  if (status !== 201) throw new Error(`no datastore: ${status} ${JSON.stringify(body)}`);
  return { _id: body._id, community };
}
