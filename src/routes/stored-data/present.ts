import type { StoredDataDetail } from '../../domain/stored-data-reads.js';
import { presentBox, presentDates, presentInstant, presentOptional } from '../present.js';

/** A stored data for the members of its datastore. */
export function presentStoredData(storedData: StoredDataDetail) {
  const { storage } = storedData;
  return {
    _id: storedData.id,
    ...presentDates(storedData),
    ...shared(storedData),
    storage: { type: storage.type, labels: storage.labels },
    ...presentOptional({
      extent: storedData.extent,
      extra: storedData.extra,
      type_infos: storedData.typeInfos,
    }),
  };
}

/** A stored data in a list, before `fields` chooses its members. */
export function presentStoredDataItem(storedData: StoredDataDetail) {
  return {
    _id: storedData.id,
    creation: presentInstant(storedData.creation),
    ...shared(storedData),
    ...presentOptional({ bbox: presentBox(storedData.extent) }),
  };
}

function shared(storedData: StoredDataDetail) {
  return {
    name: storedData.name,
    type: storedData.type,
    open: storedData.open,
    status: storedData.status,
    contact: storedData.datastore.community.contact,
    tags: storedData.tags,
    public_activity: storedData.publicActivity,
    ...presentOptional({
      description: storedData.description,
      srs: storedData.srs,
      edition: storedData.edition,
      size: storedData.size === null ? null : Number(storedData.size),
      last_event: storedData.lastEvent,
    }),
  };
}
