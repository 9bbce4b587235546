import type { StoredDataDetail } from '../../domain/stored-data-reads.js';
import { presentBox, presentDates, presentInstant, presentOptional } from '../present.js';

/** A stored data for the members of its datastore. */
export function presentStoredData(storedData: StoredDataDetail) {
  const { storage } = storedData;
  return {
    ...presentSharedStoredData(storedData),
    ...ownOnly(storedData),
    storage: { type: storage.type, labels: storage.labels },
  };
}

/** A stored data for others: members of another datastore, or of a community that may see it. */
export function presentSharedStoredData(storedData: StoredDataDetail) {
  return {
    _id: storedData.id,
    ...presentDates(storedData),
    ...common(storedData),
    ...presentOptional({
      extent: storedData.extent,
      extra: storedData.extra,
      type_infos: storedData.typeInfos,
    }),
  };
}

/** A stored data in a list, before `fields` chooses its members. @param isOwn whether it shows all that members see */
export function presentStoredDataItem(storedData: StoredDataDetail, isOwn: boolean) {
  return {
    _id: storedData.id,
    creation: presentInstant(storedData.creation),
    ...common(storedData),
    ...(isOwn && ownOnly(storedData)),
    ...presentOptional({ bbox: presentBox(storedData.extent) }),
  };
}

function common(storedData: StoredDataDetail) {
  return {
    name: storedData.name,
    type: storedData.type,
    open: storedData.open,
    status: storedData.status,
    contact: storedData.datastore.community.contact,
    ...presentOptional({
      description: storedData.description,
      srs: storedData.srs,
      edition: storedData.edition,
      size: storedData.size === null ? null : Number(storedData.size),
    }),
  };
}

/** What only its own datastore sees. */
function ownOnly(storedData: StoredDataDetail) {
  return {
    tags: storedData.tags,
    public_activity: storedData.publicActivity,
    ...presentOptional({ last_event: storedData.lastEvent }),
  };
}
