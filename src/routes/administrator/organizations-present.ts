import type { Static } from 'typebox';
import type { OrganizationRecord } from '../../domain/organizations.js';
import { presentDates, presentOptional } from '../present.js';
import type { OrganizationSchema } from './organizations-schema.js';

type Detail = Static<typeof OrganizationSchema>;

/** An organization in a list, before `fields` chooses its members. */
export function presentOrganizationItem(organization: OrganizationRecord): Detail {
  const { economicalModel: model } = organization;
  return {
    _id: organization.id,
    ...presentDates(organization),
    name: organization.name,
    uploads_quota: Number(organization.uploadsQuota),
    ...presentOptional({
      siren: organization.siren,
      siret: organization.siret,
      tva_intracom: organization.tvaIntracom,
      economical_model: model && { label: model.label, term: model.term },
    }),
  };
}

/** An organization in full. */
export function presentOrganization(organization: OrganizationRecord): Detail {
  const extra = organization.extra as Record<string, unknown> | null;
  return { ...presentOrganizationItem(organization), ...presentOptional({ extra }) };
}
