import type { Static } from 'typebox';
import type { Storage } from '../../generated/prisma/client.js';
import { presentDates, presentOptional } from '../present.js';
import type { StorageItemSchema, StorageSchema } from './storages-schema.js';

type Item = Static<typeof StorageItemSchema>;

/** A storage in a list. */
export function presentStorageItem(storage: Storage): Item {
  return {
    _id: storage.id,
    ...presentDates(storage),
    name: storage.name,
    type: storage.type as Item['type'],
    labels: storage.labels,
  };
}

/** A storage in full. */
export function presentStorage(storage: Storage): Static<typeof StorageSchema> {
  const typeInfos = storage.typeInfos as Record<string, unknown> | null;
  return { ...presentStorageItem(storage), ...presentOptional({ type_infos: typeInfos }) };
}
