import type { StaticRecord } from '../../domain/statics.js';
import { presentDates, presentOptional } from '../present.js';

/** A static file in a list. */
export function presentStaticItem(file: StaticRecord) {
  return {
    _id: file.id,
    ...presentDates(file),
    name: file.name,
    type: file.type,
    ...presentOptional({ description: file.description }),
  };
}

/** A static file with what the platform read in it. */
export function presentStatic(file: StaticRecord) {
  return {
    ...presentStaticItem(file),
    ...presentOptional({ extra: file.extra }),
    type_infos: file.typeInfos,
  };
}
