import type { OfferingDetail } from '../../domain/offering-reads.js';
import { type PublicUrl, withOrigin } from '../../domain/offering-urls.js';
import { presentDates, presentOptional } from '../present.js';

/** An offering, alone or in a list. @param origin of the request: its addresses are kept without host */
export function presentOffering(offering: OfferingDetail, origin: string) {
  const { configuration, endpoint } = offering;
  return {
    _id: offering.id,
    ...presentDates(offering),
    open: offering.open,
    available: offering.available,
    layer_name: configuration.layerName,
    type: configuration.type,
    status: offering.status,
    configuration: {
      _id: configuration.id,
      ...presentDates(configuration),
      name: configuration.name,
      status: configuration.status,
    },
    endpoint: { _id: endpoint.id, ...presentDates(endpoint), name: endpoint.name },
    urls: withOrigin(offering.urls as unknown as PublicUrl[], origin),
    public_activity: offering.publicActivity,
    ...presentOptional({ extra: offering.extra }),
  };
}
