import { Type } from 'typebox';
import type { SharingTarget } from '../../domain/sharings.js';
import { presentDates, presentOptional } from '../present.js';
import { Instant, Uuid } from '../schemas.js';

/** A datastore or community that an entity was shared with. */
export const ReceiverItem = Type.Object(
  { _id: Uuid, creation: Instant, update: Instant, name: Type.String() },
  { title: 'SharingOrVisibilityResponseDto' },
);

/** A datastore that an offering was shared with. */
export const OfferingReceiverItem = Type.Object(
  {
    ...ReceiverItem.properties,
    description: Type.Optional(Type.String()),
    technical_name: Type.String(),
    active: Type.Boolean(),
  },
  { title: 'DatastoreSharingResponseDto' },
);

/** A datastore has the name of its community. */
export function presentReceiver(datastore: SharingTarget) {
  return { _id: datastore.id, ...presentDates(datastore), name: datastore.community.name };
}

/** {@link presentReceiver} with what offerings show more. */
export function presentOfferingReceiver(datastore: SharingTarget) {
  const { technicalName, description } = datastore.community;
  return {
    ...presentReceiver(datastore),
    technical_name: technicalName,
    active: datastore.active,
    ...presentOptional({ description }),
  };
}
