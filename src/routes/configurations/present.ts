import type { ConfigurationRecord } from '../../domain/configuration-reads.js';
import type { PublicEvent } from '../../domain/events.js';
import { presentDates, presentEvent, presentOptional } from '../present.js';

/** A configuration in a list, before `fields` chooses its members. @param origin of the request, for event URLs */
export function presentConfigurationItem(configuration: ConfigurationRecord, origin: string) {
  const lastEvent = configuration.lastEvent as PublicEvent | null;
  return {
    _id: configuration.id,
    ...presentDates(configuration),
    name: configuration.name,
    layer_name: configuration.layerName,
    type: configuration.type,
    status: configuration.status,
    tags: configuration.tags,
    ...presentOptional({
      last_event: lastEvent && presentEvent(lastEvent, origin),
      attribution: configuration.attribution,
      metadata: configuration.metadata,
    }),
  };
}

/** A configuration with its content. */
export function presentConfiguration(configuration: ConfigurationRecord, origin: string) {
  return {
    ...presentConfigurationItem(configuration, origin),
    ...presentOptional({ extra: configuration.extra }),
    type_infos: configuration.typeInfos,
  };
}
