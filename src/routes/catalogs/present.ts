import type { Static } from 'typebox';
import type { CatalogOffering } from '../../domain/catalogs.js';
import type { Organization } from '../../generated/prisma/client.js';
import { presentOffering } from '../offerings/present.js';
import { presentDates, presentOptional } from '../present.js';
import type { CatalogOrganizationSchema } from './schema.js';

/** An offering of the public catalogue. @param origin of the request: its addresses are kept without host */
export function presentCatalogOffering(offering: CatalogOffering, origin: string) {
  return { ...presentOffering(offering, origin), contact: offering.configuration.datastore.community.contact };
}

/** An organization of the public catalogue: what it is, not what it may use. */
export function presentCatalogOrganization(organization: Organization): Static<typeof CatalogOrganizationSchema> {
  return {
    _id: organization.id,
    ...presentDates(organization),
    name: organization.name,
    ...presentOptional({
      siren: organization.siren,
      siret: organization.siret,
      tva_intracom: organization.tvaIntracom,
      extra: organization.extra as Record<string, unknown> | null,
    }),
  };
}
