import type { Static } from '../../generated/prisma/client.js';
import { presentDates, presentOptional } from '../present.js';

/** A static file in a list. */
export function presentStaticItem(file: Static) {
  return {
    _id: file.id,
    ...presentDates(file),
    name: file.name,
    type: file.type,
    ...presentOptional({ description: file.description }),
  };
}

/** A static file with what the platform read in it. */
export function presentStatic(file: Static) {
  return {
    ...presentStaticItem(file),
    ...presentOptional({ extra: file.extra }),
    type_infos: file.typeInfos,
  };
}
