import type { Static } from 'typebox';
import type { DatastoreItem, StorageUsages } from '../../domain/administration/datastore-lists.js';
import { presentDates, presentOptional } from '../present.js';
import type { DatastoreItemSchema, EndpointDatastoreSchema, StorageDatastoreSchema } from './datastores-schema.js';

/** A datastore in a list. */
export function presentDatastoreItem(datastore: DatastoreItem): Static<typeof DatastoreItemSchema> {
  return {
    _id: datastore.id,
    ...presentDates(datastore),
    name: datastore.community.name,
    technical_name: datastore.community.technicalName,
    active: datastore.active,
  };
}

/** A datastore with what it uses of a storage; uses that the storage does not have are absent. */
export function presentStorageDatastore(
  datastore: DatastoreItem & { usages: StorageUsages },
): Static<typeof StorageDatastoreSchema> {
  const { ANNEXES: annexes, UPLOADS: uploads, DATA: data } = datastore.usages;
  return {
    ...presentDatastoreItem(datastore),
    ...presentOptional({
      storage_annexes_use: annexes?.use,
      storage_annexes_quota: annexes?.quota,
      storage_uploads_use: uploads?.use,
      storage_uploads_quota: uploads?.quota,
      storage_data_use: data?.use,
      storage_data_quota: data?.quota,
    }),
  };
}

/** A datastore with what it uses of an endpoint. */
export function presentEndpointDatastore(
  datastore: DatastoreItem & { use: number; quota: number },
): Static<typeof EndpointDatastoreSchema> {
  return { ...presentDatastoreItem(datastore), use: datastore.use, quota: datastore.quota };
}
