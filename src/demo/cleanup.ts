import { type ApiClient, type Entity, poll } from './client.js';

/** Every entity of the demonstration has a name that starts so: the next run finds them by it. */
export const DEMO_NAME = 'Démonstration geopf-local';

/** Deletes through the API what an earlier demonstration left; returns how many entities that was. */
export async function deletePreviousDemo(api: ApiClient, datastore: string): Promise<number> {
  const filter = `name=${encodeURIComponent(`${DEMO_NAME}%`)}&limit=50`;
  let count = 0;
  for (const configuration of await api.get<Entity[]>(`${datastore}/configurations?${filter}`)) {
    const path = `${datastore}/configurations/${configuration._id}`;
    for (const offering of await api.get<Entity[]>(`${path}/offerings`)) {
      const offeringPath = `${datastore}/offerings/${offering._id}`;
      await api.delete(offeringPath);
      await poll(`suppression de ${offeringPath}`, async () => (await api.isGone(offeringPath)) || undefined);
      count += 1;
    }
    await api.delete(path);
    count += 1;
  }
  for (const kind of ['stored_data', 'statics', 'uploads']) {
    for (const entity of await api.get<Entity[]>(`${datastore}/${kind}?${filter}`)) {
      await api.delete(`${datastore}/${kind}/${entity._id}`);
      count += 1;
    }
  }
  return count;
}
